/**
 * Repositories to measure in.
 *
 * @module
 */
import { join } from "@std/path";
import { run } from "../lib/run.ts";
import { type BenchTask, queueText } from "./queue_file.ts";

/** Where a measurement works, and what its programs see of their surroundings. */
export interface Bench {
  /** Path of the macp executable. */
  macp: string;
  /** Folder that is removed afterwards. */
  folder: string;
  /** Environment of every program that is measured. */
  env: Readonly<Record<string, string>>;
}

/** Files in a repository: about as many as this project has, and few. */
export const fileCounts = { usual: 300, few: 20 } as const;
const filesInFolder = 10;
/** Characters in a file. */
export const fileSize = 3300;

/** Environment without anything of the user: an empty home, and the path. */
export function benchEnvironment(folder: string): Record<string, string> {
  const home = join(folder, "home");
  Deno.mkdirSync(home, { recursive: true });
  const who = { NAME: "bench", EMAIL: "bench@localhost" };
  return {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((role) =>
        Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value])
      ),
    ),
  };
}

/** Makes a repository with files, a commit and a remote, ready for macp. Gives its path. */
export async function makeRepository(
  bench: Bench,
  name: string,
  fileCount: number = fileCounts.usual,
): Promise<string> {
  const path = join(bench.folder, name);
  const origin = `${path}.git`;
  const git = (cwd: string, ...args: string[]) => succeed(bench, "git", args, cwd);
  await git(bench.folder, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  await git(bench.folder, "init", "--quiet", "--initial-branch=main", path);
  writeFiles(path, fileCount);
  await git(path, "add", "--all");
  await git(path, "commit", "--quiet", "--message=start");
  await git(path, "remote", "add", "origin", origin);
  await git(path, "push", "--quiet", "origin", "main");
  await succeed(bench, bench.macp, ["init", "--enable", "--quiet"], path);
  return path;
}

function writeFiles(repository: string, fileCount: number): void {
  for (let number = 0; number < fileCount; number++) {
    const folder = join(repository, `part-${Math.floor(number / filesInFolder)}`);
    Deno.mkdirSync(folder, { recursive: true });
    const line = `line of file ${number}\n`;
    const text = line.repeat(Math.ceil(fileSize / line.length));
    Deno.writeTextFileSync(join(folder, `file-${number}.txt`), text);
  }
}

/** Replaces the queue of a repository, so that nothing of it is left to be written. */
export function writeQueue(repository: string, tasks: readonly BenchTask[]): void {
  const path = join(repository, ".mosaic/orchestrator/tasks.json");
  Deno.writeTextFileSync(path, queueText(tasks));
  using file = Deno.openSync(path, { read: true, write: true });
  file.syncSync();
}

/** Runs what a measurement needs beforehand. Throws when it fails. */
export async function succeed(
  bench: Pick<Bench, "env">,
  program: string,
  args: string[],
  cwd: string,
): Promise<string> {
  const { success, code, stdout, stderr } = await run(program, args, {
    cwd,
    quiet: true,
    env: { ...bench.env },
  });
  if (success) return stdout;
  throw new Error(`Cannot prepare: ${[program, ...args].join(" ")} ends with ${code}: ${stderr}`);
}
