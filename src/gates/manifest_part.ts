/**
 * The part of a manifest that decides what gates check.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { Manifest } from "./built_in_gate_files.ts";

/**
 * That part as a text which is equal where the part means the same. Of a file that does
 * not parse it is the whole text; of one that is not there it is empty, as of one
 * without such a part.
 */
export async function gatePart(manifest: Manifest, text: string | null): Promise<string> {
  if (text === null) return "";
  switch (manifest.format) {
    case "json":
    case "toml":
      return await structuredPart(manifest, text);
    case "ini":
      return iniPart(manifest.keys, text);
    case "maven":
      return mavenPart(text);
    case "gradle":
      return gradlePart(text);
  }
}

async function structuredPart({ format, keys }: Manifest, text: string): Promise<string> {
  const parse = format === "json"
    ? (await import("@std/jsonc")).parse
    : (await import("@std/toml")).parse;
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    return text;
  }
  const found = keys.flatMap((key) => valuesAt(document, key.split("."), []));
  return found.map(([path, value]) => `${path}: ${canonical(value)}`).join("\n");
}

/** Values at a dotted path, with the path of each. */
function valuesAt(
  value: unknown,
  path: readonly string[],
  from: readonly string[],
): [string, unknown][] {
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined ? [] : [[from.join("."), value]];
  if (typeof value !== "object" || value === null) return [];
  const names = name === "*" ? Object.keys(value) : [name];
  return names.filter((own) => Object.hasOwn(value, own))
    .flatMap((own) => valuesAt(Reflect.get(value, own), rest, [...from, own]));
}

/** JSON with the members of objects in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member) => {
    if (!isRecord(member) || member instanceof Date) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => a < b ? -1 : 1));
  });
}

/** Sections whose names begin with one of `names`, without comments and blank lines. */
function iniPart(names: readonly string[], text: string): string {
  let wanted = false;
  return text.split(/\r?\n/).filter((line) => {
    const section = /^\[\s*([^\]]+)\]/.exec(line)?.[1]?.toLowerCase();
    if (section !== undefined) wanted = names.some((name) => section.startsWith(name));
    return wanted && !/^\s*(?:[#;]|$)/.test(line);
  }).map((line) => line.trimEnd()).join("\n");
}

/** All but dependencies and versions. */
function mavenPart(text: string): string {
  return text
    .replace(/<!--[^]*?-->/g, "")
    .replace(/<(dependencyManagement|dependencies|parent)>[^]*?<\/\1>/g, "")
    .replace(/<([\w.-]*version)>[^<]*<\/\1>/gi, "")
    .replace(/\s+/g, " ");
}

/** All but dependencies and versions. */
function gradlePart(text: string): string {
  return withoutBlocks(text, /\bdependencies\s*\{/)
    .replace(/\bversion\s*(?:=\s*)?(["'])[^"'\n]*\1/g, "")
    .replace(/\s+/g, " ");
}

/** The text without the blocks in braces that `opening` finds; one that never ends stays. */
function withoutBlocks(text: string, opening: RegExp): string {
  const found = opening.exec(text);
  if (!found) return text;
  const start = found.index;
  let depth = 1;
  let at = start + found[0].length;
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}") depth--;
  }
  return depth > 0 ? text : text.slice(0, start) + withoutBlocks(text.slice(at), opening);
}
