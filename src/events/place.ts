/**
 * Places in open files of events, and the positions that outlive them.
 *
 * @module
 */
import type { OpenEvents } from "./event_chain.ts";
import { type Chunk, readAt } from "./file_chunks.ts";
import { fingerprintBytes, type HeaderHashes, tailHash } from "./fingerprint.ts";
import type { TailPosition } from "./tail_position.ts";

/** An open file, and where in it reading goes on. */
export interface Place {
  opened: OpenEvents;
  /** Bytes. */
  offset: number;
  /** Whether that is inside a line that is too long. */
  inside: boolean;
  header: Header;
}

/** Beginning of a file: how many bytes are known, and their hash. */
export interface Header {
  hash: string;
  bytes: number;
}

/** The beginning of a file of which nothing is known. */
export const noHeader: Header = { hash: "", bytes: 0 };

/** The first place in a file. */
export function beginningOf(opened: OpenEvents): Place {
  return { opened, offset: 0, inside: false, header: noHeader };
}

/** The beginning of the file of a place, as far as it is hashed when it is read up to `end`. */
export async function headerUpTo(
  { opened, header }: Place,
  end: number,
  hashes: HeaderHashes,
): Promise<Header> {
  const bytes = Math.min(fingerprintBytes, end);
  if (bytes <= header.bytes) return header;
  return { hash: await hashes.of(readAt(opened.file, 0, bytes)), bytes };
}

/** Position `done` bytes behind a place, at which the chunk begins. */
export function positionIn(
  { opened: { stat, previous }, offset, header }: Place,
  { around, before }: Pick<Chunk, "around" | "before">,
  { done, inside }: { done: number; inside: boolean },
): TailPosition {
  const end = before + done;
  const tail = around.subarray(Math.max(0, end - fingerprintBytes), end);
  return {
    device: stat.device,
    inode: stat.inode,
    header_hash: header.hash,
    header_bytes: header.bytes,
    offset: offset + done,
    tail_hash: tailHash(tail),
    tail_bytes: tail.length,
    inside_line: inside,
    previous_file: previous,
  };
}

/** Position at the beginning of a file. */
export function startOf(opened: OpenEvents): TailPosition {
  const nothing = { around: new Uint8Array(), before: 0 };
  return positionIn(beginningOf(opened), nothing, { done: 0, inside: false });
}
