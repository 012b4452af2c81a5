/**
 * What a person should know of a task that can be submitted, and may not do what they mean.
 *
 * @module
 */
import { join, normalize } from "@std/path";
import { workerRuntime } from "../dispatcher/worker_mode.ts";
import { pipeDoubt } from "../gates/open_pipe.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { ignoredAmong, includeFile } from "../git/included_files.ts";
import { resolveBase } from "../git/refs.ts";
import { messageOf } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { builtInRuntimes, type Runtime } from "../runtimes/runtime_table.ts";
import type { World } from "../sys/world.ts";
import { fieldDoubts } from "./field_doubts.ts";
import type { OpenRepository } from "./open_repository.ts";

/** The doubts about a task, a line each. */
export async function submissionDoubts(
  world: Pick<World, "files" | "env">,
  repository: Pick<OpenRepository, "git" | "settings">,
  task: Task,
): Promise<string[]> {
  const { settings } = repository;
  const doubts = [
    await missingFile(world, repository, task),
    missingMosaic(world, settings, task),
    missingGate(settings, task),
    ...resolveGates(task, {}).map(({ command }) => pipeDoubt(command)),
    ...fieldDoubts(task),
  ];
  return doubts.filter((doubt) => doubt !== null);
}

function missingGate(settings: Settings, task: Task): string | null {
  const { type = "coding" } = task;
  if (type !== "coding" || resolveGates(task, settings).length > 0) return null;
  return "no gate: whatever it leaves is accepted; see: macp help gates";
}

/** The file that a command begins with, where the task's worktree will not hold it. */
async function missingFile(
  { files }: Pick<World, "files">,
  { git, settings }: Pick<OpenRepository, "git" | "settings">,
  task: Task,
): Promise<string | null> {
  const { command = "", dispatch, worktree, depends_on = [] } = task;
  // Work in the checkout finds what is there, and what it depends on may make the file.
  if (dispatch !== "exec" || worktree === "." || depends_on.length > 0) return null;
  const word = pathAtStart(command);
  if (word === null) return null;
  const base = await resolveBase(git, settings.macp.base_ref);
  if (base === null) return null;
  const path = normalize(word);
  const { code } = await git.run(["cat-file", "-e", `${base.commit}:${path}`]);
  if (code === 0) return null;
  const isBrought = settings.macp.setup !== null || files.stat(join(git.cwd, includeFile)) !== null;
  if (isBrought && (await ignoredAmong(git, [path])).length > 0) return null;
  return `${word} is not in ${base.ref}: commit it, or name it by an absolute path`;
}

/** First word of a command when it is a relative path that stays inside; otherwise null. */
export function pathAtStart(command: string): string | null {
  const word = /^\s*([\w.+@/-]+)(?=[\s;&|<>]|$)/.exec(command)?.[1] ?? "";
  return word.includes("/") && !word.startsWith("/") && !normalize(word).startsWith("..")
    ? word
    : null;
}

/** The runtime of a task, or why its entry cannot be used. */
function runtimeOf(task: Task, settings: Settings): Runtime | string | null {
  try {
    return workerRuntime(task, settings);
  } catch (error) {
    return messageOf(error);
  }
}

function missingMosaic(
  { files, env }: Pick<World, "files" | "env">,
  settings: Settings,
  task: Task,
): string | null {
  if (task.dispatch !== "yolo") return null;
  const runtime = runtimeOf(task, settings);
  if (typeof runtime === "string") return runtime;
  if (runtime === null || runtime.command !== null) return null;
  const own = env.HOME ? [join(env.HOME, ".config/mosaic/bin")] : [];
  const folders = [...own, ...(env.PATH ?? "").split(":").filter((folder) => folder !== "")];
  if (folders.some((folder) => files.stat(join(folder, "mosaic"))?.kind === "file")) return null;
  const { name } = runtime;
  const entry = builtInRuntimes.includes(name) ? {} : { command: "…" };
  const setting = `"macp": {"runtimes": {${JSON.stringify(name)}: ${JSON.stringify(entry)}}}`;
  return `mosaic is not on the PATH, and runtime ${name} needs it; without it: ${setting} in ` +
    ".mosaic/orchestrator/config.json";
}
