/**
 * One case of the fuzzer, by its seed.
 *
 * @module
 */
import { callProgram } from "./fuzz_call.ts";
import { type FuzzInput, type FuzzSubject, makeInput } from "./fuzz_inputs.ts";
import { faultOfCall } from "./fuzz_oracles.ts";
import { tryHandoffs } from "./fuzz_handoff_calls.ts";
import { makeHandoffs } from "./fuzz_handoffs.ts";
import { makeOutput, tryOutput } from "./fuzz_streams.ts";
import { Choices } from "./random.ts";

/** What a case is about. */
export type CaseSubject = FuzzSubject | "output" | "handoffs";

/** Every subject, as often as it is to be tried. */
const subjects: readonly CaseSubject[] = [
  ...["queue", "queue", "queue", "config", "config", "events", "events", "results"] as const,
  ...["table", "table", "arguments", "arguments", "ledger", "letters", "worker"] as const,
  ...["output", "output", "output", "handoffs", "handoffs"] as const,
];

/** Which subjects there are. */
export const caseSubjects: readonly CaseSubject[] = [...new Set(subjects)];

/** The case of a seed. */
export function caseOf(seed: number): { subject: CaseSubject; input: FuzzInput } {
  // Neighbouring seeds must not begin with the same choices.
  const choices = new Choices(Math.imul(seed, 0x9e3779b1) ^ (seed >>> 13));
  const subject = choices.one(subjects);
  return { subject, input: inputOf(choices, subject) };
}

function inputOf(choices: Choices, subject: CaseSubject): FuzzInput {
  if (subject === "output") return makeOutput(choices);
  return subject === "handoffs" ? makeHandoffs(choices) : makeInput(choices, subject);
}

/** Tries a case; what is wrong, or null. */
export async function tryCase(subject: CaseSubject, input: FuzzInput): Promise<string | null> {
  if (subject === "output") return tryOutput(input);
  return subject === "handoffs" ? await tryHandoffs(input) : await tryInput(input);
}

/** Calls the program with a case; what is wrong with what it did, or null. */
async function tryInput(input: FuzzInput): Promise<string | null> {
  const called = await callProgram(input);
  return typeof called === "string" ? called : faultOfCall(input, called);
}
