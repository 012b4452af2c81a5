/**
 * The lock of the queue: whoever writes to a file that several programs write holds it.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { World } from "../sys/world.ts";
import { takeStateLock } from "./state_places.ts";
import type { StorePaths } from "./paths.ts";

/** Milliseconds to wait for the lock of the queue. */
const lockWaitMs = 30_000;

/**
 * Works under the lock of the queue. Throws `MacpError` of kind busy, code `queue_locked`,
 * when another program holds it for half a minute.
 */
export async function withQueueLock<T>(
  { files }: Pick<World, "files">,
  { queueLock }: Pick<StorePaths, "queueLock">,
  work: () => T,
): Promise<T> {
  const lock = await takeStateLock(files, queueLock, lockWaitMs);
  if (lock === null) {
    throw new MacpError(
      "busy",
      `Cannot lock the queue as another program holds it: ${queueLock}`,
      { code: "queue_locked", hints: [`Find the holder with: lsof ${queueLock}`] },
    );
  }
  try {
    return work();
  } finally {
    lock.release();
  }
}
