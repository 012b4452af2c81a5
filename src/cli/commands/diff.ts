/**
 * `macp diff`
 *
 * @module
 */
import { ownershipRef, resolveCommit } from "../../git/refs.ts";
import { MacpError } from "../../protocol/errors.ts";
import { isRecord } from "../../protocol/events.ts";
import { taskNames } from "../../protocol/names.ts";
import type { RawTask } from "../../protocol/task.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords } from "../find_result.ts";
import { paintDiff } from "../paint_diff.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";

/** Shows what a task changed: its snapshot or branch over its base, or its live worktree. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  const raw = requireTask(repository.store, id);
  const { result, attempts, damaged } = await findRecords(world, repository, id, raw);
  damaged.forEach((why) => output.warn(oneLine(why, 400)));
  const last = attempts.at(-1) ?? null;
  const isNewest = isRecord(raw) && last?.metadata?.attempt_serial === raw.last_attempt;
  const range = await liveRange(repository, id) ??
    await recordedRange(repository, result ?? (isNewest ? last : null)) ??
    await branchRange(repository, id, raw) ??
    await recordedRange(repository, last);
  if (range === null) {
    throw new MacpError("usage", `Cannot show a diff of task ${id} as it has no branch yet`, {
      code: "no_diff",
      hints: [`See: macp show ${id}`],
    });
  }
  const form = args.flag("stat") ? "--stat" : "--patch";
  const options = ["--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "--binary"];
  const diff = await range.git.read(["diff", form, ...options, ...range.commits, "--"]);
  if (output.options.json) {
    output.json({
      task_id: id,
      base_commit: range.commits[0],
      head_commit: range.commits[1] ?? null,
      diff,
    });
  } else {
    // Colours come last, so that they never stand in the middle of a secret.
    const text = output.options.redaction.text(diff);
    output.raw(paintDiff(text, (color, text) => output.paint(color, text)));
  }
  return exitCodes.done;
}

interface Range {
  git: OpenRepository["git"];
  /** Base, and head unless it is the worktree itself. */
  commits: string[];
}

/** The worktree of a task that has one. */
function liveRange({ store, git }: OpenRepository, id: string): Promise<Range | null> {
  const found = Object.entries(store.readState().worktrees)
    .find(([, owned]) => owned.task_id === id && owned.phase === "ready");
  const base = found?.[1].base_commit;
  return Promise.resolve(found && base ? { git: git.at(found[0]), commits: [base] } : null);
}

/** The branch that macp made for a task, where no result tells more. */
async function branchRange(
  { git }: OpenRepository,
  id: string,
  raw: RawTask,
): Promise<Range | null> {
  const branch = isRecord(raw) && typeof raw.branch === "string" ? raw.branch : null;
  if (branch === null) return null;
  const base = await resolveCommit(git, await ownershipRef((await taskNames(id)).ref, branch));
  const head = await resolveCommit(git, `refs/heads/${branch}`);
  return base === null || head === null ? null : { git, commits: [base, head] };
}

async function recordedRange(
  { git }: OpenRepository,
  result: {
    branch?: string | null;
    metadata?: {
      base_commit?: string | null;
      snapshot_ref?: string | null;
      head_commit?: string | null;
    };
  } | null,
): Promise<Range | null> {
  const base = result?.metadata?.base_commit;
  if (!result || !base) return null;
  const heads = [result.metadata?.snapshot_ref, result.metadata?.head_commit, result.branch];
  for (const head of heads) {
    const commit = head ? await resolveCommit(git, head) : null;
    if (commit !== null) return { git, commits: [base, commit] };
  }
  return null;
}
