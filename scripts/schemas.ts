/**
 * Makes src/protocol/generated/ from schemas/: types, and validators that load fast.
 * `deno task schemas` writes the files; with `--check` it only compares, and exits 1
 * when one differs.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import { Ajv2020 } from "ajv/2020";
import addFormats from "ajv-formats";
import standaloneCode from "ajv/standalone";
import { compile } from "json-schema-to-typescript";
import { combineSchemas, type JsonObject, withoutAnnotations } from "./lib/combine_schemas.ts";
import { deno, root } from "./lib/run.ts";

/** Exported validator by schema file. */
const validators: Readonly<Record<string, string>> = {
  "task.schema.json": "validateTask",
  "event.schema.json": "validateEvent",
  "result.schema.json": "validateResult",
  "config.schema.json": "validateConfig",
  "state.schema.json": "validateState",
  "cursor.schema.json": "validateCursor",
  "handoff.schema.json": "validateHandoff",
};

/** Exported validator by place in a schema file. */
const partValidators: Readonly<Record<string, string>> = {
  "handoff.schema.json#/$defs/lenientHandoff": "validateLenientHandoff",
};

const header = "Made by `deno task schemas` from schemas/*.schema.json; do not edit.";

/** Text of each generated file, by name. The same schemas give the same texts. */
export async function generate(schemaFolder: string): Promise<Map<string, string>> {
  const schemas = Object.keys(validators).map((file) =>
    JSON.parse(Deno.readTextFileSync(join(schemaFolder, file))) as JsonObject
  );
  return new Map([
    ["types.ts", await types(schemas)],
    ["validators.d.ts", declarations()],
    ["validators.js", await validatorModule(schemas)],
  ]);
}

function types(schemas: JsonObject[]): Promise<string> {
  return compile(combineSchemas(schemas), "AnyFormat", {
    bannerComment: `/**\n * Types of the formats. ${header}\n *\n * @module\n */`,
    unknownAny: true,
  });
}

function declarations(): string {
  const names = [...Object.values(validators), ...Object.values(partValidators)];
  return `/**
 * Validators of the formats. ${header}
 *
 * @module
 */

/** One way in which a document does not fit its schema. */
export interface SchemaError {
  /** JSON pointer into the document (RFC 6901), empty for the whole. */
  instancePath: string;
  /** Keyword of the schema that is not met. */
  keyword: string;
  /** What the keyword asks for. */
  params: Record<string, unknown>;
}

/** Tells whether a document fits; \`errors\` holds the faults of the newest one, or null. */
export interface Validator {
  (data: unknown): boolean;
  errors: SchemaError[] | null;
}

${names.map((name) => `export const ${name}: Validator;\n`).join("")}`;
}

async function validatorModule(schemas: JsonObject[]): Promise<string> {
  const ajv = new Ajv2020({
    schemas: schemas.map((schema) => withoutAnnotations(schema) as JsonObject),
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true, lines: true },
  });
  addFormats.default(ajv);
  const ids = schemas.map(({ $id }) => String($id));
  const exported = [
    ...Object.values(validators).map((name, i) => [name, ids[i]]),
    ...Object.entries(partValidators).map(([place, name]) => [name, new URL(place, ids[0]).href]),
  ];
  const standalone = standaloneCode.default(ajv, Object.fromEntries(exported));
  const code = await bundle(withoutSchemaPaths(standalone));
  return `// @ts-self-types="./validators.d.ts"\n// ${header}\n${code}`;
}

/** Errors without their place in the schema, which nobody reads: a sixth of the code is less. */
export function withoutSchemaPaths(code: string): string {
  return code.replaceAll(/schemaPath:"(?:[^"\\]|\\.)*",/g, "");
}

/**
 * One module without imports from one that asks for parts of packages by `require`.
 * Minified, as otherwise the bundler names the path of each part, which differs by machine.
 */
async function bundle(code: string): Promise<string> {
  const folder = Deno.makeTempDirSync();
  try {
    const source = join(folder, "validators.js");
    const target = join(folder, "bundle.js");
    Deno.writeTextFileSync(source, code);
    const config = ["--config", join(root, "deno.json"), "--frozen"];
    const bundled = await deno(
      ["bundle", ...config, "--minify", "--platform", "deno", "--output", target, source],
      { quiet: true },
    );
    if (!bundled.success) throw new Error(`Cannot bundle the validators: ${bundled.stderr}`);
    return Deno.readTextFileSync(target);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Names of the files in `folder` that are missing or differ. */
export function differing(files: ReadonlyMap<string, string>, folder: string): string[] {
  return [...files].filter(([name, text]) => textOf(join(folder, name)) !== text)
    .map(([name]) => name);
}

function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function main(): Promise<number> {
  const { check } = parseArgs(Deno.args, { boolean: ["check"] });
  const folder = join("src", "protocol", "generated");
  const files = await generate(join(root, "schemas"));
  const changed = differing(files, join(root, folder));
  if (check === true) {
    for (const name of changed) {
      console.error(`${join(folder, name)} does not fit the schemas: run \`deno task schemas\``);
    }
    return changed.length === 0 ? 0 : 1;
  }
  Deno.mkdirSync(join(root, folder), { recursive: true });
  for (const name of changed) {
    Deno.writeTextFileSync(join(root, folder, name), files.get(name) ?? "");
    console.log(`${join(folder, name)} written`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main());
