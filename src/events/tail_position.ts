/**
 * A place in the event file, that outlives the file's growth and rotation.
 *
 * @module
 */
import type { SinkCursor } from "../protocol/generated/types.ts";

/**
 * A place in the event file: which file it was, how it began, how far it was read and what
 * stood right before that place. A `SinkCursor` is one, with what else a sink keeps.
 */
export type TailPosition = Pick<
  SinkCursor,
  | "device"
  | "inode"
  | "header_hash"
  | "header_bytes"
  | "offset"
  | "tail_hash"
  | "tail_bytes"
  | "inside_line"
  | "previous_file"
>;

/**
 * The place `offset` bytes into the event file, whatever file that is, as the older
 * implementation kept it: 0 is the beginning.
 *
 * @param previousFile Name of the newest rotated file now, empty for none: those that come
 * later are read too, should the event file be rotated before the first look.
 */
export function positionAt(offset: number, previousFile?: string): TailPosition {
  const start = { device: 0, inode: 0, header_hash: "", header_bytes: 0, offset };
  return previousFile === undefined ? start : { ...start, previous_file: previousFile };
}

/** Whether two positions say the same. */
export function isSamePosition(a: TailPosition, b: TailPosition): boolean {
  return a.offset === b.offset && a.inode === b.inode && a.device === b.device &&
    a.header_hash === b.header_hash && a.header_bytes === b.header_bytes &&
    a.tail_hash === b.tail_hash && a.tail_bytes === b.tail_bytes &&
    (a.inside_line ?? false) === (b.inside_line ?? false) && a.previous_file === b.previous_file;
}
