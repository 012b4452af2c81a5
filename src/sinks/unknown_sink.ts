/**
 * The error for the name of a sink that there is not.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";

/** The error for a sink that is not served. */
export function unknownSink(
  name: string,
  known: readonly string[],
  hints: readonly string[] = [],
): MacpError {
  return new MacpError("usage", `Cannot find the sink ${name} as there is none of that name`, {
    code: "unknown_sink",
    hints: [...hints, `Sinks: ${known.join(", ")}`],
  });
}
