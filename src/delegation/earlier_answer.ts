/**
 * Answers that are there before anything is asked: of a run that went on before.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { type DelegationRun, factsOf } from "./delegation_run.ts";
import { type HandoffRead, MAX_HANDOFF_BYTES } from "./handoff_file.ts";
import { judgeRead } from "./judge_read.ts";
import { answered, type Outcome, refused, sent } from "./outcome.ts";
import type { Delivery } from "./deliveries.ts";
import { atomicWrite } from "../store/atomic_write.ts";
import type { Files } from "../sys/files.ts";
import { markOf } from "./wait_for_handoff.ts";
import { makeRequestRecord, readRequest, sameQuestion, wasNeverSent } from "./request_record.ts";

/** Milliseconds in which what does not parse yet may settle. */
const settleMs = 3000;

/** Where the attempts of a call begin. */
export interface StartingPoint {
  /** What came of it already, or null. */
  outcome: Outcome | null;
  /** Why an earlier answer was not good, for the agent; null without one. */
  previousError: string | null;
  /** Newest send of an earlier call, or null. */
  delivery: Delivery | null;
}

/** A delegation before its first attempt. */
export type EarlyRun = Omit<DelegationRun, "deliveries">;

/**
 * Looks whether the question was asked under this run id before. A good answer to it is
 * taken; what else lies there is moved aside.
 *
 * Throws `MacpError` of kind usage, code `run_id_taken`, when another question was.
 */
export async function lookAtEarlier(run: EarlyRun): Promise<StartingPoint> {
  const { context, asked, paths } = run;
  const found = readRequest(context.world.files, paths.request, asked.runId);
  const isSame = found !== null &&
    sameQuestion(found, await makeRequestRecord(context.world, asked));
  // What nobody got binds nobody.
  const record = found !== null && !isSame && wasNeverSent(found) ? null : found;
  if (record !== null && !isSame) {
    throw new MacpError(
      "usage",
      `Cannot delegate as another question was asked under this run id: ${asked.runId}`,
      {
        code: "run_id_taken",
        hints: [
          `Leave --run-id out, or take another; its answer: macp delegate --collect ${asked.runId}`,
        ],
      },
    );
  }
  if (record === null) {
    const moved = moveAside(run);
    if (moved) context.note(`an answer that nobody asked for was moved to ${paths.previous}`);
    return { outcome: null, previousError: null, delivery: null };
  }
  const { delivery } = record;
  const { outcome, fault } = await takeLate(run, { attempt: 1, read: null });
  if (outcome !== null && !asked.wait) {
    return { outcome: sent(factsOf(run)), previousError: null, delivery };
  }
  const isBad = fault !== null && delivery !== null;
  return {
    outcome,
    previousError: fault,
    delivery: isBad ? { ...delivery, state: "over" } : delivery,
  };
}

/**
 * An answer that came though nobody waited for it any more. A good one is taken, and so is
 * one that no retry can better; any other is moved aside.
 *
 * @param about.read What was read already; null to look.
 * @returns The outcome, or null; and what was wrong with the answer, or null.
 */
export async function takeLate(
  run: EarlyRun,
  { attempt, read }: { attempt: number; read: HandoffRead | null },
): Promise<{ outcome: Outcome | null; fault: string | null }> {
  const { context, asked, log } = run;
  const start = context.world.clock.elapsed();
  const found = read === null || read.kind === "unparsable" ? await settledAnswer(run) : read;
  if (found.kind === "absent") return { outcome: null, fault: null };
  const judged = judgeRead(found, { strict: asked.strict, runId: asked.runId });
  if (judged.isFinal) {
    log.add("late_arrival", `Handoff file arrived between retries: ${judged.status}`, { attempt });
    const facts = factsOf(run, start);
    const outcome = judged.document === null
      ? refused(facts, found, { ...judged, path: run.paths.answer })
      : answered(facts, judged.document);
    return { outcome, fault: null };
  }
  log.add("validation_failed", judged.fault ?? "", { attempt });
  moveAside(run);
  return { outcome: null, fault: judged.fault };
}

/**
 * After the pause that follows an attempt: what came in it is taken as a late answer, and an
 * answer that was bad and stayed as it was is moved aside. Who wrote on in it meanwhile is
 * believed all the same.
 *
 * @param about.bad The answer of that attempt; null without one.
 * @param about.came What came in the pause; null when nothing did.
 */
export async function takeLateOrMove(
  run: DelegationRun,
  { attempt, bad, came }: { attempt: number; bad: HandoffRead | null; came: HandoffRead | null },
): Promise<{ outcome: Outcome | null; fault: string | null }> {
  const { context, paths } = run;
  const { files } = context.world;
  if (bad === null || came !== null) return await takeLate(run, { attempt, read: came });
  const mark = markOfRead(files, paths.answer, bad);
  const stat = files.lstat(paths.answer);
  if (stat === null) return { outcome: null, fault: null };
  if (markOf(stat) !== mark) return await takeLate(run, { attempt, read: null });
  moveAside(run);
  const moved = files.lstat(paths.previous);
  if (moved === null || markOf(moved) === mark) return { outcome: null, fault: null };
  // It was finished while it was moved.
  files.rename(paths.previous, paths.answer);
  return await takeLate(run, { attempt, read: null });
}

/** What tells the file that was read apart from a later one in its place. */
export function markOfRead(files: Files, path: string, read: HandoffRead): string | null {
  if (read.kind === "read" || read.kind === "unparsable") return markOf(read.stat);
  const stat = files.lstat(path);
  return stat === null ? null : markOf(stat);
}

/**
 * Keeps a copy of a bad answer as the previous one at once: the next may replace it. One that
 * cannot be copied is moved there later.
 */
export function keepCopy(
  { context, paths }: Pick<DelegationRun, "context" | "paths">,
  read: HandoffRead,
): void {
  if (read.kind !== "read" && read.kind !== "unparsable") return;
  const { world } = context;
  try {
    if (world.files.lstat(paths.previous)?.kind === "folder") {
      world.files.remove(paths.previous, { recursive: true });
    }
    const file = world.files.open(paths.answer, { read: true });
    try {
      const { device, inode, size } = file.stat();
      if (device !== read.stat.device || inode !== read.stat.inode) return;
      const bytes = new Uint8Array(Math.min(size, MAX_HANDOFF_BYTES));
      let length = 0;
      while (length < bytes.length) {
        const count = file.read(bytes.subarray(length)) ?? 0;
        if (count === 0) break;
        length += count;
      }
      atomicWrite(world, paths.previous, [bytes.subarray(0, length)], { mode: 0o600 });
    } finally {
      file.close();
    }
  } catch {
    // Told when it cannot be moved either.
  }
}

/** What lies at the place of the answer; what does not parse gets a while to settle. */
async function settledAnswer({ context, paths }: EarlyRun): Promise<HandoffRead> {
  const { steps, world, signal } = context;
  const read = steps.readHandoff(world.files, paths.answer, context.redactor);
  if (read.kind === "absent" || read.kind === "read") return read;
  const options = { timeoutMs: settleMs, signal, redactor: context.redactor };
  return await steps.waitForHandoff(world, paths.answer, options) ?? { kind: "absent" };
}

/**
 * Moves whatever lies at the place of the answer to that of the previous one; whether there
 * was anything. Throws `MacpError` of kind failure when it cannot.
 */
export function moveAside({ context, paths }: Pick<DelegationRun, "context" | "paths">): boolean {
  const { files } = context.world;
  if (files.lstat(paths.answer) === null) return false;
  try {
    // A folder cannot be replaced by a file, nor a file by a folder.
    files.remove(paths.previous, { recursive: true });
    files.rename(paths.answer, paths.previous);
    return true;
  } catch (cause) {
    throw new MacpError(
      "failure",
      `Cannot move an answer aside as ${messageOf(cause)}`,
      { code: "answer_not_moved", hints: ["Look at the permissions of its folder"], cause },
    );
  }
}
