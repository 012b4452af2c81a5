/**
 * What a run shows while it works: lines, or in a terminal a live view, which is loaded only
 * there.
 *
 * @module
 */
import type { Invocation } from "./command.ts";
import type { OpenRepository } from "./open_repository.ts";
import { lineProgress, type Progress } from "./progress_lines.ts";

/** Shows the progress of a run in the way that suits the output. */
export async function createProgress(
  invocation: Invocation,
  repository: OpenRepository,
): Promise<Progress> {
  if (!invocation.output.isLive) return lineProgress(invocation);
  const { liveProgress } = await import("./live/live_progress.ts");
  return liveProgress(invocation, repository);
}
