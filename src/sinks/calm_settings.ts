/**
 * What the settings of a sink spare people.
 *
 * @module
 */
import type { Calm } from "../events/collapse.ts";
import { readQuietHours } from "../events/quiet_hours.ts";
import type { LocalZone } from "../runtimes/local_zone.ts";
import type { Zone } from "../runtimes/time_zones.ts";
import type { SinkSettings } from "./sink_settings.ts";

/** Sinks that may have quiet hours and take a burst of events as one message. */
const calmSinks = ["discord", "slack", "ntfy"] as const;

/**
 * Quiet hours and the window of a burst of one sink; neither for those that are not for
 * people. Throws `MacpError` of kind usage for an unknown time zone.
 *
 * @param name Name of the sink.
 * @param localTimeZone Time zone of the machine.
 */
export function calmOf(
  settings: SinkSettings,
  name: string,
  localTimeZone: Zone,
): Pick<Calm<never>, "quiet" | "windowMs"> {
  const calm = calmSinks.find((sink) => sink === name);
  if (calm === undefined) return { quiet: null, windowMs: 0 };
  const { quiet_hours: quiet, collapse_seconds: seconds } = settings[calm];
  return {
    quiet: quiet === null ? null : readQuietHours(quiet, localTimeZone),
    windowMs: seconds * 1000,
  };
}

/**
 * What a person should know of quiet hours that go by the clocks of the machine, when it is
 * not plain which those are; null otherwise.
 *
 * @param names Names of the sinks that are looked at.
 */
export function zoneDoubt(
  settings: SinkSettings,
  names: readonly string[],
  { zone, doubt }: LocalZone,
): string | null {
  const local = calmSinks.filter((name) => {
    const { quiet_hours: quiet } = settings[name];
    return names.includes(name) && quiet !== null && (quiet.time_zone ?? null) === null;
  });
  if (doubt === null || local.length === 0) return null;
  const paths = local.map((name) => `macp.${name}.quiet_hours.time_zone`).join(", ");
  return `quiet hours go by ${describeZone(zone)} as ${doubt}; name it in ${paths}`;
}

function describeZone(zone: Zone): string {
  if (typeof zone === "string") return zone;
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  const of = [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
  return `UTC${zone < 0 ? "-" : "+"}${of}`;
}
