/**
 * `macp doctor`
 *
 * @module
 */
import type { ControllerContext } from "../../controller/context.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import type { Invocation } from "../command.ts";
import { checkDelegation } from "../doctor/check_delegation.ts";
import { checkEvents } from "../doctor/check_events.ts";
import { checkGitLocks } from "../doctor/check_git_locks.ts";
import { checkProcesses } from "../doctor/check_processes.ts";
import { checkGit, checkRuntimes, checkTerminal } from "../doctor/check_programs.ts";
import { checkResults } from "../doctor/check_results.ts";
import { checkTrackedSecrets } from "../doctor/check_secrets.ts";
import { checkIgnored, checkSettings, checkTracked } from "../doctor/check_settings.ts";
import { checkReceivers, sendTests } from "../doctor/check_sinks.ts";
import {
  checkAttempts,
  checkController,
  checkDisk,
  checkGitView,
  checkModes,
  checkQueue,
  checkScratch,
  checkWorktrees,
} from "../doctor/check_state.ts";
import { type Finding, found } from "../doctor/finding.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository } from "../open_repository.ts";
import { type Color, tabulate } from "../output.ts";

const colors: Record<Finding["level"], Color> = { ok: "green", warn: "yellow", fail: "red" };

/** A check that is made, and its name should it fail itself. */
type Check = [
  name: string,
  make: (context: ControllerContext) => Finding | Finding[] | Promise<Finding | Finding[]>,
];

const checks: readonly Check[] = [
  ["git", ({ git }) => checkGit(git)],
  ["git locks", checkGitLocks],
  ["settings", checkSettings],
  ["queue", checkQueue],
  ["results", checkResults],
  ["lock", checkController],
  ["attempts", checkAttempts],
  ["worktrees", checkWorktrees],
  ["scratch", checkScratch],
  ["git view", checkGitView],
  ["ignored", checkIgnored],
  ["tracked", checkTracked],
  ["modes", checkModes],
  ["events", checkEvents],
  ["disk", checkDisk],
  ["secrets", ({ git }) => checkTrackedSecrets(git)],
  ["processes", ({ world }) => checkProcesses(world)],
  ["pty", ({ world }) => checkTerminal(world)],
  ["delegate", checkDelegation],
  ["runtime", ({ world, settings }) => checkRuntimes(world, settings)],
];

/** Looks whether all is well; exit code 1 when something is not. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const context = { ...repository, world, onEvent: () => {}, onNote: output.note.bind(output) };
  // One after the other for the ledger's sake; those that ask programs take longest.
  const receivers: Check = ["sinks", args.flag("send-test") ? sendTests : checkReceivers];
  const made = [...checks, receivers].map((check) => makeCheck(context, check));
  const findings = toFindings(await Promise.all(made));
  const fixed = args.flag("fix") ? await fixAll(findings) : [];
  const fails = findings.filter(({ level }) => level === "fail").length;
  const warnings = findings.filter(({ level }) => level === "warn").length;
  if (output.options.json) {
    const plain = findings.map(({ fix, ...rest }) => ({ ...rest, fixable: fix !== undefined }));
    output.json({ findings: plain, fixed, fails, warnings });
  } else {
    const rows = findings.map(({ check, level, message, hint }) => [
      output.paint(colors[level], level),
      check,
      hint === undefined ? message : `${message} → ${hint}`,
    ]);
    for (const line of tabulate(rows)) output.line(line);
    for (const done of fixed) output.line(`${output.paint("green", "fixed")}: ${done}`);
    output.note(`${fails} faults, ${warnings} warnings`);
  }
  return fails > 0 ? exitCodes.workFailed : exitCodes.done;
}

/** A check that could not be made. */
interface Failure {
  check: string;
  error: unknown;
}

async function makeCheck(
  context: ControllerContext,
  [check, make]: Check,
): Promise<Finding[] | Failure> {
  try {
    return [await make(context)].flat();
  } catch (error) {
    return { check, error };
  }
}

/** A check that fails is a finding too, and what stopped several is told by the first of them. */
function toFindings(made: readonly (Finding[] | Failure)[]): Finding[] {
  const first = new Map<string, string>();
  return made.flatMap((one) => {
    if (Array.isArray(one)) return one;
    const { check, error } = one;
    const message = messageOf(error);
    const told = first.get(message);
    if (told !== undefined) return found.fail(check, `not looked at, for what ${told} says`);
    first.set(message, check);
    if (!(error instanceof MacpError)) return found.fail(check, message);
    return found.fail(check, [message, ...error.details.slice(0, 1)].join(": "), error.hints[0]);
  });
}

async function fixAll(findings: readonly Finding[]): Promise<string[]> {
  const done: string[] = [];
  for (const { check, fix } of findings) {
    if (fix === undefined) continue;
    try {
      done.push(await fix());
    } catch (error) {
      done.push(`${check} could not be fixed: ${messageOf(error)}`);
    }
  }
  return done;
}
