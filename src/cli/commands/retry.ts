/**
 * `macp retry`
 *
 * @module
 */
import { planRetry } from "../../people/interventions.ts";
import type { Invocation } from "../command.ts";
import { intervene } from "../intervene.ts";

/** Queues a task again. */
export function run(invocation: Invocation): Promise<number> {
  return intervene(invocation, planRetry);
}
