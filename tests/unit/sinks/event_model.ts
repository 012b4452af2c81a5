/**
 * A model of an event file, of what happens to it, and of three sinks that read it. It keeps
 * its own account of the lines that each sink has to see.
 *
 * @module
 */
import { EventTail, type TailEvent } from "../../../src/events/event_tail.ts";
import { rotatedFiles, rotateEvents } from "../../../src/events/event_files.ts";
import { appendEvents } from "../../../src/events/event_log.ts";
import { isSamePosition } from "../../../src/events/tail_position.ts";
import { parseEventLine, type ReadEvent } from "../../../src/protocol/events.ts";
import type { CursorFile, Cursors, TaskEvent } from "../../../src/protocol/generated/types.ts";
import {
  admitSinks,
  cursorOf,
  readCursors,
  updateCursors,
  withCursor,
} from "../../../src/sinks/cursor_file.ts";
import type { Files } from "../../../src/sys/files.ts";
import { MemoryFiles } from "../memory_files.ts";

/** Everything that can happen. */
export const stepNames = [
  "write",
  "partial",
  "junk",
  "rotate",
  "prune",
  "truncate",
  "replace",
  "delete",
  "poll",
  "crash",
  "fail",
  "recover",
] as const;

/** One thing that happens; `a` and `b`, from 0 to 1, say how. */
export interface Step {
  name: (typeof stepNames)[number];
  a: number;
  b: number;
}

export const eventsPath = "/o/events.ndjson";
export const cursorPath = "/o/event_cursor.json";
const maxLineBytes = 900;
const tasks = ["T1", "T2", "T3"];

/** A sink of the model. */
export class Sink {
  /** Newest id that was delivered, by lane. */
  readonly newest = new Map<string, number>();
  /** Ids, once each. */
  readonly seen = new Set<number>();
  isDown = false;
  constructor(readonly name: string, readonly types: readonly string[] | null) {}

  wants(type: string): boolean {
    return this.types === null || this.types.includes(type);
  }
}

/** A fault that the model builds in, to show that it is seen. */
export type Bug = "lose" | "repeat" | "turn";

/** Ends a poll as a process that is killed. */
class Crash extends Error {}

/** One history. */
export class Model {
  protected readonly files = new MemoryFiles();
  protected readonly sinks: Sink[] = [
    new Sink("all", null),
    new Sink("ended", ["task.completed"]),
    new Sink("slow", null),
  ];
  #tail = this.newTail();
  protected clock = Date.parse("2026-01-01T00:00:00Z");
  #count = 0;
  /** Files that began with a line that is no event. */
  #junk = 0;
  #uuids = 0;
  /** Whether something happened after which events may come again. */
  protected mayRepeat = false;
  /** What each line says. */
  protected readonly lines = new Map<string, ReadEvent | null>();
  /** Bytes of an event of which only a part was written. */
  #open: { event: TaskEvent; rest: Uint8Array } | null = null;

  constructor(readonly bug: Bug | null = null) {
    this.files.makeFolder("/o");
  }

  /** Lets things happen, then heals all sinks and reads to the end. Throws what is wrong. */
  async run(steps: readonly Step[]): Promise<void> {
    // The cursor file is made first: the sinks are there from the beginning.
    await this.poll({ crashAt: -1, limit: 0 });
    for (const step of steps) await this.#do(step);
    for (const sink of this.sinks) sink.isDown = false;
    await this.heal();
  }

  /** Reads to the end. */
  protected async heal(): Promise<void> {
    await this.poll({ crashAt: -1, limit: Infinity });
  }

  async #do({ name, a, b }: Step): Promise<void> {
    const files = this.files;
    const size = files.stat(eventsPath)?.size ?? 0;
    switch (name) {
      case "write": {
        const many = b > 0.98 ? 60 : 1 + Math.floor(a * 4);
        this.#open = null;
        return appendEvents(files, eventsPath, this.#events(many));
      }
      case "partial":
        return this.#writePart(a);
      case "junk": {
        const junk = ["\n", "not json\n", '{"a":1}\n', "[]\r\n", "\0\0{}\n", "\xff\n", '{"x\n'];
        const bytes = junk[Math.floor(a * junk.length)] ?? "\n";
        this.#open = null;
        // A file is known by its first bytes: no two begin alike, as no two events are alike.
        if (size === 0) files.append(eventsPath, `junk ${++this.#junk}\n`);
        if (b > 0.8) return files.append(eventsPath, `${"x".repeat(Math.floor(a * 3000))}\n`);
        return files.append(eventsPath, Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
      }
      case "rotate":
        this.clock += a < 0.2 ? -5000 : 1000;
        this.#open = null;
        return void rotateEvents(files, eventsPath, { size, now: this.clock });
      case "prune": {
        // Never the newest, as retention keeps some; lines that were not read are lost.
        const [oldest, ...others] = rotatedFiles(files, eventsPath);
        if (oldest !== undefined && others.length > 0) files.remove(oldest.path);
        return;
      }
      case "truncate": {
        if (files.stat(eventsPath) === null) return;
        this.mayRepeat = true;
        this.#open = null;
        const file = files.open(eventsPath, { write: true });
        file.truncate(a < 0.4 ? 0 : Math.floor(b * size));
        return file.close();
      }
      case "replace":
        files.remove("/o/new");
        appendEvents(files, "/o/new", this.#events(1 + Math.floor(a * 30)));
        this.#open = null;
        return files.rename("/o/new", eventsPath);
      case "delete":
        this.#open = null;
        return files.remove(eventsPath);
      case "poll":
        await this.poll({ crashAt: -1, limit: b < 0.5 ? Infinity : Math.ceil(a * 5) });
        return;
      case "crash":
        this.mayRepeat = true;
        await this.poll({ crashAt: Math.floor(a * 8), limit: Infinity });
        this.#tail = this.newTail();
        return;
      case "fail":
      case "recover": {
        const sink = this.sinks[Math.floor(a * this.sinks.length)];
        if (sink !== undefined) sink.isDown = name === "fail";
        return;
      }
    }
  }

  #events(count: number): TaskEvent[] {
    return Array.from({ length: count }, () => this.#event());
  }

  #event(): TaskEvent {
    const id = ++this.#count;
    const type = id % 3 === 0 ? "task.completed" : "task.progress";
    return {
      event_id: String(id),
      event_type: type,
      task_id: tasks[id % tasks.length] ?? "",
      status: "running",
      timestamp: "2026-01-01T00:00:00.000Z",
      source: "worker",
      message: id % 5 === 0 ? "läuft — weiter ✅" : "x".repeat(id % 90),
      metadata: {},
    };
  }

  /** Writes a part of a line, or the rest of one. */
  #writePart(share: number): void {
    if (this.#open !== null) {
      this.files.append(eventsPath, this.#open.rest);
      this.#open = null;
      return;
    }
    const event = this.#event();
    const bytes = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
    const text = this.files.stat(eventsPath) === null ? "" : this.files.readText(eventsPath);
    if (text !== "" && !text.endsWith("\n")) this.files.append(eventsPath, "\n");
    const at = Math.min(bytes.length - 1, Math.floor(share * (bytes.length + 20)));
    this.files.append(eventsPath, bytes.subarray(0, at));
    this.#open = { event, rest: bytes.subarray(at) };
  }

  /** Events of one lane keep their order. */
  protected laneOf(_event: ReadEvent): string {
    return "";
  }

  protected newTail(files: Files = this.files): EventTail {
    // Small, so that lines often stand across pieces and some are too long.
    return new EventTail(files, eventsPath, { chunkBytes: 700, maxLineBytes });
  }

  /** Serves the sinks as `watch` does: what is delivered first, the cursor afterwards. */
  protected async poll(how: { crashAt: number; limit: number }): Promise<void> {
    if (this.files.stat(cursorPath) === null) {
      const end = await this.#tail.end();
      const names = this.sinks.map(({ name }) => name);
      await this.#update((now) => admitSinks(now, names, end));
    }
    const about = { ...how, deliveries: 0 };
    try {
      for (const sink of this.sinks) await this.#serve(sink, about);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  async #serve(
    sink: Sink,
    about: { crashAt: number; limit: number; deliveries: number },
  ): Promise<void> {
    let cursor = cursorOf(readCursors(this.files, cursorPath), sink.name);
    let left = about.limit;
    let polls = 0;
    for (let more = left > 0; more;) {
      const { events, position, positionAfter, ...batch } = await this.#tail.poll(cursor, {
        types: sink.types,
      });
      if (polls++ > 10_000) throw new Error(`${sink.name}: reading never ends`);
      const given = this.#spoilt(events);
      let done = -1;
      for (const { event } of given) {
        if (sink.isDown || left-- <= 0) break;
        if (about.deliveries++ === about.crashAt) throw new Crash();
        this.deliver(sink, event);
        done++;
      }
      const isThrough = done === given.length - 1;
      const reached = isThrough ? position : positionAfter(done);
      if (cursor === null || !isSamePosition(cursor, reached)) {
        await this.#update((now) => withCursor(now, sink.name, reached));
      }
      cursor = reached;
      more = isThrough && batch.more;
      if (isThrough && !more && !sink.isDown) this.checkSeen(sink);
    }
  }

  protected deliver(sink: Sink, event: ReadEvent): void {
    const id = Number(event.event_id);
    if (!sink.wants(event.event_type)) throw new Error(`${sink.name} does not want ${id}`);
    if (sink.seen.has(id)) {
      if (!this.mayRepeat) throw new Error(`${sink.name}: ${id} was delivered again`);
      return;
    }
    const last = sink.newest.get(this.laneOf(event)) ?? 0;
    if (id < last) throw new Error(`${sink.name}: ${id} after ${last} is out of order`);
    sink.newest.set(this.laneOf(event), id);
    sink.seen.add(id);
  }

  /** The sink is at the end: it must have seen every event that stands in a file now. */
  protected checkSeen(sink: Sink): void {
    for (const event of this.standing()) {
      const id = Number(event.event_id);
      if (sink.wants(event.event_type) && !sink.seen.has(id)) {
        throw new Error(`${sink.name}: ${id} was not delivered`);
      }
    }
  }

  /** Events of all complete lines, read in the simplest way. */
  protected standing(): ReadEvent[] {
    const rotated = rotatedFiles(this.files, eventsPath).map(({ path }) => path);
    const isLive = this.files.stat(eventsPath) !== null;
    return [...rotated, ...isLive ? [eventsPath] : []].flatMap((path, index, paths) => {
      const lines = this.files.readText(path).split("\n");
      // An unfinished line counts where nobody can finish it any more.
      if (index === paths.length - 1) lines.pop();
      return lines.flatMap((line) => {
        return this.#simplyRead(line) ?? [];
      });
    });
  }

  #simplyRead(line: string): ReadEvent | null {
    const known = this.lines.get(line);
    if (known !== undefined) return known;
    const isHuge = new TextEncoder().encode(line).length > maxLineBytes;
    const event = isHuge ? null : parseEventLine(line);
    this.lines.set(line, event);
    return event;
  }

  #spoilt(events: readonly TailEvent[]): readonly TailEvent[] {
    const [first, second, ...others] = events;
    if (this.bug === null || first === undefined || second === undefined) return events;
    const { lose, repeat, turn } = {
      lose: [second, second, ...others].slice(1),
      repeat: [first, first, ...others],
      turn: [second, first, ...others],
    };
    return this.bug === "lose" ? lose : this.bug === "repeat" ? repeat : turn;
  }

  async #update(change: (now: CursorFile | null) => Cursors): Promise<void> {
    const world = { files: this.files, uuid: () => String(++this.#uuids) };
    await updateCursors(world, cursorPath, change);
  }
}
