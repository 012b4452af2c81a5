/**
 * A file system whose process can be killed between any two calls, and within a write.
 *
 * @module
 */
import type { FileLock, Files, FileStat, OpenFile, OpenOptions } from "../../../src/sys/files.ts";

/** Thrown by every call once the process is dead. */
export class Killed extends Error {}

/** Files as one process sees them; its locks end with it. */
export class MortalFiles implements Files {
  readonly #files: Files;
  /** By path: resolves once those who asked for it have let it go. */
  readonly #locks = new Map<string, Promise<void>>();
  /** Calls until the end; never when negative. */
  #left: number;

  constructor(files: Files, callsLeft = -1) {
    this.#files = files;
    this.#left = callsLeft;
  }

  readBytes(path: string): Uint8Array {
    return this.#live().readBytes(path);
  }
  readText(path: string): string {
    return this.#live().readText(path);
  }
  stat(path: string): FileStat | null {
    return this.#live().stat(path);
  }
  lstat(path: string): FileStat | null {
    return this.#live().lstat(path);
  }
  list(path: string): string[] {
    return this.#live().list(path);
  }
  entries(path: string): { name: string; isFolder: boolean }[] {
    return this.#live().entries(path);
  }
  makeFolder(path: string): void {
    this.#live().makeFolder(path);
  }
  rename(from: string, to: string): void {
    this.#live().rename(from, to);
  }
  copy(from: string, to: string): void {
    this.#live().copy(from, to);
  }
  setMode(path: string, mode: number): void {
    this.#live().setMode(path, mode);
  }
  setModified(path: string, mtimeMs: number): void {
    this.#live().setModified(path, mtimeMs);
  }
  remove(path: string): void {
    this.#live().remove(path);
  }
  realPath(path: string): string {
    return this.#live().realPath(path);
  }
  syncFolder(path: string): void {
    this.#live().syncFolder(path);
  }

  open(path: string, options: OpenOptions): OpenFile {
    const file = this.#live().open(path, options);
    const write = (bytes: Uint8Array) => {
      try {
        this.#live();
      } catch (error) {
        if (this.#left === 0) file.write(bytes.subarray(0, bytes.length >> 1));
        this.#left = -2;
        throw error;
      }
      file.write(bytes);
    };
    return { ...file, write };
  }

  async lock(path: string): Promise<FileLock | null> {
    const before = this.#locks.get(path) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locks.set(path, before.then(() => promise));
    await before;
    return { release: resolve };
  }

  watch(): () => void {
    return () => {};
  }

  #live(): Files {
    if (this.#left === 0 || this.#left === -2) throw new Killed("killed");
    if (this.#left > 0) this.#left--;
    return this.#files;
  }
}
