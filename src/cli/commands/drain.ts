/**
 * `macp drain`: `macp run --until-drained`.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { runController } from "../run_controller.ts";

/** Drains the queue. */
export function run(invocation: Invocation): Promise<number> {
  return runController(invocation, { mode: "drain", pollMs: 0 });
}
