/**
 * What gates say of the commit that the work stands on: so that "was already red" is
 * proven, and no worker begins on a base where it cannot come to an end.
 *
 * @module
 */
import { join } from "@std/path";
import type { BaseCheck, Dispatched } from "../dispatcher/dispatch_request.ts";
import { commandPaths } from "../gates/command_paths.ts";
import { type Gate, resolveGates } from "../gates/resolve_gates.ts";
import type { Git } from "../git/git.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { isRecord } from "../protocol/events.ts";
import type { GateEvidence, Task } from "../protocol/generated/types.ts";
import { type Baseline, type BaseQuestion, tryOnBase } from "./base_trial.ts";
import { baselineKey, forgetRed } from "./baseline_cache.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { judgeBase } from "./verdict.ts";

/** With `gate_baseline: "block"`: whether all gates are green where the worker would begin. */
export async function checkBase(
  context: ControllerContext,
  claimed: Claimed,
  question: BaseQuestion,
): Promise<BaseCheck> {
  const { settings } = context;
  const gates = resolveGates(claimed.task, settings).filter(isComparable);
  const asks = settings.macp.gate_baseline === "block" && gates.length > 0;
  if (!asks) return { failure: null, aborted: false, gates: [] };
  const { baselines, failure } = await tryOnBase(context, claimed, question, gates);
  const evidence = baselines.filter((baseline) => baseline !== null).map(withBaseline);
  if (failure !== null) return { failure, aborted: false, gates: evidence };
  if (evidence.length < gates.length) return { failure: null, aborted: true, gates: [] };
  return { failure: judgeBase(evidence, question.commit), aborted: false, gates: evidence };
}

/**
 * Unless `gate_baseline` is off: says of each red gate whether it is red on the base too.
 * A red gate stays red whatever is said here.
 *
 * @returns The gates that were red before.
 */
export async function compareWithBase(
  context: ControllerContext,
  claimed: Claimed,
  { dispatched, gates, evidence, log, signal }: {
    dispatched: Dispatched;
    gates: readonly Gate[];
    evidence: readonly GateEvidence[];
    log: AttemptLog;
    signal: AbortSignal;
  },
): Promise<GateEvidence[]> {
  const { baseCommit: commit, warnings } = dispatched;
  if (context.settings.macp.gate_baseline === "off" || commit === null) return [];
  const red = evidence.flatMap((gate, at) => {
    const asked = gates[at];
    return asked && gate.outcome !== "passed" && isComparable(asked) ? [{ gate, asked }] : [];
  });
  if (red.length === 0 || signal.aborted) return [];
  const asked = red.map(({ asked }) => asked);
  const answer = await tryOnBase(context, claimed, { commit, log, signal }, asked);
  if (answer.failure) warnings.push(answer.failure.error);
  for (const [at, baseline] of answer.baselines.entries()) {
    const gate = red[at]?.gate;
    if (!gate) continue;
    const said = baseline && compare(gate, baseline);
    const added = said === "already_red" && await namesAdded(context.git, gate.command, dispatched);
    gate.baseline = added ? null : said;
  }
  return red.map(({ gate }) => gate).filter(({ baseline }) => baseline === "already_red");
}

/** Only what a command says of the files alone can be compared. */
function isComparable({ type }: Gate): boolean {
  return type === "mechanical";
}

/**
 * What a red gate was before. One that breaks on the base but not on the work, or in
 * another way, misses something there and says nothing.
 */
function compare(gate: GateEvidence, baseline: Baseline): "green" | "already_red" | null {
  const { outcome, exit_code } = baseline.evidence;
  if (outcome !== "broken" && !missesFile(baseline.evidence)) return baselineOf(baseline);
  const same = gate.outcome === outcome && gate.exit_code === exit_code &&
    missesFile(gate) === missesFile(baseline.evidence);
  return same ? baselineOf(baseline) : null;
}

/** Whether a shell, or what it started, did not find the file that it was to run. */
function missesFile({ exit_code, output_tail }: GateEvidence): boolean {
  return [2, 126, 127].includes(exit_code) &&
    /can(?:no|')t open|No such file or directory|not found/i.test(output_tail ?? "");
}

/** Whether a command names something that the work added: the base cannot be asked for it. */
async function namesAdded(
  git: Git,
  command: string,
  { cwd, baseCommit, changes }: Dispatched,
): Promise<boolean> {
  const changed = changes?.files ?? [];
  const named = commandPaths(command, cwd).paths
    .filter((path) => changed.some((file) => file === path || file.startsWith(`${path}/`)));
  for (const path of named) {
    const { code } = await git.run(["cat-file", "-e", `${baseCommit}:${path}`]);
    if (code !== 0 && git.world.files.lstat(join(cwd, path)) !== null) return true;
  }
  return false;
}

/** A person wants the gates of a task asked again that were red before its worker began. */
export async function forgetRedBase(context: ControllerContext, raw: unknown): Promise<void> {
  if (!isRecord(raw) || raw.outcome !== "baseline_red") return;
  const gates = resolveGates(raw as Task, context.settings);
  const keys = await Promise.all(gates.map((gate) => baselineKey(gate, context.settings)));
  forgetRed(context, keys);
}

/** What a run on the base says by itself; nothing when it was cut short. */
function baselineOf({ evidence, conclusive }: Baseline): "green" | "already_red" | null {
  if (evidence.outcome === "passed") return "green";
  return conclusive ? "already_red" : null;
}

function withBaseline(baseline: Baseline): GateEvidence {
  return { ...baseline.evidence, baseline: baselineOf(baseline) };
}
