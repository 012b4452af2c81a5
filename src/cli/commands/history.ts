/**
 * `macp history`
 *
 * @module
 */
import { readAllLines } from "../../events/event_files.ts";
import { parseEventLine, type ReadEvent } from "../../protocol/events.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository } from "../open_repository.ts";
import { oneLine } from "../../protocol/text.ts";
import { parseSince } from "../time.ts";

/** Prints events, or the log of delegations; oldest first. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  if (args.flag("delegations")) {
    const { printDelegations } = await import("../print_delegations.ts");
    return await printDelegations(invocation);
  }
  const { paths, redactor, store } = await openRepository(invocation);
  const id = args.text("task-id");
  const since = args.text("since");
  const wanted = {
    id,
    types: args.list("type"),
    since: since === undefined ? -Infinity : parseSince(since, world.clock.now()),
  };
  const unreadable = new Map<string, number>();
  // The text of an id stands in each of its lines as it is: ids hold no escapes.
  const filter = id !== undefined && /^[\w.-]+$/.test(id) ? id : "";
  const events: ReadEvent[] = [];
  let found = 0;
  const lines = readAllLines(world.files, paths.events, { wanted: filter, since: wanted.since });
  for (const { file, line } of lines) {
    const event = parseEventLine(line);
    if (event === null) unreadable.set(file, (unreadable.get(file) ?? 0) + 1);
    else if (isWanted(event, wanted)) {
      found++;
      if (output.options.json) events.push(redactor.value(event));
      else output.line(describe(event));
    }
  }
  const count = [...unreadable.values()].reduce((sum, number) => sum + number, 0);
  if (output.options.json) output.json({ events, unreadable_lines: count });
  for (const [file, number] of unreadable) {
    output.warn(`${file}: ${number} lines are no events and were passed over`);
  }
  if (found === 0) {
    const { explainNoEvents } = await import("../explain_no_events.ts");
    (await explainNoEvents(store, wanted)).forEach((text) => output.warn(text));
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
