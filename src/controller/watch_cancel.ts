/**
 * Seeing that a person asked to end a task.
 *
 * @module
 */
import { isCancelRequested } from "./claim.ts";
import type { ControllerContext } from "./context.ts";

/** Milliseconds between looks at a queue that others write too. */
const lookMs = 250;

/** Sees within a second when a person asks to end the attempt. */
export async function watchForCancel(
  { store, world }: ControllerContext,
  id: string,
  until: AbortSignal,
  onCancel: () => void,
): Promise<void> {
  for (;;) {
    await world.clock.sleep(lookMs, until);
    if (until.aborted) return;
    try {
      if (isCancelRequested({ queue: store.readQueue() }, id)) return onCancel();
    } catch {
      // Someone is writing the queue by hand; what it holds then counts.
    }
  }
}
