/**
 * What the settings of a sink spare people.
 *
 * @module
 */
import type { Calm } from "../events/collapse.ts";
import { readQuietHours } from "../events/quiet_hours.ts";
import type { SinkSettings } from "./sink_settings.ts";

/** Sinks that may have quiet hours and take a burst of events as one message. */
const calmSinks = ["discord", "slack", "ntfy"] as const;

/**
 * Quiet hours and the window of a burst of one sink; neither for those that are not for
 * people. Throws `MacpError` of kind usage for an unknown time zone.
 *
 * @param name Name of the sink.
 * @param localTimeZone Time zone of the machine, an IANA name.
 */
export function calmOf(
  settings: SinkSettings,
  name: string,
  localTimeZone: string,
): Pick<Calm<never>, "quiet" | "windowMs"> {
  const calm = calmSinks.find((sink) => sink === name);
  if (calm === undefined) return { quiet: null, windowMs: 0 };
  const { quiet_hours: quiet, collapse_seconds: seconds } = settings[calm];
  return {
    quiet: quiet === null ? null : readQuietHours(quiet, localTimeZone),
    windowMs: seconds * 1000,
  };
}
