/**
 * The lock of one delegation: who asks under a run id is alone with it.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { describeKind } from "../protocol/not_a_file.ts";
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
 * Throws `MacpError` of kind busy, code `run_busy`, when another process holds it; of kind
 * failure, code `lock_not_a_file`, when no file is in its place.
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
    refuseOther(files.lstat(path)?.kind ?? "file", { path, runId });
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

/** An agent may write into the folder: where a link of it leads, nothing is made or locked. */
function refuseOther(kind: string, { path, runId }: { path: string; runId: string }): void {
  if (kind === "file") return;
  const why = `${describeKind(kind)} is in the place of its lock`;
  throw new MacpError("failure", `Cannot delegate under run id ${runId} as ${why}: ${path}`, {
    code: "lock_not_a_file",
    hints: ["Move it away, or delegate under another run id"],
  });
}
