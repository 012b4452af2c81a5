/**
 * Documents as their schemas want them, and documents that are wrong somewhere.
 *
 * @module
 */
import { hostileText, spoilText } from "./fuzz_texts.ts";
import type { Choices } from "./random.ts";

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  default?: Json;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
}

const schemas = new Map<string, Schema>();

/** A schema of the folder `schemas/` by its name. Throws what the file system says. */
export function schemaOf(name: string): Schema {
  const known = schemas.get(name);
  if (known) return known;
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  const schema: Schema = JSON.parse(Deno.readTextFileSync(url));
  schemas.set(name, schema);
  return schema;
}

/** Ids of tasks in all documents of a case, so that they speak of each other. */
export const ids = ["t1", "t2", "t3", "Task-4", "a.b_c"] as const;

/** A document that fits the schema, with a part of what may be left out. */
export function documentOf(choices: Choices, name: string): { [key: string]: Json } {
  const root = schemaOf(name);
  return valueOf(choices, root, { root, key: "", depth: 0 }) as { [key: string]: Json };
}

interface Where {
  root: Schema;
  key: string;
  depth: number;
}

function valueOf(choices: Choices, given: Schema, where: Where): Json {
  const schema = resolved(given, where.root);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return choices.one(schema.enum);
  const any = schema.anyOf ?? schema.oneOf;
  if (any) return valueOf(choices, choices.one(any), where);
  switch (choices.one([schema.type ?? "string"].flat())) {
    case "null":
      return null;
    case "boolean":
      return choices.below(2) === 0;
    case "integer":
      return numberOf(choices, schema, true);
    case "number":
      return numberOf(choices, schema, false);
    case "array":
      return where.depth > 6 ? [] : Array.from(
        { length: choices.below(4) },
        () => valueOf(choices, schema.items ?? {}, { ...where, depth: where.depth + 1 }),
      );
    case "object":
      return objectOf(choices, schema, where);
    default:
      return textOf(choices, schema, where.key);
  }
}

function resolved(schema: Schema, root: Schema): Schema {
  if (!schema.$ref) return schema;
  if (schema.$ref.startsWith("#/$defs/")) {
    return resolved(root.$defs?.[schema.$ref.slice("#/$defs/".length)] ?? {}, root);
  }
  const file = /([\w-]+)\.schema\.json$/.exec(schema.$ref)?.[1];
  return file === undefined ? {} : schemaOf(file);
}

function numberOf(choices: Choices, schema: Schema, whole: boolean): number {
  const least = schema.minimum ?? (schema.exclusiveMinimum ?? 0) + (whole ? 1 : 0.001);
  const most = schema.maximum ?? least + choices.one([1, 10, 1000]);
  const value = least + choices.next() * (most - least);
  return whole ? Math.round(value) : Number(value.toFixed(3));
}

function objectOf(choices: Choices, schema: Schema, where: Where): Json {
  const value: { [key: string]: Json } = {};
  const part = choices.next();
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (!schema.required?.includes(key) && choices.next() > part) continue;
    if (where.depth > 6 && !schema.required?.includes(key)) continue;
    value[key] = valueOf(choices, child, { ...where, key, depth: where.depth + 1 });
  }
  const more = schema.additionalProperties;
  if (typeof more === "object") {
    for (let count = choices.below(3); count > 0; count--) {
      const key = choices.one([...ids, "claude", "codex", "NAME", "webhook", "/r/w/t1"]);
      value[key] = valueOf(choices, more, { ...where, key, depth: where.depth + 1 });
    }
  }
  return value;
}

/** Texts that fit, by the name of the field. */
const fitting: Record<string, readonly string[]> = {
  id: ids,
  task_id: ids,
  depends_on: ids,
  title: ["Add a greeting", "Fix it"],
  command: ["true", "echo work > work; exit 1", ""],
  runtime: ["claude", "codex", "opencode", "other"],
  worktree: [".", "../w/x"],
  worktree_base: ["/r/w", "~/w/{repo}"],
  result_path: ["results/own.json"],
  result_dir: [".mosaic/orchestrator/results"],
  brief_path: ["docs/brief.md"],
  base_ref: ["main"],
  branch: ["feat/own"],
  url: ["https://hooks.example.org/x/y", "http://localhost:8080/e", "http://127.0.0.1:1/"],
  time_zone: ["Europe/Berlin", "UTC"],
  expect: ["ok", "^\\d+ passed"],
  snapshot_ref: ["refs/macp/snapshots/t1/1"],
};

function textOf(choices: Choices, schema: Schema, key: string): string {
  if (schema.format === "uuid") {
    return `0198f5a2-7b3c-7def-8abc-${String(choices.below(1e6)).padStart(12, "0")}`;
  }
  if (schema.format === "date-time") {
    return new Date(Date.UTC(2026, 10, 1 + choices.below(25), choices.below(24))).toISOString();
  }
  const known = fitting[key];
  if (known) return choices.one(known);
  if (schema.pattern?.includes("[0-5]")) return `${choices.below(24)}:30`;
  if (schema.pattern === "^/") return "/path";
  return choices.one(["text", "some words of it", "x"]);
}

/** Spoils a document at some places, without harm to its being JSON. */
export function spoilDocument(choices: Choices, document: Json, most = 3): Json {
  let spoiled = document;
  for (let count = choices.below(most + 1); count > 0; count--) spoiled = spoil(choices, spoiled);
  return spoiled;
}

function spoil(choices: Choices, value: Json): Json {
  const keys = Array.isArray(value)
    ? value.map((_, index) => index)
    : value !== null && typeof value === "object"
    ? Object.keys(value)
    : [];
  if (keys.length === 0 || choices.below(8) === 0) return spoiledValue(choices, value);
  const key = choices.one<string | number>(keys);
  if (Array.isArray(value)) {
    const list = [...value];
    const index = Number(key);
    const how = choices.below(10);
    if (how === 0) list.splice(index, 1);
    else if (how === 1) list.splice(index, 0, list[index] ?? null);
    else list[index] = spoil(choices, list[index] ?? null);
    return list;
  }
  const { [key]: member = null, ...others } = value as { [key: string]: Json };
  switch (choices.below(12)) {
    case 0:
      return others;
    case 1:
      return { ...others, [hostileText(choices)]: member };
    case 2:
      return { ...value as { [key: string]: Json }, [hostileText(choices)]: anyValue(choices) };
    default:
      return { ...value as { [key: string]: Json }, [key]: spoil(choices, member) };
  }
}

function spoiledValue(choices: Choices, value: Json): Json {
  if (typeof value === "string" && choices.below(3) > 0) {
    return choices.below(4) === 0 ? spoilText(choices, value) : hostileText(choices);
  }
  if (typeof value === "number" && choices.below(2) > 0) {
    return choices.one([-1, 0, 0.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 53), 1e-7]);
  }
  return choices.below(12) === 0 ? [value] : anyValue(choices);
}

function anyValue(choices: Choices): Json {
  const deep = () => {
    let value: Json = 1;
    const list = choices.below(2) === 0;
    for (let depth = choices.one([10, 100, 12_000]); depth > 0; depth--) {
      value = list ? [value] : { a: value };
    }
    return value;
  };
  if (choices.below(200) === 0) return deep();
  return choices.one<() => Json>([
    () => null,
    () => true,
    () => choices.one([-1, 0, 1, 0.5, 1e308, 2 ** 53]),
    () => hostileText(choices),
    () => hostileText(choices),
    () => [],
    () => ({}),
    () => [hostileText(choices), null, {}],
    () => ({ [hostileText(choices)]: hostileText(choices) }),
  ])();
}

/** Text of a document; a key that a program would take for a prototype is written as such. */
export function toText(value: Json, indent?: number): string {
  return stringify(value, indent).replaceAll("__PROTO__", "__proto__");
}

/** JSON also of what is too deep for `JSON.stringify`. */
function stringify(value: Json, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch {
    return flat(value);
  }
}

function flat(value: Json): string {
  const out: string[] = [];
  const todo: (Json | { raw: string })[] = [value];
  while (todo.length > 0) {
    const next = todo.pop() as Json | { raw: string };
    if (
      typeof next === "object" && next !== null && "raw" in next && Object.keys(next).length === 1
    ) {
      out.push(String(next.raw));
    } else if (Array.isArray(next)) {
      todo.push({ raw: "]" });
      [...next].reverse().forEach((item, index) => {
        todo.push(item);
        if (index < next.length - 1) todo.push({ raw: "," });
      });
      todo.push({ raw: "[" });
    } else if (typeof next === "object" && next !== null) {
      const members = Object.entries(next);
      todo.push({ raw: "}" });
      members.reverse().forEach(([key, item], index) => {
        todo.push(item as Json, { raw: `${JSON.stringify(key)}:` });
        if (index < members.length - 1) todo.push({ raw: "," });
      });
      todo.push({ raw: "{" });
    } else out.push(JSON.stringify(next));
  }
  return out.join("");
}

/** An object of JSON; null for any other text. */
export function parseRecord(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
