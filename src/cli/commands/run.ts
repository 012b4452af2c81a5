/**
 * `macp run`
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { usageError } from "../parse_arguments.ts";
import { runController } from "../run_controller.ts";

/** Seconds between looks at an idle queue. */
const defaultPollSeconds = 10;

/** Runs the queue. */
export async function run(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  if (args.flag("once") && args.flag("until-drained")) {
    throw usageError("Cannot run the queue as --once and --until-drained exclude each other");
  }
  const mode = args.flag("once") ? "once" : args.flag("until-drained") ? "drain" : "poll";
  const pollMs = (args.number("poll-sec") ?? defaultPollSeconds) * 1000;
  return await runController(invocation, { mode, pollMs: Math.max(100, pollMs) });
}
