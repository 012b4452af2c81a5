/**
 * Waiting for an agent's answer.
 *
 * @module
 */
import type { Redactor } from "../redaction/redactor.ts";
import type { World } from "../sys/world.ts";
import { FileWatch } from "./file_watch.ts";
import type { FileStat } from "../sys/files.ts";
import { type HandoffRead, readHandoff } from "./handoff_file.ts";

/** Milliseconds for which what does not parse stays the same before it counts. */
const settledMs = 2000;

/** Milliseconds between looks: the first, and the longest. Each is twice the one before. */
const [firstPollMs, slowestPollMs] = [20, 500];

/** After a reading in vain, as many times as long as it took passes before the next. */
const restFactor = 4;

/** How to wait. */
export interface WaitOptions {
  /** Milliseconds to wait at most. */
  timeoutMs: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** Takes secrets out of what is read. */
  redactor?: Pick<Redactor, "text" | "value">;
  /** What `markOf` gives for a file that does not count while it stays as it is. */
  except?: string | null;
}

/** A change of any of these is a change of the file. */
export function markOf(stat: FileStat): string {
  const { kind, device, inode, size, mtimeMs, mode } = stat;
  return [kind, device, inode, size, mtimeMs, mode].join(":");
}

/**
 * Waits until an answer stands at `path`; one that is there already counts. What holds a JSON
 * object is taken at once. Anything else counts when it stayed the same for 2 s, or when the
 * time is over. The folder may be missing, vanish and come back.
 *
 * @returns Never of kind absent: null when the time is over with nothing there, or when
 * `signal` aborted.
 */
export async function waitForHandoff(
  world: Pick<World, "files" | "clock">,
  path: string,
  { timeoutMs, signal, redactor, except = null }: WaitOptions,
): Promise<HandoffRead | null> {
  const { clock } = world;
  const end = clock.elapsed() + timeoutMs;
  const watch = new FileWatch(world, path);
  const answer = new Answer(world, path, { redactor, except });
  try {
    for (let pollMs = firstPollMs; !signal?.aborted; pollMs = Math.min(pollMs * 2, slowestPollMs)) {
      watch.renew();
      const left = end - clock.elapsed();
      const read = answer.look({ changed: watch.takeChange(), last: left <= 0 });
      if (read !== null) return read;
      if (left <= 0) return null;
      const restMs = Math.min(answer.restMs, left);
      if (restMs >= 1) await clock.sleep(restMs, signal);
      await watch.wait(Math.min(pollMs, answer.settlesInMs, left), signal);
    }
    return null;
  } finally {
    watch.stop();
  }
}

/** What stands at the place of the answer, look by look. */
class Answer {
  readonly #world: Pick<World, "files" | "clock">;
  readonly #path: string;
  readonly #redactor: WaitOptions["redactor"];
  readonly #except: string | null;
  /** What told the file apart at the newest look; null when there was none. */
  #seen: string | null = null;
  /** When it was first seen like that. */
  #since = 0;
  /** Milliseconds to leave it alone. */
  restMs = 0;

  constructor(
    world: Pick<World, "files" | "clock">,
    path: string,
    { redactor, except }: { redactor: WaitOptions["redactor"]; except: string | null },
  ) {
    this.#except = except;
    this.#world = world;
    this.#path = path;
    this.#redactor = redactor;
  }

  /** Milliseconds until what stands there counts though it does not parse. */
  get settlesInMs(): number {
    if (this.#seen === null || this.#seen === this.#except) return Infinity;
    return Math.max(1, this.#since + settledMs - this.#world.clock.elapsed());
  }

  /**
   * Reads the answer where it may have changed since the look before.
   *
   * @param options.changed Whether the system told of a change.
   * @param options.last Whether what is there counts as it is.
   * @returns What counts, or null.
   */
  look({ changed, last }: { changed: boolean; last: boolean }): HandoffRead | null {
    const { clock, files } = this.#world;
    this.restMs = 0;
    const start = clock.elapsed();
    const key = this.#key();
    const settled = key !== null && key === this.#seen && start - this.#since >= settledMs;
    if (key !== null && key === this.#except) {
      this.#seen = key;
      return null;
    }
    if (key !== this.#seen) {
      this.#seen = key;
      this.#since = start;
    } else if (key === null || !(changed || settled || last)) return null;
    const read = readHandoff(files, this.#path, this.#redactor);
    if (read.kind === "read") return read;
    this.restMs = (clock.elapsed() - start) * restFactor;
    return read.kind !== "absent" && (settled || last) ? read : null;
  }

  /** Tells a change of the file; what cannot be looked at has a key too. */
  #key(): string | null {
    try {
      const stat = this.#world.files.lstat(this.#path);
      return stat === null ? null : markOf(stat);
    } catch {
      return "hidden";
    }
  }
}
