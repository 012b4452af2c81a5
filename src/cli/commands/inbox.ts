/**
 * `macp inbox`
 *
 * @module
 */
import {
  describeInbox,
  findWaiting,
  type InboxItem,
  type Waiting,
  type WaitingRecords,
  worktreeOf,
} from "../../people/inbox.ts";
import { hasLiveOwner } from "../../controller/owners.ts";
import { readLines } from "../../events/event_log.ts";
import { parseEventLine } from "../../protocol/events.ts";
import type { State } from "../../protocol/generated/types.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords } from "../find_result.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { type Output, tabulate } from "../output.ts";

/** Shows what waits for a person. */
export async function run(invocation: Invocation): Promise<number> {
  const { output, world } = invocation;
  const repository = await openRepository(invocation);
  const queue = repository.store.readQueue();
  const state = repository.store.readState();
  const isInterrupted = (id: string) => {
    const attempt = state.running[id];
    return !!attempt?.accept && !hasLiveOwner(world, attempt);
  };
  const plan = {
    queue,
    holds: state.holds ?? {},
    settings: repository.settings,
    now: world.clock.now(),
  };
  const waiting = findWaiting(plan, isInterrupted);
  const records = await readRecords(invocation, repository, { state, waiting });
  const items = describeInbox(queue, waiting, (entry) => records.get(entry) ?? nothing);
  const own = items.filter(({ kind }) => kind !== "blocked").length;
  if (output.options.json) {
    output.json({ waiting: own, blocked: items.length - own, items });
    return exitCodes.done;
  }
  if (items.length === 0) output.line("nothing waits for a person");
  else output.line(own === 1 ? "1 task waits for a person" : `${own} tasks wait for a person`);
  for (const item of items) printItem(output, item);
  return exitCodes.done;
}

const nothing: WaitingRecords = {
  result: null,
  resultPath: null,
  logPath: null,
  worktree: null,
  endedAt: null,
};

async function readRecords(
  { world }: Invocation,
  repository: OpenRepository,
  { state, waiting }: { state: State; waiting: readonly Waiting[] },
): Promise<Map<Waiting, WaitingRecords>> {
  const found = new Map<Waiting, WaitingRecords>();
  for (const entry of waiting) {
    if (entry.id === null || entry.kind === "blocked") continue;
    const { result, resultPath, logs } = await findRecords(world, repository, entry.id, entry.raw);
    const place = worktreeOf(state, entry.id);
    found.set(entry, {
      result,
      resultPath,
      logPath: logs.at(-1)?.path ?? null,
      worktree: place !== null && world.files.lstat(place) !== null ? place : null,
      endedAt: null,
    });
  }
  readEnds(world.files, repository, found);
  return found;
}

/** Times of the ends of those that have no result, from the events. */
function readEnds(
  files: Invocation["world"]["files"],
  { paths }: OpenRepository,
  found: ReadonlyMap<Waiting, WaitingRecords>,
): void {
  const open = new Map(
    [...found].filter(([, { result }]) => result === null)
      .map(([{ id }, records]) => [id ?? "", records]),
  );
  if (open.size === 0) return;
  for (const line of readLines(files, paths.events)) {
    const event = parseEventLine(line);
    const records = event && open.get(event.task_id);
    if (records && /^task\.(failed|escalated)$/.test(event.event_type)) {
      records.endedAt = event.timestamp;
    }
  }
}

function printItem(output: Output, item: InboxItem): void {
  const { kind, outcome, since, evidence, next } = item;
  const name = item.id === null ? `element ${item.index + 1} of the queue` : oneLine(item.id, 128);
  const about = [kind, outcome === kind ? null : outcome, since && `since ${since}`];
  output.line();
  output.line(
    `${output.paint("bold", name)}  ${
      output.paint(kind === "blocked" ? "dim" : "yellow", about.filter(Boolean).join(" · "))
    }`,
  );
  if (item.title !== "") output.line(`  ${item.title}`);
  const gate = evidence.gate;
  const rows: [string, string | null][] = [
    ["reason", item.reason],
    ["gate", gate && `${gate.command} (${gate.outcome}, exit code ${gate.exit_code})`],
    ["log", evidence.log],
    ["worktree", evidence.worktree],
    ["snapshot", evidence.worktree === null ? evidence.snapshot_ref : null],
    ["branch", evidence.branch],
    ["result", evidence.result],
    ["blocks", item.blocks.length === 0 ? null : item.blocks.join(", ")],
  ];
  for (const [label, text] of rows) {
    if (text !== null) output.line(`  ${label}: ${oneLine(text)}`);
  }
  if (next.length === 0) return;
  output.line("  next:");
  const lines = tabulate(next.map(({ command, why }) => [`    ${command}`, `# ${why}`]));
  for (const line of lines) output.line(line);
}
