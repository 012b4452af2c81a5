/**
 * What `macp clean` does with logs, results, events and dead letters.
 *
 * @module
 */
import type { CleanedPath } from "./clean.ts";
import {
  applyRetention,
  type RetentionContext,
  type RetentionReport,
} from "../retention/apply_retention.ts";

const reasons: Record<RetentionReport["removed"][number]["reason"], string> = {
  age: "older than macp.retention keeps it",
  size: "all of them together are larger than macp.retention keeps",
  count: "more than macp.retention keeps",
};

/** Applies retention now; a line for each file, and notes for a person. */
export async function cleanRecords(
  context: RetentionContext,
  { dryRun }: { dryRun: boolean },
): Promise<{ paths: CleanedPath[]; notes: string[] }> {
  const { removed, rotated, trimmed, notes } = await applyRetention(context, { now: true, dryRun });
  const row = (path: string, action: CleanedPath["action"], reason: string): CleanedPath => ({
    path,
    action,
    reason,
    task_id: null,
    snapshot_ref: null,
    failed: false,
  });
  const paths = [
    ...removed.map(({ path, reason }) => row(path, "removed", reasons[reason])),
    ...trimmed.map(({ path, bytes }) => row(path, "mended", `${bytes} bytes of the oldest lines`)),
  ];
  if (rotated) paths.push(row(rotated, "mended", "events, which every sink has read, moved away"));
  return { paths, notes };
}
