/**
 * The sinks that `watch` serves.
 *
 * @module
 */
import { basename } from "@std/path";
import type { ReadEvent } from "../protocol/events.ts";
import type { World } from "../sys/world.ts";
import { discordSink } from "./discord.ts";
import { type Doorbell, doorbellSink } from "./doorbell.ts";
import { execSink } from "./exec.ts";
import { ntfyDoorbell } from "./ntfy.ts";
import type { Delivered, Sink } from "./sink.ts";
import {
  secretVariablesOf,
  type SinkName,
  type SinkSettings,
  UnusableSetting,
} from "./sink_settings.ts";
import { slackDoorbell } from "./slack.ts";
import { stdoutSink } from "./stdout.ts";
import { webhookSink } from "./webhook.ts";

export { type SinkName, sinkNames } from "./sink_settings.ts";

/** What decides which receivers there are, besides the settings. */
export interface ReceiverOptions {
  /** Root of the repository. */
  repository: string;
  /** Sinks that are enabled whatever the settings say. */
  flags: readonly SinkName[];
}

/** What decides about sinks, besides the settings. */
export interface SinkOptions extends ReceiverOptions {
  /** Events themselves on standard output, one a line, instead of texts. */
  json: boolean;
  /** Prints a line on standard output. */
  print(line: string): void;
  /** Takes secrets out of events and reasons. */
  redaction: { text(text: string): string; event(event: ReadEvent): ReadEvent };
}

/**
 * The sinks that the settings or a flag enable. Standard output is among them when it is
 * enabled itself, and, unless it is disabled, when no lines go to Discord or `json` is set.
 *
 * Throws `MacpError` of kind usage, code `sink_unusable`, when the settings of one of them
 * are wrong.
 */
export function enabledSinks(world: World, settings: SinkSettings, options: SinkOptions): Sink[] {
  const { made, faults: [fault] } = trySinks(world, settings, options);
  if (fault !== undefined) throw fault.error;
  return made;
}

/** A sink whose settings are wrong. */
export interface SinkFault {
  name: SinkName;
  error: UnusableSetting;
}

/** What could be made of the settings, and what not. */
export interface Tried<T> {
  made: T[];
  faults: SinkFault[];
}

/** The same, each made alone: one whose settings are wrong keeps no other back. */
export function trySinks(
  world: World,
  settings: SinkSettings,
  options: SinkOptions,
): Tried<Sink> {
  const place = { world, repository: options.repository };
  const { repository } = options;
  const webhook = tryMake(settings, options, "webhook", () => [
    webhookSink(world, settings.webhook, repository),
  ]);
  const discord = tryMake(settings, options, "discord", () => {
    const sink = discordSink(place, settings.discord);
    return sink === null ? [] : [sink];
  });
  const bells = tryDoorbells(world, settings, options);
  const exec = tryMake(settings, options, "exec", () => [
    execSink(world, settings.exec, execPlace(settings, options)),
  ]);
  const made = [
    ...webhook.made,
    ...discord.made,
    ...bells.made.map((bell) => ringing(bell, settings, options)),
    ...exec.made,
    // What was meant for Discord is not printed either while its address is wrong.
    ...printing(settings, options, discord.made.length + discord.faults.length > 0),
  ];
  return {
    made: made.map((sink) => redacting(sink, options)),
    faults: [webhook, discord, bells, exec].flatMap(({ faults }) => faults),
  };
}

/** The doorbells that the settings or a flag enable, each made alone. */
export function tryDoorbells(
  world: World,
  settings: SinkSettings,
  options: ReceiverOptions,
): Tried<Doorbell> {
  const place = { world, repository: options.repository };
  const bells = [
    tryMake(settings, options, "slack", () => [slackDoorbell(place, settings.slack)]),
    tryMake(settings, options, "ntfy", () => [ntfyDoorbell(place, settings.ntfy)]),
  ];
  return {
    made: bells.flatMap(({ made }) => made),
    faults: bells.flatMap(({ faults }) => faults),
  };
}

/** Makes a sink where it is enabled. */
function tryMake<T>(
  settings: SinkSettings,
  options: ReceiverOptions,
  name: PostingName,
  make: () => T[],
): Tried<T> {
  if (!isEnabled(settings, options, name)) return { made: [], faults: [] };
  try {
    return { made: make(), faults: [] };
  } catch (error) {
    if (!(error instanceof UnusableSetting)) throw error;
    return { made: [], faults: [{ name, error }] };
  }
}

/** The settings with one sink alone enabled: nothing that is wrong with another one matters. */
export function settingsOfOne(settings: SinkSettings, name: SinkName): SinkSettings {
  const { webhook, discord, slack, ntfy, exec, stdout, doorbell } = settings;
  return {
    webhook: { ...webhook, enabled: name === "webhook" },
    discord: { ...discord, enabled: name === "discord" },
    slack: { ...slack, enabled: name === "slack" },
    ntfy: { ...ntfy, enabled: name === "ntfy" },
    exec: { ...exec, enabled: name === "exec" },
    stdout: { ...stdout, enabled: name === "stdout" },
    doorbell,
  };
}

/** Name of a sink that a setting enables plainly. */
type PostingName = Exclude<SinkName, "stdout">;

function isEnabled(settings: SinkSettings, { flags }: ReceiverOptions, name: PostingName): boolean {
  return flags.includes(name) || settings[name].enabled;
}

function ringing(bell: Doorbell, settings: SinkSettings, options: ReceiverOptions): Sink {
  return doorbellSink(bell, {
    repository: basename(options.repository),
    doorbell: settings.doorbell,
    eventFilter: settings[bell.name].event_filter,
  });
}

function execPlace(settings: SinkSettings, { repository }: SinkOptions) {
  return { repository, ownSecrets: secretVariablesOf(settings) };
}

function printing(
  { stdout }: SinkSettings,
  { flags, json, print }: SinkOptions,
  linesGoElsewhere: boolean,
): Sink[] {
  const wanted = flags.includes("stdout") || (stdout.enabled ?? (json || !linesGoElsewhere));
  if (!wanted) return [];
  const format = json ? "json" : stdout.format;
  return [stdoutSink({ format, eventFilter: stdout.event_filter, print })];
}

/** Events of other writers may hold secrets; receivers and messages get none. */
function redacting(sink: Sink, { redaction }: SinkOptions): Sink {
  return {
    ...sink,
    async deliver(event, signal, earlier): Promise<Delivered> {
      const outcome = await sink.deliver(redaction.event(event), signal, earlier);
      return "reason" in outcome ? { ...outcome, reason: redaction.text(outcome.reason) } : outcome;
    },
  };
}
