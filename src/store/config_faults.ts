/**
 * What is wrong with a configuration.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { validateConfig } from "../protocol/generated/validators.js";
import { type Fault, faultsOf, shortJson } from "../protocol/validation.ts";
import { zoneOfSetting } from "../runtimes/time_zones.ts";

/** Sinks that may have quiet hours. */
const calmSinks = ["discord", "slack", "ntfy"] as const;

/** All faults of a configuration: those that its schema tells, and those that it cannot. */
export function configFaults(value: unknown): Fault[] {
  const faults = faultsOf(validateConfig, value);
  if (!isRecord(value) || !isRecord(value.macp)) return faults;
  const { macp } = value;
  return [...faults, ...calmSinks.flatMap((name) => quietFaults(macp[name], `/macp/${name}`))];
}

function quietFaults(block: unknown, path: string): Fault[] {
  if (!isRecord(block) || !isRecord(block.quiet_hours)) return [];
  const { from, to, time_zone: zone } = block.quiet_hours;
  const fault = (key: string, value: unknown, expected: string): Fault => ({
    path: `${path}/quiet_hours/${key}`,
    value: shortJson(value),
    expected,
  });
  const unknown = typeof zone === "string" && zoneOfSetting(zone) === null;
  return [
    ...isSameTime(from, to) ? [fault("to", to, `another time than ${shortJson(from)}`)] : [],
    ...unknown ? [fault("time_zone", zone, "a time zone such as Europe/Berlin or UTC")] : [],
  ];
}

/** Whether two times of day are the same, written `7:00` or `07:00`. */
function isSameTime(from: unknown, to: unknown): boolean {
  if (typeof from !== "string" || typeof to !== "string") return false;
  return from.padStart(5, "0") === to.padStart(5, "0");
}
