/**
 * `macp land`
 *
 * @module
 */
import { describeSinceVerdict } from "../../dispatcher/since_verdict.ts";
import { landTask } from "../../people/land.ts";
import type { LandReport } from "../../people/land_report.ts";
import { oneLine, printable, shellWord } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import { lineProgress } from "../progress_lines.ts";
import { untilStopped } from "../until_stopped.ts";

type Whole = Exclude<LandReport, { kind: "interrupted" }>;

/** Lands a task. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, terminal, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  requireTask(repository.store, id);
  const progress = lineProgress(invocation);
  const onEvent = output.options.json ? () => {} : progress.event;
  const context = { ...repository, world, onEvent, onNote: progress.note };
  const { result: report, stopped } = await untilStopped(
    terminal,
    (signal) =>
      landTask({ ...context, git: repository.git.until(signal) }, id, {
        into: args.text("into"),
        message: args.text("message"),
        dryRun: args.flag("dry-run"),
        signal,
      }),
  );
  const exitCode = report.kind === "interrupted"
    ? stopped ?? exitCodes.interrupted
    : exitCodeOf(report);
  const warnings = landWarnings(id, report);
  if (output.options.json) output.json({ task_id: id, ...report, warnings, exit_code: exitCode });
  else {
    for (const warning of warnings) output.note(`warning: ${warning}`);
    for (const line of describeLanding(id, report)) output.note(line);
  }
  const behind = describeBehind(report);
  if (behind !== null && !output.options.json && !output.options.quiet) {
    terminal.writeError(`${printable(output.options.redaction.text(behind))}\n`);
  }
  return exitCode;
}

function exitCodeOf({ kind }: LandReport): number {
  if (kind === "landed" || kind === "already_landed" || kind === "would_land") {
    return exitCodes.done;
  }
  return kind === "moved" ? exitCodes.busy : exitCodes.needsHuman;
}

/** That new tasks start without what landed, and how to change that; null when they do not. */
export function describeBehind(report: LandReport): string | null {
  if (report.kind !== "landed" && report.kind !== "already_landed") return null;
  const { into, behind } = report;
  if (behind === null) return null;
  const push = behind.push === null ? "" : `git push ${behind.push}, or `;
  return `note: the next tasks start from ${behind.ref}, which does not hold this yet: ` +
    `${push}set macp.base_ref to ${into}`;
}

/** What no verdict and no gate checked of what lands, a sentence each. */
export function landWarnings(id: string, report: LandReport): string[] {
  if (report.kind === "interrupted") return [];
  const { branch, sinceVerdict, doubts = [] } = report;
  const moved = sinceVerdict ? [describeSinceVerdict({ taskId: id, branch }, sinceVerdict)] : [];
  const since = [...moved, ...doubts];
  if (report.kind !== "landed" && report.kind !== "would_land") return since;
  const { brings, gates, into } = report;
  const name = oneLine(id);
  if (gates.length === 0) {
    return [...since, `${name} has no gates: nothing checks that it works on ${into}`];
  }
  if (brings.length === 0) return since;
  const others = brings.map((other) => oneLine(other)).join(", ");
  return [...since, `the gates are those of ${name} alone; those of ${others} do not run`];
}

/** How to look at what was not judged, and how to land with it or without. */
function unblock(
  id: string,
  { branch, checkout, sinceVerdict }: Extract<Whole, { kind: "gate_files_blocked" }>,
): string[] {
  const judged = sinceVerdict.judged.slice(0, 12);
  const back = checkout === null
    ? `git branch --force ${shellWord(branch)} ${judged}`
    : `git -C ${shellWord(checkout)} reset --keep ${judged}`;
  const land = `macp land ${shellWord(id)}`;
  return [
    `next: git diff ${judged} ${sinceVerdict.head.slice(0, 12)}`,
    `when these edits are wanted: ${land} --set macp.gate_files_policy=report`,
    `to land only what was judged: ${back}, then: ${land}`,
  ];
}

/** What came of it, and what to do next, a line each. */
export function describeLanding(id: string, report: LandReport): string[] {
  const name = oneLine(id);
  const word = shellWord(id);
  if (report.kind === "interrupted") return ["interrupted; nothing landed"];
  const { into, brings } = report;
  const along = brings.map((other) => `the work of its dependency ${other} comes along`);
  const stays = `${into} stays as it was`;
  switch (report.kind) {
    case "landed": {
      const how = report.fastForward ? "fast-forward" : "merge commit";
      return [
        ...along,
        `${name} landed on ${into} as ${report.commit.slice(0, 12)} (${how})`,
      ];
    }
    case "already_landed":
      return [`${name} landed on ${into} already, as ${report.commit.slice(0, 12)}`];
    case "would_land": {
      const how = report.fastForward ? "by a fast-forward" : "by a merge commit";
      const gates = report.gates.map((gate) => `  ${oneLine(gate, 200)}`);
      return [
        ...along,
        `would land ${name} on ${into} ${how}, after ${gates.length} gates`,
        ...gates,
      ];
    }
    case "conflict": {
      const { branch, checkout } = report;
      const [enter, leave] = checkout === null
        ? [`git switch ${branch}`, ", git switch -"]
        : [`cd ${shellWord(checkout)}`, ""];
      return [
        `${name} conflicts with ${into}; ${stays}`,
        ...report.paths.map((path) => `  ${oneLine(path)}`),
        `next: ${enter}, git merge ${into}, resolve and commit${leave}`,
        `then: macp land ${word}`,
      ];
    }
    case "gate_files_blocked":
      return [
        `${name} did not land: gate files changed since its verdict, and macp.gate_files_policy is block; ${stays}`,
        ...unblock(id, report),
      ];
    case "refused":
      return [`${name} cannot be merged into ${into}: ${report.reason}; ${stays}`];
    case "gates_red":
      return [
        `${name} is red on top of ${into}; ${stays}`,
        `reason: ${oneLine(report.reason, 400)}`,
        `next: macp logs ${word}`,
      ];
    case "in_the_way":
      return [
        `${name} did not land: ${report.reason}; ${stays}`,
        ...report.paths.map((path) => `  ${oneLine(path)}`),
        `next: commit, stash or move them away in ${report.checkout}, then: macp land ${word}`,
      ];
    case "under_way":
      return [
        `${name} did not land: ${report.what} of ${into} is under way in ${report.checkout}; ${stays}`,
        `next: end it there (or give it up: git -C ${
          shellWord(report.checkout)
        } ${report.abort}), then: macp land ${word}`,
      ];
    case "moved":
      return [`${into} moved while the gates ran; nothing landed`, `next: macp land ${word}`];
  }
}
