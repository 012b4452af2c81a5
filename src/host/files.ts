/**
 * The real file system.
 *
 * @module
 */
import { messageOf } from "../protocol/errors.ts";
import type { FileLock, Files, FileStat, OpenFile, OpenOptions } from "../sys/files.ts";

/** The real file system. */
export const realFiles: Files = {
  readBytes: (path) => Deno.readFileSync(path),
  readText: (path) => Deno.readTextFileSync(path),
  stat: (path) => orNull(() => toStat(Deno.statSync(path))),
  lstat: (path) => orNull(() => toStat(Deno.lstatSync(path))),
  list: (path) => orNull(() => [...Deno.readDirSync(path)].map((entry) => entry.name).sort()) ?? [],
  entries: (path) =>
    orNull(() =>
      [...Deno.readDirSync(path)].map(({ name, isDirectory }) => ({ name, isFolder: isDirectory }))
    ) ?? [],
  makeFolder: (path, mode = 0o700) => Deno.mkdirSync(path, { recursive: true, mode }),
  open: (path, options) => openFile(path, options),
  setMode: (path, mode) => Deno.chmodSync(path, mode),
  rename: (from, to) => Deno.renameSync(from, to),
  setModified: (path, mtimeMs) => Deno.utimeSync(path, new Date(mtimeMs), new Date(mtimeMs)),
  copy: (from, to) => Deno.copyFileSync(from, to),
  remove: (path, options = {}) => {
    orNull(() => Deno.removeSync(path, { recursive: options.recursive ?? false }));
  },
  realPath: (path) => Deno.realPathSync(path),
  syncFolder: (path) => {
    const folder = Deno.openSync(path, { read: true });
    try {
      folder.syncSync();
    } finally {
      folder.close();
    }
  },
  lock,
  watch,
};

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isNothingThere(error)) return null;
    throw error;
  }
}

/** Whether an error says that nothing stands at a path; none can where its name is too long. */
function isNothingThere(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    (error instanceof Error && "code" in error && error.code === "ENAMETOOLONG");
}

function toStat(info: Deno.FileInfo): FileStat {
  return {
    kind: info.isSymlink ? "symlink" : info.isDirectory ? "folder" : info.isFile ? "file" : "other",
    size: info.size,
    mtimeMs: info.mtime?.getTime() ?? 0,
    device: info.dev,
    inode: info.ino ?? 0,
    mode: (info.mode ?? 0) & 0o7777,
  };
}

function openFile(path: string, options: OpenOptions): OpenFile {
  const file = Deno.openSync(path, {
    mode: 0o600,
    ...options,
  });
  return {
    write: (bytes) =>
      named("write", path, () => {
        for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      }),
    read: (buffer) => named("read", path, () => file.readSync(buffer)),
    seek: (offset) => named("seek", path, () => void file.seekSync(offset, Deno.SeekMode.Start)),
    truncate: (size) => named("truncate", path, () => file.truncateSync(size)),
    sync: () => named("sync", path, () => file.syncSync()),
    stat: () => named("stat", path, () => toStat(file.statSync())),
    close: () => file.close(),
  };
}

/** What the system says of an open file does not name it. */
function named<T>(verb: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Error(`${messageOf(cause)}: ${verb} '${path}'`, { cause });
  }
}

/**
 * `tryLock` is missing before Deno 2.9, which an executable may be linked with:
 * there the lock is asked for and given up after the wait.
 */
async function lock(path: string, waitMs: number): Promise<FileLock | null> {
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  const taken = file.lock(true).then(() => true, () => false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), waitMs);
  });
  const outcome = await Promise.race([taken, gaveUp]);
  clearTimeout(timer);
  if (outcome === true) return { release: () => file.close() };
  // The request cannot be withdrawn: the lock is let go as soon as it comes.
  void taken.then(() => file.close());
  return null;
}

/** A watch on one folder, and who is told. */
interface SharedWatch {
  watcher: Deno.FsWatcher;
  listeners: Set<(name: string) => void>;
}

/** Watches by what tells their folders apart. */
const watches = new Map<string, SharedWatch>();

/**
 * One watch for all who watch a folder. The runtime's watcher opens what is new in it; when
 * that is a pipe, it hangs, and hangs whoever begins a further watch.
 */
function watch(folder: string, changed: (name: string) => void): () => void {
  try {
    const { dev, ino } = Deno.statSync(folder);
    const key = `${dev}:${ino}:${folder}`;
    const shared = watches.get(key) ?? startWatch(folder);
    watches.set(key, shared);
    const listener = (name: string) => changed(name);
    shared.listeners.add(listener);
    return () => {
      if (!shared.listeners.delete(listener) || shared.listeners.size > 0) return;
      watches.delete(key);
      shared.watcher.close();
    };
  } catch {
    return () => {};
  }
}

function startWatch(folder: string): SharedWatch {
  const watcher = Deno.watchFs(folder, { recursive: false });
  const listeners = new Set<(name: string) => void>();
  const follow = async () => {
    for await (const { paths } of watcher) {
      for (const path of paths) {
        for (const tell of listeners) tell(path.slice(path.lastIndexOf("/") + 1));
      }
    }
  };
  void follow().catch(() => {});
  return { watcher, listeners };
}
