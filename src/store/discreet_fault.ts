/**
 * Faults of a configuration without the secrets that it may hold.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { Fault } from "../protocol/validation.ts";

/** Keys whose values are secrets, and the names of the variables that hold some. */
const secretKey = /token|secret|password|api_?key/i;

/** Blocks whose settings lead to receivers, or are secrets. */
const sinkBlocks: ReadonlySet<string> = new Set(["webhook", "discord", "slack", "ntfy", "exec"]);

/** Settings of theirs that everybody may see. */
const openKeys: ReadonlySet<string> = new Set([
  "enabled",
  "timeout_seconds",
  "retry_count",
  "format",
  "source",
  "event_filter",
  "quiet_hours",
  "collapse_seconds",
  "ca_file",
]);

/** Settings of an agent of delegation that everybody may see; its addresses may hold secrets. */
const openAgentKeys: ReadonlySet<string> = new Set([
  "port",
  "agent_id",
  "session_key",
  "model",
  "thinking",
  "channel",
  "to",
  "timeout_seconds",
]);

/** An address with a name, password, query or fragment. */
const secretAddress = /:\/\/[^/\s]*@|:\/\/\S*[?#]/;

/** The fault, with what kind of value was found where the value itself may hold a secret. */
export function discreetFault(fault: Fault, document: unknown): Fault {
  const keys = fault.path.split("/").slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const value = keys.reduce<unknown>(memberOf, document);
  return mayHoldSecret(keys, value) ? { ...fault, value: kindOf(value) } : fault;
}

function memberOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function mayHoldSecret(keys: readonly string[], value: unknown): boolean {
  if (value === undefined || value === null || typeof value === "boolean") return false;
  if (keys.some((key) => secretKey.test(key))) return true;
  if (typeof value === "number") return false;
  const [first = "macp", block = "", key = ""] = keys;
  if (first === "macp" && keys.length < 2) return true;
  if (first === "macp" && sinkBlocks.has(block) && !openKeys.has(key)) return true;
  if (first === "delegate" && keys.length < 2) return true;
  if (first === "delegate" && block === "agents" && !openAgentKeys.has(keys[3] ?? "")) return true;
  return hasSecretKey(value);
}

function hasSecretKey(value: unknown): boolean {
  if (typeof value === "string") return secretAddress.test(value);
  if (Array.isArray(value)) return value.some(hasSecretKey);
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([key, inner]) => secretKey.test(key) || hasSecretKey(inner));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return typeof value === "number" ? "a number" : "an object";
}
