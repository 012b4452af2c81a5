/**
 * Makes dist/macp, one executable without dependencies. `--target PLATFORM`, which may be
 * repeated, makes dist/macp-PLATFORM instead; `--if-stale` makes it only when it is
 * missing or older than what it is made of. Writes dist/SHA256SUMS.
 *
 * Data that the program carries is imported as a module, so that it is part of the
 * bundle: `import text from "../templates/x" with { type: "text" }`, and
 * `with { type: "json" }` for JSON without comments. That works from source and in the
 * executable alike; reading a path below `import.meta.dirname` does not, as bundled code
 * stands elsewhere.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { basename, join } from "@std/path";
import { bundleProgram } from "./lib/bundle_program.ts";
import {
  chooseBase,
  ownTarget,
  type RuntimeBase,
  type Target,
  targets,
} from "./lib/runtime_base.ts";
import { root, run } from "./lib/run.ts";
import { sourceFiles } from "./lib/source_files.ts";

const dist = join(root, "dist");

/**
 * Room for new objects before they are looked through, 4 MB from the start and for good.
 * With more a watch holds 114 MB in place of 88, and a status of 100,000 tasks 250 in place
 * of 190, in the same time. With less at the start, the start itself looks through them
 * twice: `run --once` takes 75 ms in place of 70.
 */
const memoryFlag = "--v8-flags=--max-semi-space-size=4,--min-semi-space-size=4";

/** Commands that are called often, and by programs. */
const usualCommands = ["run", "watch", "status", "submit", "cancel", "logs", "history", "sync"];

/** How a program is compiled. */
export interface CompileOptions {
  /** Platform; this machine's unless given. */
  target?: Target;
  /** Commands that are to load few files; none unless given. */
  commands?: readonly string[];
}

/**
 * Makes one executable of a module.
 *
 * @param entry Path of the module.
 * @param output Path of the executable.
 * @returns The runtime base that it was linked with.
 * @throws Error that says which step failed and why.
 */
export async function compileProgram(
  entry: string,
  output: string,
  options: CompileOptions = {},
): Promise<RuntimeBase> {
  const target = options.target ?? ownTarget();
  if (target === null) throw new Error(`Cannot compile for this platform: ${Deno.build.target}`);
  const bundle = join(dist, ".bundle", basename(output));
  await bundleProgram(entry, bundle, options.commands);
  const base = await chooseBase(target);
  await linkProgram(bundle, output, { base, target });
  return base;
}

async function linkProgram(
  bundle: string,
  output: string,
  { base, target }: { base: RuntimeBase; target: Target },
): Promise<void> {
  const cross = target === ownTarget() ? [] : ["--target", target];
  const linked = await run(base.deno, [
    ...["compile", "--quiet", "--allow-all", "--no-code-cache", "--no-check"],
    ...["--no-config", "--no-lock", memoryFlag, "--include", bundle, ...cross],
    ...["--output", output, join(bundle, "main.js")],
  ], { quiet: true, env: base.env });
  if (!linked.success) throw new Error(`Cannot link ${output}: ${linked.stderr.trim()}`);
}

/**
 * A base of another Deno than the one that links makes a program that does not start.
 *
 * @throws Error when it does not start; it is removed then.
 */
async function tryStart(output: string): Promise<void> {
  const started = await run(output, ["--version"], { quiet: true, timeoutMs: 30_000 });
  if (started.success) return;
  Deno.removeSync(output);
  throw new Error(`Cannot use ${output} as it does not start: ${started.stderr.trim()}`);
}

/** Whether the executable is missing, or older than a file that it is made of. */
export function isStale(output: string, sources: readonly string[]): boolean {
  const made = modified(output);
  return made === null || sources.some((source) => (modified(source) ?? 0) > made);
}

/** Milliseconds since the epoch, or null when there is no file. */
function modified(path: string): number | null {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function sources(): string[] {
  const folders = ["src", "schemas", "templates"].map((name) => join(root, name));
  const files = [
    "deno.json",
    "deno.lock",
    "scripts/compile.ts",
    "scripts/lib/runtime_base.ts",
    "scripts/lib/bundle_program.ts",
    "scripts/lib/join_chunks.ts",
  ];
  return [...folders.flatMap(sourceFiles), ...files.map((name) => join(root, name))];
}

/** Lines of `sha256sum` for the executables in `folder`. */
async function checksums(folder: string): Promise<string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^macp(-|$)/.test(name)).sort();
  const lines = await Promise.all(names.map(async (name) => {
    const hash = await crypto.subtle.digest("SHA-256", Deno.readFileSync(join(folder, name)));
    return `${new Uint8Array(hash).toHex()}  ${name}\n`;
  }));
  return lines.join("");
}

function parseTargets(names: unknown): Target[] {
  return [names].flat().map((name) => {
    const target = targets.find((known) => known === name);
    if (target === undefined) {
      throw new Error(`Cannot compile for ${String(name)}: use ${targets.join(", ")}`);
    }
    return target;
  });
}

async function main(args: string[]): Promise<void> {
  const flags = parseArgs(args, { boolean: ["if-stale"], string: ["target"], collect: ["target"] });
  const wanted = parseTargets(flags.target ?? []);
  if (wanted.length > 1 && Deno.env.get("DENORT_BIN")) {
    throw new Error("Cannot compile for several platforms as DENORT_BIN is for one");
  }
  const entry = join(root, "src", "main.ts");
  const plain = join(dist, "macp");
  const outputs: { output: string; options: CompileOptions }[] = wanted.length === 0
    ? [{ output: plain, options: {} }]
    : wanted.map((target) => ({ output: `${plain}-${target}`, options: { target } }));
  const stale = outputs.filter(({ output }) => !flags["if-stale"] || isStale(output, sources()));
  if (stale.length === 0) return;
  Deno.mkdirSync(dist, { recursive: true });
  for (const { output, options } of stale) {
    const base = await compileProgram(entry, output, { ...options, commands: usualCommands });
    if ((options.target ?? ownTarget()) === ownTarget()) await tryStart(output);
    console.log(`${output.slice(root.length + 1)} made with ${base.name}`);
  }
  Deno.writeTextFileSync(join(dist, "SHA256SUMS"), await checksums(dist));
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
