/**
 * What an `acp` task hands over: the arguments of OpenClaw's tool `sessions_spawn`.
 *
 * @module
 */
import type { Task } from "../protocol/generated/types.ts";

/** Arguments of `sessions_spawn`, as openclaw 2026.9 takes them. */
export interface Handover {
  task: string;
  runtime: "acp";
  agentId: string;
  mode: "run";
  /** Absolute path of the worktree. */
  cwd: string;
  label: string;
  /** Matches `[a-z][a-z0-9_-]{0,63}`. */
  taskName: string;
  cleanup: "keep";
  runTimeoutSeconds: number;
}

/** Why an `acp` task escalates: a caller has to spawn the session. */
export const handoverReason = "ACP dispatch requires OpenClaw integration (Phase 2)";

/** The hand-over of a task. */
export function buildHandover(
  task: Task,
  about: { brief: string; runtime: string; cwd: string; timeoutSeconds: number },
): Handover {
  return {
    task: about.brief,
    runtime: "acp",
    agentId: about.runtime,
    mode: "run",
    cwd: about.cwd,
    label: task.title,
    taskName: spawnName(task.id),
    cleanup: "keep",
    runTimeoutSeconds: Math.ceil(about.timeoutSeconds),
  };
}

/** The id as a name that `sessions_spawn` accepts. */
function spawnName(id: string): string {
  const name = id.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "_");
  return (/^[a-z]/.test(name) ? name : `task_${name}`).slice(0, 64);
}
