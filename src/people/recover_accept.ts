/**
 * Making good an acceptance that ended without saying so.
 *
 * @module
 */
import type { ControllerContext } from "../controller/context.ts";
import { hasLiveOwner } from "../controller/owners.ts";
import { recoverAttempt } from "../controller/recover.ts";

/** Makes good an acceptance of the task whose process ended without saying so. */
export async function recoverDeadAccept(context: ControllerContext, id: string): Promise<void> {
  const attempt = context.store.readState().running[id];
  if (!attempt?.accept || hasLiveOwner(context.world, attempt)) return;
  await recoverAttempt(context, id, attempt);
}
