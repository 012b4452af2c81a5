/**
 * `macp clean`
 *
 * @module
 */
import { clean, type CleanedPath } from "../../upkeep/clean.ts";
import { cleanRecords } from "../../upkeep/clean_records.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository } from "../open_repository.ts";
import { type Color, type Output, tabulate } from "../output.ts";

const colors: Record<CleanedPath["action"], Color> = {
  removed: "yellow",
  kept: "dim",
  mended: "green",
};

/** Removes what tasks left that have ended. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const dryRun = args.flag("dry-run");
  const context = { ...repository, world, onEvent: () => {}, onNote: () => {} };
  const worktrees = await clean(context, { all: args.flag("all"), dryRun });
  const records = await cleanRecords(context, { dryRun });
  const paths = [...worktrees, ...records.paths];
  records.notes.forEach((note) => output.warn(note));
  const count = (action: CleanedPath["action"]) =>
    paths.filter((cleaned) => cleaned.action === action).length;
  const counts = { removed: count("removed"), mended: count("mended"), kept: count("kept") };
  if (output.options.json) output.json({ dry_run: dryRun, ...counts, paths });
  else print(output, paths, { dryRun, counts });
  return paths.some(({ failed }) => failed) ? exitCodes.toolFailed : exitCodes.done;
}

function print(
  output: Output,
  paths: readonly CleanedPath[],
  { dryRun, counts }: { dryRun: boolean; counts: Record<CleanedPath["action"], number> },
): void {
  const rows = paths.map(({ action, path, reason }) => [
    output.paint(colors[action], wordOf(action, dryRun)),
    oneLine(path, 500),
    oneLine(reason, 500),
  ]);
  tabulate(rows).forEach((line) => output.line(line));
  const parts = (["removed", "mended", "kept"] as const).filter((action) => counts[action] > 0)
    .map((action) => `${counts[action]} ${wordOf(action, dryRun)}`);
  output.note(parts.length > 0 ? parts.join(", ") : "nothing to clean");
}

function wordOf(action: CleanedPath["action"], dryRun: boolean): string {
  if (!dryRun) return action;
  return { removed: "would be removed", mended: "would be mended", kept: "stays" }[action];
}
