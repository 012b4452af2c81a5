/**
 * Reading an event file that grows, is cut, replaced and rotated, from any place on.
 *
 * @module
 */
import { parseEventLine, type ReadEvent } from "../protocol/events.ts";
import type { Files } from "../sys/files.ts";
import { cutChunk } from "./cut_chunk.ts";
import { EventChain, type OpenEvents } from "./event_chain.ts";
import { type Chunk, ChunkReader, endOfLines } from "./file_chunks.ts";
import { HeaderHashes, tailHash } from "./fingerprint.ts";
import { beginningOf, headerUpTo, type Place, positionIn, startOf } from "./place.ts";
import { PlaceFinder } from "./place_finder.ts";
import { scanLines, type ScannedLine } from "./scan_lines.ts";
import type { TailNotice } from "./tail_notice.ts";
import { positionAt, type TailPosition } from "./tail_position.ts";
import { filterTypes, type TypeFilter } from "./type_filter.ts";

/** How much is read at once. */
export interface TailLimits {
  /** Bytes that one poll reads at most, when no line is longer; 128 KiB unless given. */
  chunkBytes?: number;
  /** Longest line that is read, without its newline; 1 MiB unless given. */
  maxLineBytes?: number;
}

/** Bytes of a line by which it is remembered as told. */
const toldBytes = 256;
/** Most notices that are remembered as told. */
const mostTold = 10_000;

/** An event that was read. */
export interface TailEvent {
  /** Shared with other readers: not to be changed. */
  event: ReadEvent;
  /** Its line, without the newline. */
  line: string;
  /** Where in its file the line begins, in bytes. */
  offset: number;
}

/** What one poll gave. */
export interface TailBatch {
  /** Events that are wanted, oldest first. */
  events: readonly TailEvent[];
  /** What came in the way; a line that is passed over is told once in the life of a tail. */
  notices: readonly TailNotice[];
  /** Lines that are passed over as they are no events or too long, told before or not. */
  passedOver: number;
  /** Where to go on when all of it is dealt with. */
  position: TailPosition;
  /** Whether there is more to read already. */
  more: boolean;
  /** Where to go on when the event of this index and those before are dealt with; -1: none. */
  positionAfter(index: number): TailPosition;
}

/** What a poll may leave out. */
export interface TailOptions {
  /** Types of events that are wanted; all when left out, null or none. */
  types?: Iterable<string> | null;
}

/**
 * Reads the event file and those that it was rotated into. Keeps no place itself: any number
 * of readers, each at its own position, share one tail, and those at the same position share
 * what was read and parsed.
 *
 * A file is the same when inode, beginning and what stands before the position are. When it
 * is not, the files that are there now are read from their beginning, and a notice says so.
 * A last line without newline is left for later, until the file was rotated.
 *
 * With `types`, lines that do not hold one of them are not parsed; such a line that is broken
 * inside is then told only when it does not begin and end as an object.
 *
 * Nothing but one chunk is held between polls. Calls throw what the operating system says.
 */
export class EventTail {
  readonly #chain: EventChain;
  readonly #chunks = new ChunkReader();
  readonly #hashes = new HeaderHashes();
  readonly #finder: PlaceFinder;
  readonly #told = new Set<string>();
  readonly #limits: Required<TailLimits>;

  /** @param path The event file, which may not exist yet. */
  constructor(files: Files, path: string, limits: TailLimits = {}) {
    this.#chain = new EventChain(files, path);
    this.#limits = { chunkBytes: 128 * 1024, maxLineBytes: 1024 * 1024, ...limits };
    const { chunkBytes } = this.#limits;
    this.#finder = new PlaceFinder(this.#chain, {
      chunks: this.#chunks,
      hashes: this.#hashes,
      chunkBytes,
    });
  }

  /**
   * Reads on from a position, at most 128 KiB or one longer line; null is the beginning of
   * the event file. Throws `MacpError` when there is something that is no file.
   */
  async poll(position: TailPosition | null, options: TailOptions = {}): Promise<TailBatch> {
    const notices: TailNotice[] = [];
    const from = position ?? positionAt(0);
    const found = await this.#finder.find(from);
    if (found === null) {
      const stay = this.#staying(from);
      const positionAfter = () => stay;
      return { events: [], notices, passedOver: 0, position: stay, more: false, positionAfter };
    }
    const { place, notice } = found;
    if (notice !== null) this.#tell(notices, notice.notice, notice.about);
    try {
      return await this.#read(place, filterTypes(options.types ?? null), notices);
    } finally {
      place.opened.file.close();
    }
  }

  /** The place after the last complete line of the event file. */
  async end(): Promise<TailPosition> {
    const opened = this.#chain.openLive();
    if (opened === null) return this.#staying(positionAt(0));
    try {
      const place = { ...beginningOf(opened), offset: endOfLines(opened) };
      const header = await headerUpTo(place, place.offset, this.#hashes);
      const chunk = this.#chunks.read(opened, place.offset, 0);
      return positionIn({ ...place, header }, chunk, { done: 0, inside: false });
    } finally {
      opened.file.close();
    }
  }

  /**
   * The first place of the oldest file that may hold events as new as `time`, milliseconds
   * since the epoch; it holds older ones too.
   */
  since(time: number): TailPosition {
    return positionAt(0, this.#chain.newestBefore(time));
  }

  /** Bytes that are not read yet from a position on; cheap, as no file is opened. */
  lag(position: TailPosition | null): number {
    return this.#chain.bytesAfter(position ?? positionAt(0));
  }

  /** Where to go on while there is no file: as before, and knowing which files there were. */
  #staying(position: TailPosition): TailPosition {
    const { tail_hash = tailHash(new Uint8Array()), tail_bytes = 0, inside_line = false } =
      position;
    const previous_file = position.previous_file ?? this.#chain.newest();
    return { ...position, tail_hash, tail_bytes, inside_line, previous_file };
  }

  async #read(
    place: Place,
    filter: TypeFilter | null,
    notices: TailNotice[],
  ): Promise<TailBatch> {
    const { opened, offset, inside } = place;
    const { chunkBytes, maxLineBytes } = this.#limits;
    let chunk = this.#chunks.read(opened, offset, chunkBytes);
    let cut = cutChunk(chunk.bytes, { inside, maxLineBytes });
    if (cut.done === 0 && !chunk.atEnd) {
      chunk = this.#chunks.read(opened, offset, maxLineBytes + 1);
      cut = cutChunk(chunk.bytes, { inside, maxLineBytes });
    }
    if (cut.huge) this.#tellLine(notices, "huge_line", place, { start: 0, bytes: chunk.bytes });
    const lines = scanLines(chunk.bytes.subarray(cut.start, cut.end), filter)
      .map(({ start, end, text }) => ({ start: start + cut.start, end: end + cut.start, text }));
    const successor = chunk.atEnd ? this.#successorOf(opened) : null;
    if (successor !== null && !cut.inside) {
      // Nobody will write the rest of this line any more.
      const text = new TextDecoder().decode(chunk.bytes.subarray(cut.done));
      lines.push({ start: cut.done, end: chunk.bytes.length, text });
    }
    const header = await headerUpTo(place, offset + cut.done, this.#hashes);
    const from = { ...place, header };
    const { events, ends, bad } = this.#events(lines, { place, chunk, filter, notices });
    const positionAfter = (index: number) =>
      index < 0
        ? positionIn(from, chunk, { done: 0, inside })
        : positionIn(from, chunk, { done: ends[index] ?? cut.done, inside: false });
    return {
      events,
      notices,
      passedOver: bad + (cut.huge ? 1 : 0),
      position: successor ?? positionIn(from, chunk, cut),
      more: successor !== null || !chunk.atEnd,
      positionAfter,
    };
  }

  /** Events of the lines, and where in the chunk each line ends. */
  #events(
    lines: readonly ScannedLine[],
    { place, chunk, filter, notices }: {
      place: Place;
      chunk: Chunk;
      filter: TypeFilter | null;
      notices: TailNotice[];
    },
  ): { events: TailEvent[]; ends: number[]; bad: number } {
    const events: TailEvent[] = [];
    const ends: number[] = [];
    let bad = 0;
    for (const { start, end, text } of lines) {
      let event = chunk.parsed.get(start);
      if (event === undefined) chunk.parsed.set(start, event = parseEventLine(text));
      if (event === null) {
        if (text.trim() === "") continue;
        bad++;
        const bytes = chunk.bytes.subarray(start, end);
        this.#tellLine(notices, "bad_line", place, { start, bytes });
      } else if (filter === null || filter.accepts(event.event_type)) {
        events.push({ event, line: text, offset: place.offset + start });
        ends.push(end);
      }
    }
    return { events, ends, bad };
  }

  /** Where to go on behind a file that nobody writes to any more; null when it is not one. */
  #successorOf(opened: OpenEvents): TailPosition | null {
    const successor = this.#chain.openSuccessor(opened);
    successor?.file.close();
    return successor && startOf(successor);
  }

  /** Adds a notice of the line that begins `start` bytes behind a place. */
  #tellLine(
    notices: TailNotice[],
    kind: "bad_line" | "huge_line",
    { opened: { path, stat }, offset }: Place,
    { start, bytes }: { start: number; bytes: Uint8Array },
  ): void {
    const at = offset + start;
    // In a file that was written anew another line may stand at the same place.
    const line = tailHash(bytes.subarray(0, toldBytes));
    this.#tell(notices, { kind, path, offset: at }, `${stat.inode}:${at}:${line}`);
  }

  /** Adds a notice that was not told yet. */
  #tell(notices: TailNotice[], notice: TailNotice, about: string): void {
    const key = `${notice.kind}:${about}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= mostTold) this.#told.clear();
    this.#told.add(key);
    notices.push(notice);
  }
}
