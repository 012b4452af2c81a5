/**
 * `macp history --delegations`
 *
 * @module
 */
import { type DelegationEntry, readDelegations } from "../delegation/delegation_log.ts";
import { delegationPlaces } from "../delegation/places.ts";
import { oneLine } from "../protocol/text.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { openRepository } from "./open_repository.ts";
import { usageError } from "./parse_arguments.ts";
import { parseSince } from "./time.ts";

/** Prints the log of delegations, oldest first. Gives the exit code. */
export async function printDelegations(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  if (args.text("task-id") !== undefined) {
    throw usageError("Cannot use --task-id with --delegations: a delegation belongs to no task");
  }
  const { settings, paths, redactor } = await openRepository(invocation);
  const about = { repository: paths.repository, home: world.env.HOME };
  const { logs } = delegationPlaces(settings.delegate, about);
  const since = args.text("since");
  const from = since === undefined ? {} : { since: parseSince(since, world.clock.now()) };
  const types = args.list("type");
  const unreadable = new Map<string, number>();
  const entries: DelegationEntry[] = [];
  for (const { file, entry } of readDelegations(world.files, logs, from)) {
    if (entry === null) unreadable.set(file, (unreadable.get(file) ?? 0) + 1);
    else if (types.length === 0 || types.includes(entry.event)) {
      if (output.options.json) entries.push(redactor.value(entry));
      else output.line(describe(entry));
    }
  }
  const count = [...unreadable.values()].reduce((sum, number) => sum + number, 0);
  if (output.options.json) output.json({ delegations: entries, unreadable_lines: count });
  for (const [file, number] of unreadable) {
    output.warn(`${file}: ${number} lines are no entries and were passed over`);
  }
  return exitCodes.done;
}

function describe(entry: DelegationEntry): string {
  const { timestamp, runId, agent, event, attempt, detail, elapsedMs } = entry;
  const took = elapsedMs > 0 ? ` ${(elapsedMs / 1000).toFixed(1)}s` : "";
  const steps = [entry.workflowRunId, entry.stepId].filter(Boolean).join("/");
  const flow = steps === "" ? "" : `  (${steps})`;
  const line = `${timestamp}  ${runId}  ${agent}  ${event}  [${attempt}${took}]${flow}  ${detail}`;
  return oneLine(line, 400);
}
