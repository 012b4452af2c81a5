/** What tests of sinks share: event files written by hand, and what receivers got. */
import type { Received } from "../unit/sinks/test_receiver.ts";
import type { Repository } from "./harness.ts";

export {
  accepting,
  type Received,
  type Receiver,
  withReceiver,
} from "../unit/sinks/test_receiver.ts";

/** A part of an address that nothing may ever print. */
export const secretPart = "T0SECRET/B0SECRET/sEcReT42sEcReT42";

/** An event as a line of the event file; `hours` ago. */
export function eventLine(
  id: string,
  type: string,
  { hours = 1, ...fields }: { hours?: number } & Record<string, unknown> = {},
): string {
  return `${
    JSON.stringify({
      event_id: crypto.randomUUID(),
      event_type: type,
      task_id: id,
      status: type.replace("task.", ""),
      timestamp: new Date(Date.now() - hours * 3_600_000).toISOString(),
      source: "controller",
      message: `Message of ${id}`,
      metadata: {},
      ...fields,
    })
  }\n`;
}

/** Writes the event file, or one that it was rotated into. */
export function writeEvents(
  repository: Repository,
  lines: readonly string[],
  name = "events.ndjson",
): void {
  Deno.writeTextFileSync(repository.state(name), lines.join(""));
}

/** The JSON that a receiver got. */
export function bodyOf<T = Record<string, unknown>>(received: Received | undefined): T {
  if (received === undefined) throw new Error("Cannot read a body as nothing arrived");
  return JSON.parse(received.body);
}
