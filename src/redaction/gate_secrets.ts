/**
 * Secrets that stand in the environment that gates are given.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { collectSecrets, type Secret } from "./collect_secrets.ts";

/**
 * Values of a gate's own variables that are secrets by their name.
 *
 * @param gates `quality_gates` of a configuration or a task, not validated.
 */
export function gateSecrets(gates: unknown): Secret[] {
  if (!Array.isArray(gates)) return [];
  return gates.flatMap((gate) => {
    if (!isRecord(gate) || !isRecord(gate.env)) return [];
    const texts = Object.entries(gate.env)
      .filter((entry): entry is [string, string] => typeof entry[1] === "string");
    return collectSecrets({ env: Object.fromEntries(texts), names: [] });
  });
}
