/**
 * The file system as the program needs it. Calls are synchronous, so that what
 * happens under a lock happens in one piece; only waiting for a lock is not.
 *
 * @module
 */

/** What is known about one path. */
export interface FileStat {
  kind: "file" | "folder" | "symlink" | "other";
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
  device: number;
  inode: number;
  /** Permission bits. */
  mode: number;
}

/** How a file is opened. */
export interface OpenOptions {
  read?: boolean;
  write?: boolean;
  append?: boolean;
  create?: boolean;
  /** Fails when the file exists. */
  createNew?: boolean;
  truncate?: boolean;
  /** Permission bits of a file that is created; 0600 unless given. */
  mode?: number;
}

/** An open file. */
export interface OpenFile {
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array): void;
  /** Reads into `buffer`; bytes read, or null at the end. */
  read(buffer: Uint8Array): number | null;
  /** Moves to `offset` bytes from the start. */
  seek(offset: number): void;
  truncate(size: number): void;
  /** Makes the content durable (fsync). */
  sync(): void;
  stat(): FileStat;
  close(): void;
}

/** An exclusive OS lock; it ends with its process at the latest. */
export interface FileLock {
  release(): void;
}

/** The file system. Calls throw what the operating system says, as `Error`. */
export interface Files {
  /** Whole content. */
  readBytes(path: string): Uint8Array;
  /** Whole content as text; what is not UTF-8 becomes U+FFFD. */
  readText(path: string): string;
  /** Null when nothing is there. Follows symbolic links. */
  stat(path: string): FileStat | null;
  /** Null when nothing is there. Does not follow symbolic links. */
  lstat(path: string): FileStat | null;
  /** Names in a folder, sorted; none when it does not exist. */
  list(path: string): string[];
  /** What a folder holds, in no order; nothing when it does not exist. A link is no folder. */
  entries(path: string): { name: string; isFolder: boolean }[];
  /** Makes a folder and those above it; 0700 unless `mode` is given. */
  makeFolder(path: string, mode?: number): void;
  open(path: string, options: OpenOptions): OpenFile;
  rename(from: string, to: string): void;
  /** Copies a file with its permission bits; what stands at `to` is replaced. */
  copy(from: string, to: string): void;
  /** Sets when a file was modified, in milliseconds since the epoch. */
  setModified(path: string, mtimeMs: number): void;
  /** Sets the permission bits. */
  setMode(path: string, mode: number): void;
  /** Removes what is there; nothing there is no error. Never follows links. */
  remove(path: string, options?: { recursive?: boolean }): void;
  /** Path without symbolic links. */
  realPath(path: string): string;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void;
  /**
   * Takes the exclusive lock on `path`, which is created when missing.
   * Null when someone else has held it for `waitMs`.
   */
  lock(path: string, waitMs: number): Promise<FileLock | null>;
  /**
   * Calls back with the name of what changed in a folder, until the returned function is
   * called. A hint only: changes are missed in a burst, and all of them where the system
   * cannot tell or the folder is missing.
   */
  watch(folder: string, changed: (name: string) => void): () => void;
}
