/**
 * What an `acp` task hands over: the arguments of OpenClaw's tool `sessions_spawn`.
 *
 * @module
 */
import { join } from "@std/path";
import type { Task } from "../protocol/generated/types.ts";
import { sha256Hex, type TaskNames } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { StorePaths } from "../store/paths.ts";

/**
 * Arguments of `sessions_spawn`, as openclaw 2026.9 takes them. It refuses
 * `timeoutSeconds`, `channel`, `to`, `target`, `transport`, `threadId` and `replyTo`.
 */
export interface Handover {
  task: string;
  runtime: "acp";
  agentId: string;
  mode: "run";
  /** Absolute path of the worktree. */
  cwd: string;
  label: string;
  /** Matches `[a-z][a-z0-9_-]{0,63}`; no two tasks have the same. */
  taskName: string;
  cleanup: "keep";
  /** Whole seconds. */
  runTimeoutSeconds: number;
  /** `model` of the task's metadata. */
  model?: string;
  /** `thinking` of the task's metadata. */
  thinking?: string;
}

/** Why an `acp` task escalates: a caller has to spawn the session. */
export const handoverReason = "ACP dispatch requires OpenClaw integration (Phase 2)";

/** What to do about it. */
export function handoverHint(id: string): string {
  return `its worktree is ready, hand it over: macp show ${id} --acp`;
}

/** Characters of a label, and of a name that `sessions_spawn` accepts. */
const maxLabel = 200;
const maxName = 64;

/** Where a task is handed over. */
export function handoverPath({ handovers }: StorePaths, { file }: TaskNames): string {
  return join(handovers, `${file}.json`);
}

/** The hand-over of a task. */
export async function buildHandover(
  task: Task,
  about: { brief: string; runtime: string; cwd: string; timeoutSeconds: number },
): Promise<Handover> {
  return {
    task: about.brief,
    runtime: "acp",
    agentId: about.runtime,
    mode: "run",
    cwd: about.cwd,
    label: oneLine(task.title, maxLabel),
    taskName: await spawnName(task.id),
    cleanup: "keep",
    runTimeoutSeconds: Math.ceil(about.timeoutSeconds),
    ...optionalText(task, "model"),
    ...optionalText(task, "thinking"),
  };
}

function optionalText(task: Task, name: "model" | "thinking"): { model?: string } {
  const value = task.metadata?.[name];
  return typeof value === "string" && value.trim() !== "" ? { [name]: value.trim() } : {};
}

/**
 * The id as a name that `sessions_spawn` accepts: lower-cased, what it refuses replaced,
 * and, when that changed more than letter case, 8 digits of the id's SHA-256, so that no
 * two ids give the same name.
 */
export async function spawnName(id: string): Promise<string> {
  const lower = id.toLowerCase();
  const safe = lower.replaceAll(/[^a-z0-9_-]/gu, "_");
  const name = /^[a-z]/.test(safe) ? safe : `task_${safe}`;
  if (name === lower && name.length <= maxName) return name;
  const end = `_${(await sha256Hex(id)).slice(0, 8)}`;
  return `${name.slice(0, maxName - end.length)}${end}`;
}
