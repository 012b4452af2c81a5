/**
 * @module
 */
import { runtimeOf } from "../protocol/task.ts";
import type { AttemptFiles } from "./attempt_files.ts";
import type { DispatchRequest } from "./dispatch_request.ts";
import { workerEnvironment } from "./worker_environment.ts";

/** The environment of an attempt's setup, worker and gates, which run in `cwd`. */
export function attemptEnvironment(
  request: DispatchRequest,
  cwd: string,
  files: AttemptFiles,
): Record<string, string> {
  const { git, task, settings } = request;
  return workerEnvironment(git.world.env, request.ownSecrets, {
    ...request,
    runtime: runtimeOf(task, settings),
    taskFile: files.task,
    briefFile: files.brief,
    resultFile: files.result,
    previousFailureFile: files.previousFailure,
    worktree: cwd,
    branch: request.branch ?? "",
  });
}
