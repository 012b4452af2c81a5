/**
 * What `run` and `drain` tell at their end, and their exit code.
 *
 * @module
 */
import type { EndedAttempt } from "../controller/finish.ts";
import type { ActiveHold } from "../controller/holds.ts";
import type { RunReport } from "../controller/run.ts";
import { describeVanished } from "../controller/lost_queue.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import { exitCodes } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** How each task ended at last; a retry that was followed by another end does not count. */
function lastEnds(ended: readonly EndedAttempt[]): EndedAttempt[] {
  return [...new Map(ended.map((end) => [end.id, end])).values()];
}

/** The most serious of what ended: 3, 1, 0. A failure of the tool itself is thrown. */
export function exitCodeOfRun(report: RunReport): number {
  const { ended, blocked, vanished, nameless, unknown, held } = report;
  const has = (status: string) => lastEnds(ended).some((end) => end.status === status);
  const stays = blocked.length + vanished.length + nameless + unknown.length + held.length > 0;
  if (has("escalated") || stays) return exitCodes.needsHuman;
  return has("failed") ? exitCodes.workFailed : exitCodes.done;
}

/** Tells what came of a run. */
export function summarizeRun(output: Output, report: RunReport, waiting: number): void {
  const { ended, blocked, vanished, nameless, unknown, held } = report;
  if (output.options.json) {
    output.jsonLine({
      schema_version: 1,
      summary: { ...report, held: held.map(withTime), waiting, exit_code: exitCodeOfRun(report) },
    });
    return;
  }
  const last = lastEnds(ended);
  const wordOf = ({ status, outcome }: EndedAttempt) => outcome === "cancelled" ? outcome : status;
  const counts = ["completed", "failed", "cancelled", "escalated", "pending"]
    .map((word) => [word, last.filter((end) => wordOf(end) === word).length] as const)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word === "pending" ? "to be retried" : word}`);
  const nothing = held.length > 0 ? "nothing ran" : "nothing to run";
  output.note(counts.length > 0 ? `ended: ${counts.join(", ")}` : nothing);
  if (blocked.length > 0) output.note(`blocked behind other tasks: ${blocked.join(", ")}`);
  for (const hold of held.map(withTime)) {
    output.note(
      `runtime ${hold.runtime} is held until ${hold.until}: ${oneLine(hold.reason, 200)}`,
    );
  }
  if (vanished.length > 0) output.warn(describeVanished(vanished));
  if (nameless > 0) output.warn(`${nameless} elements of the queue have no id; see: macp validate`);
  if (unknown.length > 0) {
    const named = firstOf(unknown.map((id) => oneLine(id, 100)), 5);
    output.warn(
      `${named}: the status is none that macp knows, so it never runs; see: macp validate`,
    );
  }
  if (waiting > 0) output.note(`${waiting} need${waiting === 1 ? "s" : ""} a person: macp inbox`);
}

function withTime(hold: ActiveHold) {
  return { ...hold, until: new Date(hold.until).toISOString() };
}
