/**
 * What a result says, as lines for a person.
 *
 * @module
 */
import { tellsOnlyExit } from "../gates/judge_gate.ts";
import type { GateEvidence, TaskResult, Usage } from "../protocol/generated/types.ts";
import { kindOfResult } from "../protocol/result_kind.ts";
import { oneLine, shellWord } from "../protocol/text.ts";
import { tellTime } from "./moment.ts";
import { type Output, tabulate } from "./output.ts";

/** Lines of the end of an output or a screen that are shown. */
const tailLines = 10;

/** What is known besides the result. */
export interface ResultPlaces {
  resultPath: string;
  /** Whether the worktree that the result names is there; `half` is half made or removed. */
  worktree: "ready" | "half" | "gone";
  /** Milliseconds since the epoch. */
  now: number;
}

type Rows = [label: string, text: string][];

/** Prints a result: facts, summary and files, gates, warnings, screen. */
export function printResult(output: Output, result: TaskResult, places: ResultPlaces): void {
  for (const line of tabulate(factsOf(result, places))) output.line(line);
  if (result.summary) output.line(`summary: ${oneLine(result.summary, 400)}`);
  printPaths(output, "changes", result.files_changed);
  const meta = result.metadata ?? {};
  for (const gate of meta.gates ?? []) printGate(output, gate);
  for (const warning of meta.warnings ?? []) output.line(`warning: ${oneLine(warning, 400)}`);
  printPaths(output, "gate files changed", meta.gate_files_changed);
  printPaths(output, "main checkout changed while it ran", meta.main_checkout_changes);
  printPaths(output, "not in the snapshot (ignored by git)", meta.ignored_left_out);
  if (meta.screen_tail) {
    output.line("screen at the end:");
    printTail(output, meta.screen_tail);
  }
}

function factsOf(result: TaskResult, { resultPath, worktree, now }: ResultPlaces): Rows {
  const meta = result.metadata ?? {};
  const rows: Rows = [
    ["outcome", known(meta.outcome)],
    ["attempt", describeAttempt(result)],
    ["ended", tellTime(result.completed_at, now)],
    [
      "duration",
      typeof meta.duration_seconds === "number" ? `${meta.duration_seconds} s` : "unknown",
    ],
    ["worker", `exit code ${known(result.exit_code)}`],
    ["session", meta.session_id ?? ""],
    ["usage", meta.usage ? describeUsage(meta.usage) : ""],
    ["branch", known(result.branch)],
    ["worktree", describePlace(result.worktree, worktree)],
    ["commits", `${known(meta.commits)} (+${known(meta.insertions)} −${known(meta.deletions)})`],
    ["snapshot", describeSnapshot(result, worktree === "ready")],
    ["hand-over", meta.handover_path ?? ""],
    ["result", resultPath],
  ];
  return rows.filter(([, text]) => text !== "").map(([label, text]) => [label, oneLine(text, 400)]);
}

/** Spent attempts, and what the serial in paths and refs was. */
function describeAttempt(result: TaskResult): string {
  const { attempt, max_attempts, metadata } = result;
  const spent = `${known(attempt)}/${known(max_attempts)}`;
  const kind = kindOfResult(result);
  if (kind === "none") return `${spent}; it ended while none ran`;
  const serial = `serial ${known(metadata?.attempt_serial)}`;
  return kind === "acceptance" ? `${spent}; acceptance (${serial})` : `${spent} (${serial})`;
}

function known(value: unknown): string {
  return value === null || value === undefined ? "unknown" : String(value);
}

function describePlace(
  path: string | null | undefined,
  worktree: ResultPlaces["worktree"],
): string {
  if (!path) return "";
  const told = {
    ready: "",
    half: " (half made or removed; macp clean ends that)",
    gone: " (removed)",
  };
  return `${path}${told[worktree]}`;
}

function describeSnapshot({ task_id: id, metadata }: TaskResult, hasWorktree: boolean): string {
  const ref = metadata?.snapshot_ref;
  if (!ref) return "none";
  return hasWorktree ? ref : `${ref} (it comes back with: macp restore ${shellWord(id)})`;
}

/** Tokens and cost; what the agent did not tell is left out. */
export function describeUsage(usage: NonNullable<Usage>): string {
  const count = (value: number | null | undefined, what: string) =>
    typeof value === "number" ? [`${value.toLocaleString("en-US")} ${what}`] : [];
  const parts = [
    ...count(usage.input_tokens, "tokens in"),
    ...count(usage.cache_read_tokens, "read from the cache"),
    ...count(usage.cache_write_tokens, "written to the cache"),
    ...count(usage.output_tokens, "tokens out"),
    ...count(usage.reasoning_tokens, "of them reasoning"),
    ...count(usage.turns, "turns"),
    ...typeof usage.cost_usd === "number" ? [`$${usage.cost_usd.toFixed(4)}`] : [],
  ];
  return parts.length > 0 ? parts.join(", ") : "unknown";
}

function printGate(output: Output, gate: GateEvidence): void {
  const color = gate.outcome === "passed" ? "green" : "red";
  const baseline = gate.baseline === "already_red"
    ? ", already red on the base"
    : gate.baseline === "green"
    ? ", green on the base"
    : "";
  output.line(
    `gate ${output.paint(color, gate.outcome)}: ${
      oneLine(gate.command, 200)
    } (exit code ${gate.exit_code}${baseline})`,
  );
  if (gate.outcome === "passed") return;
  if (gate.reason && !tellsOnlyExit(gate)) output.line(`  ${oneLine(gate.reason, 400)}`);
  printTail(output, gate.output_tail);
}

function printTail(output: Output, tail: string): void {
  for (const line of tail.trimEnd().split("\n").slice(-tailLines)) {
    if (line.trim() !== "") output.line(`  | ${oneLine(line, 200)}`);
  }
}

function printPaths(output: Output, title: string, paths: readonly string[] | null | undefined) {
  if (!paths?.length) return;
  output.line(`${title}:`);
  for (const path of paths) output.line(`  ${oneLine(path, 200)}`);
}
