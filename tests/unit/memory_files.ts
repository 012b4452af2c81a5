/**
 * A file system in memory, as faithful as the tests need it: names and inodes are two
 * things, an open file outlives its name, and the inode of a file that is gone is given to
 * the next one. No symbolic links.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { Files, FileStat, OpenFile, OpenOptions } from "../../src/sys/files.ts";

class Node {
  bytes = new Uint8Array(256);
  size = 0;
  mtimeMs = 0;
  links = 1;
  handles = 0;
  constructor(readonly inode: number, public mode: number) {}

  content(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }

  resize(size: number): void {
    if (size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.bytes.length * 2));
      larger.set(this.content());
      this.bytes = larger;
    }
    this.bytes.fill(0, Math.min(size, this.size), Math.max(size, this.size));
    this.size = size;
  }
}

/** A file system in memory. */
export class MemoryFiles implements Files {
  readonly #nodes = new Map<string, Node>();
  readonly #folders = new Set<string>(["/", "."]);
  readonly #inodes = new Set<number>();
  readonly #locks = new Set<string>();
  #time = 0;

  readBytes(path: string): Uint8Array {
    return this.#node(path).content().slice();
  }

  readText(path: string): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.readBytes(path));
  }

  /** Writes a whole file, for tests. */
  writeText(path: string, text: string): void {
    const file = this.open(path, { write: true, create: true, truncate: true });
    file.write(new TextEncoder().encode(text));
    file.close();
  }

  /** Adds to a file, for tests. */
  append(path: string, data: string | Uint8Array): void {
    const file = this.open(path, { append: true, create: true });
    file.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
    file.close();
  }

  stat(path: string): FileStat | null {
    if (this.#folders.has(path)) {
      return { kind: "folder", size: 0, mtimeMs: 0, device: 1, inode: 0, mode: 0o700 };
    }
    const node = this.#nodes.get(path);
    return node === undefined ? null : statOf(node);
  }

  lstat(path: string): FileStat | null {
    return this.stat(path);
  }

  list(path: string): string[] {
    const all = [...this.#nodes.keys(), ...this.#folders].filter((other) => other !== path);
    return all.filter((other) => dirname(other) === path).map((other) => basename(other)).sort();
  }

  entries(path: string): { name: string; isFolder: boolean }[] {
    return this.list(path).map((name) => ({ name, isFolder: this.#folders.has(join(path, name)) }));
  }

  makeFolder(path: string): void {
    for (let folder = path; !this.#folders.has(folder); folder = dirname(folder)) {
      this.#folders.add(folder);
    }
  }

  open(path: string, options: OpenOptions): OpenFile {
    let node = this.#nodes.get(path);
    if (node !== undefined && options.createNew) throw new Error(`File exists: ${path}`);
    if (node === undefined) {
      if (!options.create && !options.createNew) throw new Error(`Not found: ${path}`);
      node = this.#create(path, options.mode ?? 0o600);
    }
    if (options.truncate) this.#change(node, () => node.resize(0));
    return this.#handle(node, options.append ?? false);
  }

  rename(from: string, to: string): void {
    const node = this.#node(from);
    if (from === to) return;
    this.remove(to);
    this.#nodes.delete(from);
    this.#nodes.set(to, node);
  }

  copy(from: string, to: string): void {
    const bytes = this.readBytes(from);
    const file = this.open(to, { write: true, create: true, truncate: true });
    file.write(bytes);
    file.close();
  }

  setMode(path: string, mode: number): void {
    this.#node(path).mode = mode;
  }

  setModified(path: string, mtimeMs: number): void {
    this.#node(path).mtimeMs = mtimeMs;
  }

  remove(path: string): void {
    const node = this.#nodes.get(path);
    if (node === undefined) return;
    this.#nodes.delete(path);
    node.links--;
    this.#free(node);
  }

  /** There are no links. */
  realPath(path: string): string {
    return path;
  }

  syncFolder(): void {}

  lock(path: string): Promise<{ release(): void } | null> {
    if (this.#locks.has(path)) return Promise.resolve(null);
    this.#locks.add(path);
    return Promise.resolve({ release: () => void this.#locks.delete(path) });
  }

  watch(): () => void {
    return () => {};
  }

  #node(path: string): Node {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Error(`Not found: ${path}`);
    return node;
  }

  #create(path: string, mode: number): Node {
    let inode = 10;
    while (this.#inodes.has(inode)) inode++;
    this.#inodes.add(inode);
    const node = new Node(inode, mode);
    this.#nodes.set(path, node);
    this.#change(node, () => {});
    return node;
  }

  #free(node: Node): void {
    if (node.links === 0 && node.handles === 0) this.#inodes.delete(node.inode);
  }

  #change(node: Node, act: () => void): void {
    act();
    node.mtimeMs = ++this.#time;
  }

  #handle(node: Node, append: boolean): OpenFile {
    let at = 0;
    node.handles++;
    return {
      write: (bytes) => {
        if (append) at = node.size;
        this.#change(node, () => {
          if (at + bytes.length > node.size) node.resize(at + bytes.length);
          node.bytes.set(bytes, at);
        });
        at += bytes.length;
      },
      read: (buffer) => {
        const piece = node.content().subarray(at, at + buffer.length);
        buffer.set(piece);
        at += piece.length;
        return piece.length === 0 && buffer.length > 0 ? null : piece.length;
      },
      seek: (offset) => void (at = offset),
      truncate: (size) => this.#change(node, () => node.resize(size)),
      sync: () => {},
      stat: () => statOf(node),
      close: () => {
        node.handles--;
        this.#free(node);
      },
    };
  }
}

function statOf({ size, mtimeMs, inode, mode }: Node): FileStat {
  return { kind: "file", size, mtimeMs, device: 1, inode, mode };
}
