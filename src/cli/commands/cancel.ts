/**
 * `macp cancel`
 *
 * @module
 */
import { planCancel } from "../../people/interventions.ts";
import type { Invocation } from "../command.ts";
import { intervene } from "../intervene.ts";

/** Ends a task. */
export function run(invocation: Invocation): Promise<number> {
  return intervene(invocation, planCancel);
}
