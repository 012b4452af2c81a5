/**
 * Which files git changes between checkout and repository: line ends, filters, encodings.
 *
 * @module
 */
import type { Git } from "./git.ts";

/** Attributes that convert (gitattributes(5)). */
const converting = ["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"];

/** Paths among `paths` whose bytes git may change, in the client's checkout. */
export async function convertedPaths(git: Git, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const stdin = paths.map((path) => `${path}\0`).join("");
  const [attributes, setting] = await Promise.all([
    git.read(["check-attr", "-z", "--stdin", ...converting], { stdin }),
    git.run(["config", "--get", "core.autocrlf"]),
  ]);
  const always = !["", "false", "no", "off", "0"].includes(setting.stdout.trim().toLowerCase());
  return parseConverted(attributes, always);
}

/**
 * Pure reader of `git check-attr -z`: path, attribute and value, over and over.
 *
 * @param always Whether line ends are converted where no attribute speaks of text.
 */
export function parseConverted(output: string, always: boolean): string[] {
  const fields = output.split("\0");
  const byPath = new Map<string, Map<string, string>>();
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [path = "", name = "", value = ""] = fields.slice(i, i + 3);
    const values = byPath.get(path) ?? new Map<string, string>();
    byPath.set(path, values.set(name, value));
  }
  return [...byPath].filter(([, values]) => isConverted(values, always)).map(([path]) => path);
}

function isConverted(values: ReadonlyMap<string, string>, always: boolean): boolean {
  const valueOf = (name: string) => values.get(name) ?? "unspecified";
  const isSet = (name: string) => !["unspecified", "unset"].includes(valueOf(name));
  const text = valueOf("text") === "unspecified" ? valueOf("crlf") : valueOf("text");
  if (text !== "unset" && (always || isSet("text") || isSet("crlf") || isSet("eol"))) return true;
  return ["ident", "filter", "working-tree-encoding"].some(isSet);
}
