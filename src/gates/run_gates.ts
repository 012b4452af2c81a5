/**
 * Runs the quality gates of an attempt.
 *
 * @module
 */
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { Gate } from "./resolve_gates.ts";
import { type GateContext, runGate } from "./run_gate.ts";
import { reach } from "../sys/fail_points.ts";

/** What is called around each gate, in order, and awaited. */
export interface GateCallbacks {
  before?: (gate: Gate, index: number) => void | Promise<void>;
  after?: (evidence: GateEvidence, index: number) => void | Promise<void>;
}

/** What the gates say. */
export interface GatesRun {
  /** Of each gate that came to a verdict, in order. */
  evidence: GateEvidence[];
  /** Whether they were ended by the context's signal: then some have no verdict. */
  aborted: boolean;
}

/** Runs all gates in order, also after a red one. Throws as `runGate` does. */
export async function runGates(
  context: GateContext,
  gates: readonly Gate[],
  callbacks: GateCallbacks = {},
): Promise<GatesRun> {
  const evidence: GateEvidence[] = [];
  for (const [index, gate] of gates.entries()) {
    if (context.signal?.aborted) return { evidence, aborted: true };
    await callbacks.before?.(gate, index);
    reach("gate.told");
    const result = await runGate(context, gate);
    if (!result) return { evidence, aborted: true };
    evidence.push(result);
    reach("gate.ended");
    await callbacks.after?.(result, index);
  }
  return { evidence, aborted: false };
}
