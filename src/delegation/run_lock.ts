/**
 * The lock of one delegation: who asks under a run id is alone with it.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { FileLock } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** Milliseconds to wait for the lock; a busy machine takes its time to tell that it is free. */
const waitMs = 3000;
/** A file that was removed between its opening and its locking is made anew so often. */
const maxTries = 20;

/**
 * Works while no other process can ask under the same run id. The file of the lock is
 * removed afterwards.
 *
 * @param path `<run-id>.lock`, in a folder that exists.
 * Throws `MacpError` of kind busy, code `run_busy`, when another process holds it.
 */
export async function withRunLock<T>(
  { files }: Pick<World, "files">,
  { path, runId }: { path: string; runId: string },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await takeLock({ files }, path, runId);
  try {
    return await work();
  } finally {
    // Before it is let go: the next holder makes a file of its own.
    files.remove(path);
    lock.release();
  }
}

async function takeLock(
  { files }: Pick<World, "files">,
  path: string,
  runId: string,
): Promise<FileLock> {
  for (let tries = 0; tries < maxTries; tries++) {
    // While it is open its inode is used by no other file.
    const opened = files.open(path, { read: true, write: true, create: true });
    try {
      const lock = await files.lock(path, waitMs);
      if (lock === null) break;
      const [own, there] = [opened.stat(), files.lstat(path)];
      if (own.inode === there?.inode && own.device === there.device) return lock;
      lock.release();
    } finally {
      opened.close();
    }
  }
  throw new MacpError(
    "busy",
    `Cannot delegate under run id ${runId} as another macp does so now`,
    { code: "run_busy", hints: [`Wait for its answer with: macp delegate --collect ${runId}`] },
  );
}
