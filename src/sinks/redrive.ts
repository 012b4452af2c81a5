/**
 * Sending what lies in the dead letters of a sink.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { takeStateLock } from "../store/state_places.ts";
import type { World } from "../sys/world.ts";
import type { CursorKeeper } from "./cursor_keeper.ts";
import type { DeadLetter, DeadLetters } from "./dead_letters.ts";
import { DirectSender } from "./send_directly.ts";
import type { Sink } from "./sink.ts";

/** Milliseconds to wait for a sink that another program serves. */
const lockWaitMs = 30_000;
/** Milliseconds after which letters that were delivered are taken out. */
const takeOutMs = 200;
/** The same as a multiple of how long that takes: a large file is written less often. */
const takeOutTimes = 10;

/** What a redrive needs. */
export interface RedriveContext {
  world: Pick<World, "files" | "clock" | "uuid">;
  letters: DeadLetters;
  cursors: CursorKeeper;
  /** Path of the lock of the sink. */
  lockPath: string;
  /** Nothing is begun once it aborts. */
  stop: AbortSignal;
  /** Told what did not arrive, without secrets, and when the sink is enabled again. */
  trouble(text: string): void;
}

/** What came of it. */
export interface Redriven {
  /** Letters that were delivered, or of which there is nothing to say, and taken out. */
  delivered: number;
  /** Letters that stay: not delivered, refused again, or held back behind such a one. */
  left: number;
  /** Letters that are older than asked for. */
  older: number;
  /** Lines that are no dead letters. */
  unreadable: number;
}

/** Letters that a redrive would send, oldest first. */
export function lettersSince(
  letters: DeadLetters,
  sink: string,
  since: number,
): { wanted: { line: string; letter: DeadLetter }[]; older: number; unreadable: number } {
  const found = [...letters.read(sink)];
  const readable = found.flatMap(({ line, letter }) => letter === null ? [] : [{ line, letter }]);
  // A letter whose time cannot be read is not older than anything.
  const wanted = readable.filter(({ letter }) => !(Date.parse(letter.dead_lettered_at) < since));
  return {
    wanted,
    older: readable.length - wanted.length,
    unreadable: found.length - readable.length,
  };
}

/**
 * Sends the dead letters of a sink in their order, and takes out those that arrived: soon
 * afterwards, so that a process that is killed in between sends some again and loses none.
 * Events of a task stay behind an earlier one that did not arrive. A sink that takes one is
 * not gone, so it is enabled again.
 *
 * @param since Milliseconds since the epoch; letters that were written before stay.
 * Throws `MacpError` of kind busy, code `sink_locked`, while another program serves the sink.
 */
export async function redrive(
  context: RedriveContext,
  sink: Sink,
  since: number,
): Promise<Redriven> {
  const { world: { files }, lockPath } = context;
  const lock = await takeStateLock(files, lockPath, lockWaitMs);
  if (lock === null) {
    throw new MacpError("busy", `Cannot serve ${sink.name} as another program does: ${lockPath}`, {
      code: "sink_locked",
      hints: ["Wait until it is done, or end it"],
    });
  }
  try {
    return await sendLetters(context, sink, since);
  } finally {
    lock.release();
  }
}

async function sendLetters(
  context: RedriveContext,
  sink: Sink,
  since: number,
): Promise<Redriven> {
  const { world, letters, stop, trouble } = context;
  const { wanted, older, unreadable } = lettersSince(letters, sink.name, since);
  const sender = new DirectSender(world, sink, stop);
  const redriven: Redriven = { delivered: 0, left: 0, older, unreadable };
  let isTaken = false;
  let changes: [string, DeadLetter | null][] = [];
  let nextAt = world.clock.elapsed() + takeOutMs;
  const takeOut = async () => {
    const start = world.clock.elapsed();
    await letters.change(sink.name, changes);
    const end = world.clock.elapsed();
    [changes, nextAt] = [[], end + Math.max(takeOutMs, takeOutTimes * (end - start))];
  };
  for (const { line, letter } of wanted) {
    const outcome = await sender.send(letter.event);
    if (outcome.kind === "delivered") isTaken = true;
    if (outcome.kind === "delivered" || outcome.kind === "skipped") {
      redriven.delivered++;
      changes.push([line, null]);
    } else {
      redriven.left++;
      if ("reason" in outcome && !stop.aborted) {
        const { reason } = outcome;
        trouble(`event ${letter.event.event_id} did not arrive: ${reason}`);
        changes.push([line, { ...letter, reason, tries: letter.tries + 1 }]);
      }
    }
    if (world.clock.elapsed() >= nextAt) await takeOut();
  }
  await takeOut();
  if (isTaken) await enable(context, sink.name);
  return redriven;
}

/** Lets a sink be served again that took an event although it was disabled. */
async function enable({ world, cursors, trouble }: RedriveContext, name: string): Promise<void> {
  const cursor = cursors.cursor(name);
  if (!cursor?.disabled) return;
  const last_success = new Date(world.clock.now()).toISOString();
  await cursors.save(name, { ...cursor, disabled: null, last_success });
  trouble("it took an event, so it is served again");
}
