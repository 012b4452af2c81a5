/**
 * The environment of a worker and of its gates.
 *
 * @module
 */
import { gitEnvironment } from "../git/git_settings.ts";
import { attemptMarker, worktreeVariable } from "../process/find_attempt_processes.ts";
import type { Task } from "../protocol/generated/types.ts";

/** Most characters of a text in one environment variable; Linux allows 128 KiB in all. */
const maxText = 32_768;

/** What the environment says of an attempt. */
export interface EnvironmentFacts {
  task: Task;
  attemptId: string;
  runtime: string;
  /** Serial of the attempt. */
  serial: number;
  maxAttempts: number;
  /** Paths; empty texts where there is nothing. */
  taskFile: string;
  briefFile: string;
  resultFile: string;
  previousFailureFile: string;
  worktree: string;
  branch: string;
  /** First port of the attempt's block, or null. */
  portBase: number | null;
  /** Slot among the attempts that run at once, or null. */
  slot: number | null;
}

/**
 * The parent's environment, without what ties git to another repository and without
 * the secrets of macp itself, and with the variables of the contract.
 *
 * @param ownSecrets Names of the variables that hold macp's own secrets.
 */
export function workerEnvironment(
  parent: Readonly<Record<string, string>>,
  ownSecrets: readonly string[],
  facts: EnvironmentFacts,
): Record<string, string> {
  const { task } = facts;
  const inherited = Object.entries(gitEnvironment(parent))
    .filter(([name]) => !ownSecrets.includes(name) && name !== "OLDPWD");
  const description = task.description ?? "";
  return {
    ...Object.fromEntries(inherited),
    MACP_TASK_ID: asValue(task.id),
    MACP_TASK_TITLE: asValue(task.title),
    MACP_TASK_PROMPT: asValue(description === "" ? task.title : `${task.title}\n\n${description}`),
    MACP_RUNTIME: asValue(facts.runtime),
    MACP_TASK_FILE: facts.taskFile,
    MACP_BRIEF_FILE: facts.briefFile,
    MACP_RESULT_FILE: facts.resultFile,
    [worktreeVariable]: facts.worktree,
    MACP_BRANCH: asValue(facts.branch),
    MACP_ATTEMPT: String(facts.serial),
    MACP_MAX_ATTEMPTS: String(facts.maxAttempts),
    MACP_PREVIOUS_FAILURE_FILE: facts.previousFailureFile,
    ...(facts.portBase === null ? {} : { MACP_PORT_BASE: String(facts.portBase) }),
    ...(facts.slot === null ? {} : { MACP_SLOT: String(facts.slot) }),
    [attemptMarker]: facts.attemptId,
  };
}

/** A text as the operating system takes it: without NUL, of bounded length. */
function asValue(text: string): string {
  return text.replaceAll("\0", "").slice(0, maxText);
}
