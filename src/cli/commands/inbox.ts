/**
 * `macp inbox`
 *
 * @module
 */
import { describeInbox, findWaiting, type InboxItem } from "../../people/inbox.ts";
import { hasLiveOwner } from "../../controller/owners.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { flowFor } from "../flow.ts";
import { openRepository } from "../open_repository.ts";
import { tellTime } from "../moment.ts";
import { type Output, tabulate } from "../output.ts";
import { noRecords, readWaitingRecords } from "../waiting_records.ts";

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
  const records = await readWaitingRecords(world, repository, { state, waiting });
  const items = describeInbox(queue, waiting, (entry) => records.get(entry) ?? noRecords);
  const own = items.filter(({ kind }) => kind !== "blocked").length;
  if (output.options.json) {
    output.json({ waiting: own, blocked: items.length - own, items });
    return exitCodes.done;
  }
  if (items.length === 0) output.line("nothing waits for a person");
  else output.line(headOf(own, items.length - own));
  const flow = await flowFor(invocation.terminal);
  for (const item of items) printItem(output, item, { now: plan.now, flow });
  return exitCodes.done;
}

/** `2 tasks wait for a person, 1 more behind them` */
function headOf(own: number, blocked: number): string {
  const count = own === 1 ? "1 task waits for a person" : `${own} tasks wait for a person`;
  return blocked === 0 ? count : `${count}, ${blocked} more behind ${own === 1 ? "it" : "them"}`;
}

function printItem(
  output: Output,
  item: InboxItem,
  { now, flow }: { now: number; flow: (text: string) => string[] },
): void {
  const { kind, outcome, since, evidence, next } = item;
  const name = item.id === null ? `element ${item.index + 1} of the queue` : oneLine(item.id, 128);
  const about = [kind, outcome === kind ? null : outcome, since && `since ${tellTime(since, now)}`];
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
    // The reason of a red gate says all of it.
    [
      "gate",
      gate && !item.reason?.includes(gate.command)
        ? `${gate.command} (${gate.outcome}, exit code ${gate.exit_code})`
        : null,
    ],
    ["log", evidence.log],
    ["worktree", evidence.worktree],
    ["snapshot", evidence.worktree === null ? evidence.snapshot_ref : null],
    ["branch", evidence.branch],
    ["result", evidence.result],
    ["blocks", item.blocks.length === 0 ? null : item.blocks.join(", ")],
  ];
  for (const [label, text] of rows) {
    if (text === null) continue;
    const line = `  ${label}: ${oneLine(text)}`;
    // Paths stay whole, to be copied.
    (label === "reason" ? flow(line) : [line]).forEach((line) => output.line(line));
  }
  if (next.length === 0) return;
  output.line("  next:");
  const lines = tabulate(next.map(({ command, why }) => [`    ${command}`, `# ${why}`]));
  for (const line of lines) output.line(line);
}
