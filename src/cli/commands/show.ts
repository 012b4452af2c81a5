/**
 * `macp show`
 *
 * @module
 */
import type { TaskResult } from "../../protocol/generated/types.ts";
import { isRecord } from "../../protocol/events.ts";
import { isTerminal } from "../../protocol/outcomes.ts";
import type { Settings } from "../../protocol/settings.ts";
import { statusOf, titleOf } from "../../protocol/task.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords, type TaskRecords } from "../find_result.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import { type Output, tabulate } from "../output.ts";
import { oneLine } from "../../protocol/text.ts";

/** Shows one task. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  const raw = requireTask(repository.store, id);
  const records = await findRecords(world, repository, id, raw);
  if (output.options.json) {
    const running = repository.store.readState().running[id] ?? null;
    output.json({
      task: raw,
      result: records.result,
      attempts: records.attempts,
      running,
      logs: records.logs,
      logs_removed_up_to: records.prunedLogs || null,
    });
    return exitCodes.done;
  }
  const status = statusOf(raw) ?? "invalid";
  output.line(`${oneLine(id)}: ${oneLine(titleOf(raw), 200)}`);
  output.line(`status: ${status}`);
  if (isRecord(raw) && typeof raw.reason === "string") {
    output.line(`reason: ${oneLine(raw.reason)}`);
  }
  if (records.result) printResult(output, records.result, records.resultPath);
  else if (hasLimit(repository.settings) && isTerminal(statusOf(raw) ?? "pending")) {
    output.line("result: none is left; macp.retention removes old ones");
  }
  for (const attempt of records.attempts) printAttempt(output, attempt);
  if (records.prunedLogs > 0) {
    output.line(`logs up to attempt ${records.prunedLogs}: removed by retention (macp.retention)`);
  }
  for (const log of records.logs) output.line(`log ${log.serial}: ${log.path}`);
  printNext(output, id, status, records);
  return exitCodes.done;
}

/** Whether results are removed at all. */
function hasLimit({ macp: { retention } }: Settings): boolean {
  return retention.result_days !== null || retention.result_max_count !== null;
}

function printResult(output: Output, result: TaskResult, path: string): void {
  const meta = result.metadata ?? {};
  const known = (value: unknown) =>
    value === null || value === undefined ? "unknown" : String(value);
  const rows = [
    ["outcome", known(meta.outcome)],
    ["attempt", `${known(result.attempt)}/${known(result.max_attempts)}`],
    ["duration", `${known(meta.duration_seconds)} s`],
    ["worker", `exit code ${known(result.exit_code)}`],
    ["branch", known(result.branch)],
    ["commits", `${known(meta.commits)} (+${known(meta.insertions)} −${known(meta.deletions)})`],
    ["snapshot", meta.snapshot_ref ?? "none"],
    ["result", path],
  ];
  for (const line of tabulate(rows)) output.line(line);
  if (result.summary) output.line(`summary: ${oneLine(result.summary, 400)}`);
  for (const file of result.files_changed ?? []) output.line(`  ${oneLine(file, 200)}`);
  for (const gate of meta.gates ?? []) {
    const color = gate.outcome === "passed" ? "green" : "red";
    output.line(
      `gate ${output.paint(color, gate.outcome)}: ${
        oneLine(gate.command, 200)
      } (exit code ${gate.exit_code})`,
    );
    if (gate.outcome !== "passed") printTail(output, gate.reason ?? null, gate.output_tail);
  }
  for (const warning of meta.warnings ?? []) output.line(`warning: ${warning}`);
}

function printTail(output: Output, reason: string | null, tail: string): void {
  if (reason) output.line(`  ${reason}`);
  for (const line of tail.trimEnd().split("\n").slice(-10)) {
    if (line !== "") output.line(`  | ${oneLine(line, 200)}`);
  }
}

function printAttempt(output: Output, { metadata, error }: TaskResult): void {
  const serial = metadata?.attempt_serial ?? "?";
  output.line(
    `attempt ${serial}: ${metadata?.outcome ?? "unknown"}${
      error ? `: ${oneLine(error, 200)}` : ""
    }`,
  );
}

function printNext(output: Output, id: string, status: string, { logs }: TaskRecords): void {
  const next = logs.length > 0 ? [`macp logs ${id}`] : [];
  if (status === "completed") next.push(`macp diff ${id}`, `macp land ${id}`);
  if (status === "failed") next.push(`macp retry ${id}`);
  if (status === "escalated") next.push("macp inbox", `macp reply ${id} "…"`, `macp retry ${id}`);
  if (status === "pending") next.push("macp drain");
  if (next.length > 0) output.line(`next: ${next.join(" · ")}`);
}
