/**
 * The program as files of JavaScript, as they stand in the executable.
 *
 * @module
 */
import { basename, join } from "@std/path";
import { stop, transform } from "esbuild";
import { joinChunks } from "./join_chunks.ts";
import { deno, root, run } from "./run.ts";

/**
 * Bundles a module into `folder`; parts that are imported lazily stay files of their own.
 *
 * @param commands Commands that are to load few files.
 */
export async function bundleProgram(
  entry: string,
  folder: string,
  commands: readonly string[] = [],
): Promise<void> {
  removeAll(folder);
  const bundled = await deno([
    "bundle",
    ...["--config", join(root, "deno.json"), "--frozen", "--platform", "deno"],
    ...["--code-splitting", "--outdir", folder, entry],
  ], { quiet: true });
  if (!bundled.success) throw new Error(`Cannot bundle ${entry}: ${bundled.stderr.trim()}`);
  const made = join(folder, basename(entry).replace(/\.ts$/, ".js"));
  Deno.renameSync(made, join(folder, "main.js"));
  stampBundle(folder, await buildFacts());
  if (commands.length > 0) await joinChunks(folder, commands);
  await compactBundle(folder);
}

/** What src/cli/build.ts says of the making, by the names of its placeholders. */
async function buildFacts(): Promise<Record<string, string>> {
  const ask = async (...args: string[]) => {
    const { success, stdout } = await run("git", args, { quiet: true });
    return success ? stdout.trim() : "";
  };
  return {
    // With -dirty where files differ from the commit.
    commit: await ask("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"),
    date: await ask("show", "--no-patch", "--format=%cs", "HEAD"),
  };
}

/** Puts facts in the place of the placeholders `@macp:NAME@` of a bundle. */
export function stampBundle(folder: string, facts: Readonly<Record<string, string>>): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".js")) continue;
    const path = join(folder, name);
    const text = Deno.readTextFileSync(path);
    const stamped = text.replaceAll(/@macp:(\w+)@/g, (whole, key) => facts[key] ?? whole);
    if (stamped !== text) Deno.writeTextFileSync(path, stamped);
  }
}

/**
 * Takes the space out of the files of a bundle: each start reads them whole. Names stay, so
 * that a stack trace can be read.
 */
async function compactBundle(folder: string): Promise<void> {
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.endsWith(".js")) continue;
      const path = join(folder, name);
      const { code } = await transform(Deno.readTextFileSync(path), {
        minifyWhitespace: true,
        minifySyntax: true,
        charset: "utf8",
        target: "esnext",
      });
      Deno.writeTextFileSync(path, code);
    }
  } finally {
    await stop();
  }
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
