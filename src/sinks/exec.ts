/**
 * A command that gets each event on standard input.
 *
 * @module
 */
import { gitEnvironment } from "../git/git_settings.ts";
import { TextTail } from "../logs/text_tail.ts";
import { attemptMarker } from "../process/find_attempt_processes.ts";
import { type CommandEnd, runCommand } from "../process/run_command.ts";
import { messageOf } from "../protocol/errors.ts";
import { plainLine } from "../events/plain_text.ts";
import type { ReadEvent } from "../protocol/events.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { World } from "../sys/world.ts";
import { identified } from "./event_identity.ts";
import { type Delivered, passesFilter, type Sink } from "./sink.ts";
import { type SinkSettings, unusable } from "./sink_settings.ts";

/** Exit code by which the command says that it will never take this event (EX_DATAERR). */
const refusedCode = 65;
/** Milliseconds between TERM and KILL when its time is over. */
const graceMs = 2000;
/** Bytes of the command's output whose last line may tell why it failed. */
const tailCharacters = 2000;

/** Where the command runs, and what it must not see. */
export interface ExecPlace {
  /** Root of the repository; the working folder of the command. */
  repository: string;
  /** Environment variables that hold secrets of macp: the command does not get them. */
  ownSecrets: readonly string[];
}

/**
 * The sink of the settings `macp.exec`. The command gets the event as one line of JSON on
 * standard input, and `MACP_EVENT_ID`, `MACP_EVENT_TYPE` and `MACP_TASK_ID` in its
 * environment; nothing of an event ever becomes part of the command. Exit code 0 is
 * delivered, 65 refused, any other is tried again. What it leaves running is ended.
 *
 * Throws `MacpError` of kind usage, code `sink_unusable`, when there is no command.
 */
export function execSink(
  world: World,
  settings: SinkSettings["exec"],
  place: ExecPlace,
): Sink {
  const { command, event_filter: eventFilter, timeout_seconds: seconds } = settings;
  if (command.trim() === "") throw unusable("macp.exec.command", "there is no command");
  return {
    name: "exec",
    audience: "programs",
    eventFilter,
    retryCount: settings.retry_count,
    timeoutMs: seconds * 1000,
    fingerprint: async () => (await sha256Hex(command)).slice(0, 16),
    accepts: ({ event_type }) => passesFilter(eventFilter, event_type),
    deliver: (event, signal) =>
      runOnce(world, { event, command, place, signal, timeoutMs: seconds * 1000 }),
  };
}

/** One run of the command. */
interface Run {
  event: ReadEvent;
  command: string;
  place: ExecPlace;
  signal: AbortSignal;
  timeoutMs: number;
}

async function runOnce(world: World, run: Run): Promise<Delivered> {
  const { command, place, signal, timeoutMs } = run;
  const event = await identified(run.event);
  const decoder = new TextDecoder();
  const tail = new TextTail(tailCharacters);
  try {
    const end = await runCommand(world, {
      command,
      cwd: place.repository,
      env: environmentOf(world, { event, place }),
      input: new TextEncoder().encode(`${JSON.stringify(event)}\n`),
      timeoutMs,
      graceMs,
      signal,
      onOutput: (chunk) => tail.push(decoder.decode(chunk, { stream: true })),
    });
    return judgeEnd(end, tail.text());
  } catch (error) {
    return { kind: "retry", reason: messageOf(error), afterMs: null };
  }
}

function environmentOf(
  world: World,
  { event, place }: { event: ReadEvent; place: ExecPlace },
): Record<string, string> {
  const inherited = Object.entries(gitEnvironment(world.env))
    .filter(([name]) => !place.ownSecrets.includes(name));
  return {
    ...Object.fromEntries(inherited),
    MACP_EVENT_ID: event.event_id,
    MACP_EVENT_TYPE: asValue(event.event_type),
    MACP_TASK_ID: asValue(event.task_id),
    [attemptMarker]: world.uuid(),
  };
}

/** A text as the operating system takes it: without NUL, of bounded length. */
function asValue(text: string): string {
  return text.replaceAll("\0", "").slice(0, 1024);
}

function judgeEnd({ exitCode, cause }: CommandEnd, output: string): Delivered {
  if (cause !== "exited") {
    return { kind: "retry", reason: "the command did not end in time", afterMs: null };
  }
  if (exitCode === 0) return { kind: "delivered" };
  const words = plainLine(output.trim().split("\n").at(-1) ?? "").slice(0, 200);
  const reason = `the command ended with ${exitCode}${words === "" ? "" : `: ${words}`}`;
  if (exitCode === refusedCode) return { kind: "refused", reason };
  return { kind: "retry", reason, afterMs: null };
}
