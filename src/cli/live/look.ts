/**
 * Looks at the files of a repository for what the live view shows.
 *
 * @module
 */
import { join } from "@std/path";
import { isCarriedOn, isLive } from "../../controller/owners.ts";
import type { Plan } from "../../controller/schedule.ts";
import { resolveGates } from "../../gates/resolve_gates.ts";
import { isRecord, parseEventLine } from "../../protocol/events.ts";
import type {
  ProcessIdentity,
  RunningAttempt,
  State,
  Task,
} from "../../protocol/generated/types.ts";
import { taskNames } from "../../protocol/names.ts";
import { type RawTask, statusOf, titleOf } from "../../protocol/task.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Queue } from "../../store/queue.ts";
import type { World } from "../../sys/world.ts";
import type { OpenRepository } from "../open_repository.ts";
import {
  type Board,
  type BoardAttempt,
  type BoardCounts,
  Stories,
  withGatesAhead,
} from "./board.ts";
import { GrowingFile, readTail } from "./file_tail.ts";
import { lastLine } from "../../events/last_line.ts";
import { countQueue } from "./queue_counts.ts";

/** Bytes of the event file that are read at first. */
const eventBytes = 512 * 1024;
/** Bytes at the end of a log in which its last line is looked for. */
const logBytes = 8 * 1024;
/** Longest text of one line, before it is cut to the terminal. */
const mostCharacters = 400;
/** Counting the queue may take one part in so many of the time. */
const countingShare = 20;

/** Looks again and again; only what changed is read. */
export class Lookout {
  readonly #world: World;
  readonly #repository: OpenRepository;
  readonly #events: GrowingFile;
  readonly #stories = new Stories();
  readonly #names = new Map<string, string>();
  readonly #said = new Map<string, { size: number; line: string | null }>();
  #counted: { counts: BoardCounts; until: number } | null = null;

  constructor(world: World, repository: OpenRepository) {
    this.#world = world;
    this.#repository = repository;
    this.#events = new GrowingFile(world.files, repository.paths.events, eventBytes);
  }

  /** What stands where now. Throws `MacpError` when a file of the state cannot be read. */
  async look(remarks: readonly string[] = []): Promise<Board> {
    const { store, settings } = this.#repository;
    const state = store.readState();
    const queue = store.readQueue();
    const now = this.#world.clock.now();
    const attempts = await this.attempts(state, queue);
    const counts = this.#count({ queue, holds: state.holds ?? {}, settings, now });
    return { attempts, counts, remarks };
  }

  /** The attempts under way. */
  async attempts(state: State, queue: Queue): Promise<BoardAttempt[]> {
    this.#readEvents();
    this.#stories.keep(new Set(Object.keys(state.running)));
    const attempts: BoardAttempt[] = [];
    for (const [id, attempt] of Object.entries(state.running)) {
      const raw = queue.find(id);
      const status = statusOf(raw);
      // Once its end was told, only its worktree is still being removed.
      if (attempt.verdict !== null && status !== "running" && status !== "gated") continue;
      attempts.push(await this.#describe({ id, attempt, raw }, state));
    }
    return attempts;
  }

  #readEvents(): void {
    const text = this.#events.read() ?? "";
    for (const line of text.split("\n")) {
      const event = line === "" ? null : parseEventLine(line);
      if (event) this.#stories.take(event);
    }
  }

  async #describe(
    { id, attempt, raw }: { id: string; attempt: RunningAttempt; raw: RawTask },
    state: State,
  ): Promise<BoardAttempt> {
    const { settings } = this.#repository;
    const record = isRecord(raw) ? raw : {};
    const numberOf = (value: unknown) => typeof value === "number" ? value : null;
    const story = this.#stories.of(id);
    const phase = this.#phase(attempt, state);
    return {
      key: id,
      id: this.#text(id),
      title: this.#text(titleOf(raw)),
      phase,
      attempt: attempt.accept ? null : numberOf(record.attempts),
      maxAttempts: numberOf(record.max_attempts) ?? settings.worker.max_attempts,
      elapsedMs: Math.max(0, this.#world.clock.now() - Date.parse(attempt.started_at) || 0),
      gates: phase === "gates"
        ? withGatesAhead(story.gates, this.#gatesOf(raw))
          .map((gate) => ({ ...gate, command: this.#text(gate.command) }))
        : [],
      said: await this.#lastSaid(id, attempt.serial) ??
        (story.progress === null ? null : this.#text(story.progress)),
    };
  }

  #phase(attempt: RunningAttempt, state: State): string {
    const { phase, accept, owner, worker, verdict } = attempt;
    const lives = (process: ProcessIdentity) => isLive(this.#world, process);
    if (verdict !== null) return "finishing";
    if (!isCarriedOn(state, attempt, lives)) {
      if (owner) return "cut short";
      if (worker === null || !lives(worker)) return "lost with its controller";
    }
    if (phase === "gating") return "gates";
    if (accept) return "being accepted";
    if (phase === "running") return "working";
    return phase === "finishing" ? "finishing" : "preparing";
  }

  /** Commands of the gates, without the order being sure to come true. */
  #gatesOf(raw: RawTask): string[] {
    try {
      return resolveGates(
        isRecord(raw) ? raw as Pick<Task, "quality_gates"> : {},
        this.#repository.settings,
      )
        .map(({ command }) => command);
    } catch {
      return []; // A queue that people write: what is wrong there is told elsewhere.
    }
  }

  async #lastSaid(id: string, serial: number): Promise<string | null> {
    const { files } = this.#world;
    const name = this.#names.get(id) ?? (await taskNames(id)).file;
    this.#names.set(id, name);
    const path = join(this.#repository.paths.logs, name, `${serial}.log`);
    const size = files.stat(path)?.size ?? 0;
    const known = this.#said.get(path);
    if (known?.size === size) return known.line;
    const found = lastLine(readTail(files, path, logBytes) ?? "");
    const line = found === null ? null : this.#text(found);
    this.#said.set(path, { size, line });
    return line;
  }

  /** Counting a long queue takes time, so it is done seldom then. */
  #count(plan: Plan): BoardCounts {
    const { clock } = this.#world;
    const start = clock.elapsed();
    if (this.#counted && start < this.#counted.until) return this.#counted.counts;
    const counts = countQueue(plan);
    const end = clock.elapsed();
    this.#counted = { counts, until: end + (end - start) * countingShare };
    return counts;
  }

  #text(text: string): string {
    return oneLine(this.#repository.redactor.text(text), mostCharacters);
  }
}
