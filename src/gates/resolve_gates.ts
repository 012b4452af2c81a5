/**
 * Which gates a task has.
 *
 * @module
 */
import type { ConfigFile, GateObject, Task } from "../protocol/generated/types.ts";

/** Kinds of gates. */
export type GateType = NonNullable<GateObject["type"]>;

/** Severities that can be the least one that fails an ai-review. */
export type FailOn = NonNullable<GateObject["fail_on"]>;

/** A gate with nothing left open. */
export interface Gate {
  /** Shell command as configured, possibly empty. */
  command: string;
  type: GateType;
  timeoutSeconds: number;
  failOn: FailOn;
  /** Regular expression that the output must match. */
  expect: string | null;
  /** Environment variables added for this gate. */
  env: Record<string, string>;
}

/** Seconds that a gate may take that does not say. */
export const defaultGateSeconds = 1800;

/**
 * The gates of a task, in order: its own when it has the property, also an empty one,
 * otherwise those of the configuration.
 */
export function resolveGates(
  task: Pick<Task, "quality_gates">,
  config: Pick<ConfigFile, "quality_gates">,
): Gate[] {
  const own = Object.hasOwn(task, "quality_gates");
  const gates = (own ? task.quality_gates : config.quality_gates) ?? [];
  return gates.map((gate) => toGate(typeof gate === "string" ? { command: gate } : gate));
}

function toGate(gate: GateObject): Gate {
  return {
    command: gate.command,
    type: gate.type ?? "mechanical",
    timeoutSeconds: gate.timeout_seconds ?? defaultGateSeconds,
    failOn: gate.fail_on ?? "high",
    expect: gate.expect ?? null,
    env: { ...gate.env },
  };
}

/**
 * Whether a command runs nothing at all: it has only blanks and comments. Running it
 * would always succeed.
 */
export function isEmptyCommand(command: string): boolean {
  return command.split("\n").every((line) => /^\s*(?:#|$)/.test(line));
}
