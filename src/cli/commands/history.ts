/**
 * `macp history`
 *
 * @module
 */
import { readLines } from "../../events/event_log.ts";
import { parseEventLine, type ReadEvent } from "../../protocol/events.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository } from "../open_repository.ts";
import { oneLine } from "../../protocol/text.ts";
import { parseSince } from "../time.ts";

/** Prints events, oldest first. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const { paths, redactor } = await openRepository(invocation);
  const id = args.text("task-id");
  const since = args.text("since");
  const wanted = {
    id,
    types: args.list("type"),
    since: since === undefined ? -Infinity : parseSince(since, world.clock.now()),
  };
  let unreadable = 0;
  // The text of an id stands in each of its lines as it is: ids hold no escapes.
  const filter = id !== undefined && /^[\w.-]+$/.test(id) ? id : "";
  const events: ReadEvent[] = [];
  for (const line of readLines(world.files, paths.events, filter)) {
    const event = parseEventLine(line);
    if (event === null) unreadable++;
    else if (isWanted(event, wanted)) {
      if (output.options.json) events.push(redactor.value(event));
      else output.line(describe(event));
    }
  }
  if (output.options.json) output.json({ events, unreadable_lines: unreadable });
  if (unreadable > 0) {
    output.warn(`${paths.events}: ${unreadable} lines are no events and were passed over`);
  }
  return exitCodes.done;
}

function isWanted(
  event: ReadEvent,
  { id, types, since }: { id: string | undefined; types: string[]; since: number },
): boolean {
  return (id === undefined || event.task_id === id) &&
    (types.length === 0 || types.includes(event.event_type)) &&
    (since === -Infinity || Date.parse(event.timestamp) >= since);
}

function describe(event: ReadEvent): string {
  const { timestamp, task_id, event_type, source, message } = event;
  return oneLine(`${timestamp}  ${task_id}  ${event_type}  [${source}]  ${message}`, 400);
}
