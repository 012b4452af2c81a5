/**
 * What is wrong with a configuration.
 *
 * @module
 */
import configSchema from "../../schemas/config.schema.json" with { type: "json" };
import { isRecord } from "../protocol/events.ts";
import { validateConfig } from "../protocol/generated/validators.js";
import { nearest } from "../protocol/nearest.ts";
import { type Fault, faultsOf, shortJson } from "../protocol/validation.ts";
import { zoneOfSetting } from "../runtimes/time_zones.ts";
import { discreetFault } from "./discreet_fault.ts";

/** Sinks that may have quiet hours. */
const calmSinks = ["discord", "slack", "ntfy"] as const;

/** All faults of a configuration: those that its schema tells, and those that it cannot. */
export function configFaults(value: unknown): Fault[] {
  const faults = faultsOf(validateConfig, value)
    .map((fault) => withNearestKey(discreetFault(fault, value)));
  if (!isRecord(value) || !isRecord(value.macp)) return faults;
  const { macp } = value;
  return [
    ...faults,
    ...calmSinks.flatMap((name) => quietFaults(macp[name], `/macp/${name}`)),
    ...baseFaults(macp.doorbell),
  ];
}

/** An unknown key of an agent, with the known one that is nearest to it. */
function withNearestKey(fault: Fault): Fault {
  const unknown = /^no field "(.*)"$/s.exec(fault.expected)?.[1];
  if (unknown === undefined || !/^\/delegate\/agents\/[^/]*$/.test(fault.path)) return fault;
  const keys = Object.keys(configSchema.$defs.agent.properties);
  const near = nearest(unknown, keys);
  const known = near === null ? `its keys are ${keys.join(", ")}` : `did you mean ${near}?`;
  return { ...fault, expected: `${fault.expected}: ${known}` };
}

/** What links begin with, to which a query is added. */
function baseFaults(doorbell: unknown): Fault[] {
  const base = isRecord(doorbell) ? doorbell.base_url : null;
  if (typeof base !== "string" || base === "") return [];
  const url = URL.canParse(base) ? new URL(base) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(base) &&
    url.username + url.password === "";
  if (isPlain) return [];
  return [{
    path: "/macp/doorbell/base_url",
    value: shortJson(withoutSecrets(base)),
    expected: "an address that begins with http:// or https://, without user, query and " +
      "fragment, such as https://mosaic.example.org/app",
  }];
}

/** An address without what stands for a user, and without query and fragment. */
function withoutSecrets(address: string): string {
  return address.replace(/[?#].*$/s, (rest) => `${rest[0]}…`).replace(/\/\/.*@/s, "//…@");
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
