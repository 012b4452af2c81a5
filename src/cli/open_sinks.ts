/**
 * The sinks of a repository, ready to be served.
 *
 * @module
 */
import { join } from "@std/path";
import { EventTail } from "../events/event_tail.ts";
import { describeNotice } from "../events/tail_notice.ts";
import { printable } from "../protocol/text.ts";
import { redactReadEvent } from "../redaction/redact_formats.ts";
import { localZone } from "../runtimes/local_zone.ts";
import { calmOf, zoneDoubt } from "../sinks/calm_settings.ts";
import { CursorKeeper } from "../sinks/cursor_keeper.ts";
import { DeadLetters } from "../sinks/dead_letters.ts";
import type { DeliveryContext } from "../sinks/delivery.ts";
import {
  enabledSinks,
  settingsOfOne,
  type SinkName,
  type SinkOptions,
  type Tried,
  trySinks,
} from "../sinks/enabled_sinks.ts";
import type { Sink } from "../sinks/sink.ts";
import { sinkNames } from "../sinks/sink_settings.ts";
import type { World } from "../sys/world.ts";
import type { ServedSink } from "../sinks/pass_context.ts";
import type { Invocation } from "./command.ts";
import { filterDoubts } from "./filter_doubts.ts";
import { describeSetting, explainSetting, withOrigins } from "./explain_setting.ts";
import type { OpenRepository } from "./open_repository.ts";

/** Ends of a task's work, after which no event of it follows soon. */
const lastTypes = ["task.completed", "task.failed", "task.escalated"];

/** Prints a line on standard output; throws when nobody reads it. */
type Print = (line: string) => void;

/**
 * The sinks that the settings or a flag enable, and those among them whose settings are
 * wrong.
 *
 * @param options.flags Sinks that are enabled whatever the settings say.
 */
export function openSinks(
  invocation: Invocation,
  repository: OpenRepository,
  { flags, print }: { flags: readonly SinkName[]; print: Print },
): Tried<Sink> {
  const options = sinkOptions(invocation, repository, print);
  return trySinks(invocation.world, repository.settings.macp, { ...options, flags });
}

/**
 * Tells of sinks whose settings are wrong. Throws the first error when there is no other
 * sink that it could go on with.
 */
export function tellFaults(
  { output }: Invocation,
  repository: OpenRepository,
  { made, faults }: Tried<unknown>,
): void {
  const [first, ...others] = faults;
  const told = made.length > 0 ? faults : others;
  for (const { error } of told) output.warn(describeSetting(error, repository));
  if (made.length === 0 && first !== undefined) throw explainSetting(first.error, repository);
}

/**
 * One sink, enabled or not; null when its settings hold no address. Throws `MacpError` of
 * kind usage when they are wrong; those of other sinks may be wrong.
 */
export function openSink(
  invocation: Invocation,
  repository: OpenRepository,
  { name, print }: { name: SinkName; print: Print },
): Sink | null {
  const settings = settingsOfOne(repository.settings.macp, name);
  const options = sinkOptions(invocation, repository, print);
  const make = () => enabledSinks(invocation.world, settings, { ...options, flags: [] });
  return withOrigins(repository, make).find((sink) => sink.name === name) ?? null;
}

function sinkOptions(
  { output }: Invocation,
  { paths, redactor }: OpenRepository,
  print: Print,
): Omit<SinkOptions, "flags"> {
  return {
    repository: paths.repository,
    json: output.options.json,
    print,
    redaction: {
      text: (text) => redactor.text(text),
      event: (event) => redactReadEvent(redactor, event),
    },
  };
}

/** What a person should know of the settings of these sinks, though they can be used. */
export function doubtsOf(
  { world }: Invocation,
  { settings: { macp: settings } }: OpenRepository,
  sinks: readonly Sink[],
): string[] {
  const names = sinkNames.filter((known) => sinks.some(({ name }) => name === known));
  const zone = zoneDoubt(settings, names, localZone(world));
  return [...zone === null ? [] : [zone], ...filterDoubts(settings, names)];
}

/** Sinks with what they spare people. Throws `MacpError` of kind usage for an unknown time zone. */
export function withCalm(
  world: Pick<World, "files" | "env">,
  { settings: { macp: settings } }: OpenRepository,
  sinks: readonly Sink[],
): ServedSink[] {
  const local = localZone(world);
  return sinks.map((sink) => {
    const { quiet, windowMs } = calmOf(settings, sink.name, local.zone);
    if (quiet === null && windowMs === 0) return { sink, calm: null };
    // Whatever rings a doorbell is an end: there bursts are of several runs of a task.
    const isBell = sink.name !== "discord";
    const endsBurst = (type: string) => !isBell && lastTypes.includes(type);
    return {
      sink,
      calm: { quiet, windowMs, endsBurst: ({ event_type }) => endsBurst(event_type) },
    };
  });
}

/** What delivery needs of a repository; what a person should know goes to standard error. */
export function deliveryContext(
  { world, output, terminal }: Invocation,
  { paths, settings, redactor }: OpenRepository,
): DeliveryContext {
  return {
    world,
    eventsPath: paths.events,
    tail: new EventTail(world.files, paths.events),
    cursors: new CursorKeeper(world, paths.cursor),
    letters: new DeadLetters(world, paths, settings.macp.retention.dead_letter_max_bytes),
    redact: (event) => redactReadEvent(redactor, event),
    lockPath: (sink) => join(paths.sinks, `${sink}.lock`),
    report: {
      notice: (notice) => output.warn(describeNotice(notice)),
      trouble: (sink, text) => output.warn(`${sink}: ${text}`),
      remark: (sink, text) => {
        if (!output.options.verbose) return;
        terminal.writeError(`${printable(output.options.redaction.text(`${sink}: ${text}`))}\n`);
      },
    },
  };
}
