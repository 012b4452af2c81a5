/**
 * Finding the file of a position again, and telling when it is another one.
 *
 * @module
 */
import type { EventChain, OpenEvents } from "./event_chain.ts";
import { type ChunkReader, readAt } from "./file_chunks.ts";
import { fingerprintBytes, type HeaderHashes, tailHash } from "./fingerprint.ts";
import { beginningOf, noHeader, type Place } from "./place.ts";
import type { TailNotice } from "./tail_notice.ts";
import type { TailPosition } from "./tail_position.ts";

const newline = 0x0a;

/** Where reading goes on. */
export interface Found {
  place: Place;
  /** What a person should know, and what tells it from others of its kind. */
  notice: { notice: TailNotice; about: string } | null;
}

/** Finds the places of positions. */
export class PlaceFinder {
  readonly #chain: EventChain;
  readonly #chunks: ChunkReader;
  readonly #hashes: HeaderHashes;
  readonly #chunkBytes: number;

  /** @param chunkBytes Bytes that are read together with what stands before a place. */
  constructor(
    chain: EventChain,
    { chunks, hashes, chunkBytes }: {
      chunks: ChunkReader;
      hashes: HeaderHashes;
      chunkBytes: number;
    },
  ) {
    this.#chain = chain;
    this.#chunks = chunks;
    this.#hashes = hashes;
    this.#chunkBytes = chunkBytes;
  }

  /** The place of a position, or what comes instead, in a file that is open; null without one. */
  async find(position: TailPosition): Promise<Found | null> {
    const { inode, offset } = position;
    // Of a file of which nothing was read it does not matter whether it is still the same.
    const known = offset === 0 ? null : this.#reopen(position);
    if (known === null) return offset > 0 && inode === 0 ? null : this.#instead(position, null);
    const place = await this.#check(known, position);
    if (place === null) return this.#instead(position, known);
    const { path } = known;
    if (path === this.#chain.path) return { place, notice: null };
    return { place, notice: { notice: { kind: "rotated", path, offset }, about: `${inode}` } };
  }

  /** The file that a position was in; one that is known by its offset alone is the event file. */
  #reopen({ inode, previous_file = "" }: TailPosition): OpenEvents | null {
    return inode === 0 ? this.#chain.openLive() : this.#chain.find(inode, previous_file);
  }

  /** The beginning of what was written after all that a position has behind it. */
  #instead({ inode, offset, previous_file }: TailPosition, known: OpenEvents | null): Found | null {
    const opened = previous_file === undefined
      ? this.#chain.openLive()
      : this.#chain.openAfter(previous_file);
    if (opened === null) return null;
    const place = beginningOf(opened);
    const { path, stat } = opened;
    if (offset === 0 && (inode === 0 || inode === stat.inode)) return { place, notice: null };
    const kind = known !== null && known.stat.size < offset ? "truncated" : "replaced";
    const about = `${stat.inode}:${stat.mtimeMs}:${offset}`;
    return { place, notice: { notice: { kind, path, offset }, about } };
  }

  /** The place of a position in its file; null, and closed, when the content is another. */
  async #check(opened: OpenEvents, position: TailPosition): Promise<Place | null> {
    const { offset, inode, header_hash, header_bytes = fingerprintBytes } = position;
    let found = false;
    try {
      found = opened.stat.size >= offset && await this.#hasContent(opened, position);
    } finally {
      if (!found) opened.file.close();
    }
    const header = inode === 0 ? noHeader : { hash: header_hash, bytes: header_bytes };
    return found ? { opened, offset, inside: position.inside_line ?? false, header } : null;
  }

  /** Whether a file begins as it did, and has before the position what it had. */
  async #hasContent(opened: OpenEvents, position: TailPosition): Promise<boolean> {
    const { around, before } = this.#chunks.read(opened, position.offset, this.#chunkBytes);
    if (position.inode === 0) return around[before - 1] === newline;
    const { device, tail_hash, tail_bytes = 0, header_hash, header_bytes } = position;
    const tail = around.subarray(Math.max(0, before - tail_bytes), before);
    // On some file systems a device has another number after each boot.
    if (tail_hash === undefined ? device !== opened.stat.device : tailHash(tail) !== tail_hash) {
      return false;
    }
    const header = readAt(opened.file, 0, header_bytes ?? fingerprintBytes);
    return await this.#hashes.of(header) === header_hash;
  }
}
