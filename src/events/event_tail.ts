/**
 * Reading an event file that grows, is cut, replaced and rotated, from any place on.
 *
 * @module
 */
import { parseEventLine, type ReadEvent } from "../protocol/events.ts";
import type { Files } from "../sys/files.ts";
import { cutChunk } from "./cut_chunk.ts";
import { EventChain, type OpenEvents } from "./event_chain.ts";
import { type Chunk, ChunkReader, endOfLines, readAt } from "./file_chunks.ts";
import { fingerprintBytes, HeaderHashes, tailHash } from "./fingerprint.ts";
import { scanLines, type ScannedLine } from "./scan_lines.ts";
import type { TailNotice } from "./tail_notice.ts";
import { positionAt, type TailPosition } from "./tail_position.ts";
import { filterTypes, type TypeFilter } from "./type_filter.ts";

const newline = 0x0a;

/** How much is read at once. */
export interface TailLimits {
  /** Bytes that one poll reads at most, when no line is longer; 128 KiB unless given. */
  chunkBytes?: number;
  /** Longest line that is read, without its newline; 1 MiB unless given. */
  maxLineBytes?: number;
}

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

/** An open file, and where in it reading goes on. */
interface Place {
  opened: OpenEvents;
  offset: number;
  /** Whether that is inside a line that is too long. */
  inside: boolean;
  header: Header;
}

/** Beginning of a file. */
interface Header {
  hash: string;
  bytes: number;
}

const noHeader: Header = { hash: "", bytes: 0 };

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
  readonly #told = new Set<string>();
  readonly #limits: Required<TailLimits>;

  /** @param path The event file, which may not exist yet. */
  constructor(files: Files, path: string, limits: TailLimits = {}) {
    this.#chain = new EventChain(files, path);
    this.#limits = { chunkBytes: 128 * 1024, maxLineBytes: 1024 * 1024, ...limits };
  }

  /**
   * Reads on from a position, at most 128 KiB or one longer line; null is the beginning of
   * the event file. Throws `MacpError` when there is something that is no file.
   */
  async poll(position: TailPosition | null, options: TailOptions = {}): Promise<TailBatch> {
    const notices: TailNotice[] = [];
    const from = position ?? positionAt(0);
    const place = await this.#resume(from, notices);
    if (place === null) {
      const stay = this.#staying(from);
      const positionAfter = () => stay;
      return { events: [], notices, passedOver: 0, position: stay, more: false, positionAfter };
    }
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
      const offset = endOfLines(opened);
      const place = { opened, offset, inside: false, header: noHeader };
      const header = await this.#header(place, offset);
      const chunk = this.#chunks.read(opened, offset, 0);
      return positionIn({ ...place, header }, chunk, { done: 0, inside: false });
    } finally {
      opened.file.close();
    }
  }

  /** Where to go on while there is no file. */
  #staying(position: TailPosition): TailPosition {
    const { tail_hash = tailHash(new Uint8Array()), tail_bytes = 0, inside_line = false } =
      position;
    const previous_file = position.previous_file ?? this.#chain.newest();
    return { ...position, tail_hash, tail_bytes, inside_line, previous_file };
  }

  /** The place of a position, or what comes instead; null when there is no file. */
  async #resume(position: TailPosition, notices: TailNotice[]): Promise<Place | null> {
    const { inode, offset, previous_file } = position;
    const known = offset === 0 ? null : this.#find(position);
    if (known !== null) {
      const place = await this.#checked(known, position);
      if (place !== null) {
        const { path } = known;
        if (path !== this.#chain.path) {
          this.#tell(notices, { kind: "rotated", path, offset }, inode);
        }
        return place;
      }
    } else if (offset > 0 && inode === 0) return null;
    const opened = previous_file === undefined
      ? this.#chain.openLive()
      : this.#chain.openAfter(previous_file);
    if (opened === null) return null;
    const { path, stat } = opened;
    if (offset > 0 || (inode !== 0 && inode !== stat.inode)) {
      const kind = known !== null && known.stat.size < offset ? "truncated" : "replaced";
      this.#tell(notices, { kind, path, offset }, `${stat.inode}:${stat.mtimeMs}`);
    }
    return { opened, offset: 0, inside: false, header: noHeader };
  }

  /** The file that a position was in; one that is known by its offset alone is the event file. */
  #find({ inode, previous_file = "" }: TailPosition): OpenEvents | null {
    return inode === 0 ? this.#chain.openLive() : this.#chain.find(inode, previous_file);
  }

  /** The place of a position in its file; null, and closed, when the content is another. */
  async #checked(opened: OpenEvents, position: TailPosition): Promise<Place | null> {
    const { offset, inside_line: inside = false } = position;
    let found = false;
    try {
      found = opened.stat.size >= offset && await this.#hasContent(opened, position);
    } finally {
      if (!found) opened.file.close();
    }
    const header = position.inode === 0
      ? noHeader
      : { hash: position.header_hash, bytes: position.header_bytes ?? fingerprintBytes };
    return found ? { opened, offset, inside, header } : null;
  }

  /** Whether a file begins as it did, and has before the position what it had. */
  async #hasContent(opened: OpenEvents, position: TailPosition): Promise<boolean> {
    const { around, before } = this.#chunks.read(opened, position.offset, this.#limits.chunkBytes);
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
    if (cut.huge) this.#tell(notices, { kind: "huge_line", path: opened.path, offset }, opened);
    const lines = scanLines(chunk.bytes.subarray(cut.start, cut.end), filter)
      .map(({ start, end, text }) => ({ start: start + cut.start, end: end + cut.start, text }));
    const successor = chunk.atEnd ? this.#start(this.#chain.openSuccessor(opened)) : null;
    if (successor !== null && !cut.inside) {
      // Nobody will write the rest of this line any more.
      const text = new TextDecoder().decode(chunk.bytes.subarray(cut.done));
      lines.push({ start: cut.done, end: chunk.bytes.length, text });
    }
    const header = await this.#header(place, offset + cut.done);
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
    { place: { opened, offset }, chunk, filter, notices }: {
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
      const at = offset + start;
      if (event === null) {
        if (text.trim() === "") continue;
        bad++;
        this.#tell(notices, { kind: "bad_line", path: opened.path, offset: at }, opened);
      } else if (filter === null || filter.accepts(event.event_type)) {
        events.push({ event, line: text, offset: at });
        ends.push(end);
      }
    }
    return { events, ends, bad };
  }

  /** The beginning of a file that was read up to `end`, as far as it is hashed. */
  async #header({ opened, header }: Place, end: number): Promise<Header> {
    const bytes = Math.min(fingerprintBytes, end);
    if (bytes <= header.bytes) return header;
    return { hash: await this.#hashes.of(readAt(opened.file, 0, bytes)), bytes };
  }

  /** Position at the beginning of a file, which is closed. */
  #start(opened: OpenEvents | null): TailPosition | null {
    if (opened === null) return null;
    try {
      const chunk = this.#chunks.read(opened, 0, 0);
      const place = { opened, offset: 0, inside: false, header: noHeader };
      return positionIn(place, chunk, { done: 0, inside: false });
    } finally {
      opened.file.close();
    }
  }

  /** Adds a notice that was not told yet. */
  #tell(notices: TailNotice[], notice: TailNotice, about: OpenEvents | string | number): void {
    const file = typeof about === "object" ? about.stat.inode : about;
    const key = `${notice.kind}:${file}:${notice.offset}`;
    if (this.#told.has(key)) return;
    const isAnew = notice.kind === "truncated" || notice.kind === "replaced";
    if (isAnew || this.#told.size >= mostTold) this.#told.clear();
    this.#told.add(key);
    notices.push(notice);
  }
}

/** Position that many bytes into a chunk, which begins at the place. */
function positionIn(
  { opened: { stat, previous }, offset, header }: Place,
  { around, before }: Chunk,
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
