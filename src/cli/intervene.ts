/**
 * Carries out what a person does to a task.
 *
 * @module
 */
import type { ControllerContext } from "../controller/context.ts";
import { isLive, openAttempt } from "../controller/owners.ts";
import { recoverDeadAccept } from "../people/recover_accept.ts";
import type { Intervention } from "../people/interventions.ts";
import { resultOwner } from "../dispatcher/result_owner.ts";
import { resultPath } from "../dispatcher/result_paths.ts";
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import { isRecord } from "../protocol/events.ts";
import { redactResult } from "../redaction/redact_formats.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { View } from "../store/store.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { openRepository, requireTask } from "./open_repository.ts";

/** Plans what happens to a task. Throws `MacpError` of kind usage when it must not. */
export type Plan = (
  view: View,
  id: string,
  about: { now: number; settings: Settings; isLive: (owner: ProcessIdentity) => boolean },
) => Intervention;

/** Carries out a plan on the task that the call names. */
export async function intervene(
  invocation: Invocation,
  plan: Plan,
  before?: (context: ControllerContext, raw: unknown) => Promise<void>,
): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const { store, settings, paths, redactor } = repository;
  const id = args.positional[0] ?? "";
  const about = {
    now: world.clock.now(),
    settings,
    isLive: (owner: ProcessIdentity) => isLive(world, owner),
  };
  // The entry of a task that runs may be gone from the queue.
  const isOpen = openAttempt(store.readState(), id, about.isLive) !== null;
  const raw = isOpen ? store.readQueue().find(id) : requireTask(store, id);
  const dryRun = args.flag("dry-run");
  if (!dryRun) {
    const tell = { onEvent: () => {}, onNote: (text: string) => output.note(text) };
    const context = { ...repository, ...tell, world };
    await recoverDeadAccept(context, id);
    await before?.(context, raw);
  }
  const { message, status, ended } = dryRun
    ? plan({ queue: store.readQueue(), state: store.readState() }, id, about).result
    : await store.change((view) => plan(view, id, about));
  if (ended !== null && !dryRun) {
    const named = isRecord(raw) && typeof raw.result_path === "string"
      ? raw.result_path
      : undefined;
    const path = resultPath(paths, settings, await taskNames(id), named);
    if (path !== null && resultOwner(store.readQueue().tasks, settings, raw) === null) {
      atomicWriteJson(world, path, redactResult(redactor, ended));
    }
  }
  if (output.options.json) output.json({ task_id: id, status, message, changed: !dryRun });
  else output.note(dryRun ? `would do: ${message}` : message);
  return exitCodes.done;
}
