/**
 * Prints what an `acp` task hands over, for a caller to pipe on.
 *
 * @module
 */
import { handoverPath } from "../dispatcher/handover.ts";
import { isRecord } from "../protocol/events.ts";
import { MacpError } from "../protocol/errors.ts";
import { taskNames } from "../protocol/names.ts";
import { type RawTask, statusOf } from "../protocol/task.ts";
import { oneLine, shellWord } from "../protocol/text.ts";
import { parseJson, readText } from "../store/read_json.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import type { OpenRepository } from "./open_repository.ts";

/**
 * Prints the arguments of `sessions_spawn` and nothing else on standard output.
 *
 * Throws `MacpError` of kind usage, code `no_handover`, for a task that is not handed
 * over, with the reason and the way out.
 */
export async function showHandover(
  { world: { files }, output }: Invocation,
  { paths }: OpenRepository,
  id: string,
  raw: RawTask,
): Promise<number> {
  const refusal = whyNone(raw, id);
  if (refusal) throw noHandover(id, ...refusal);
  const retry = `Queue it again with: macp retry ${shellWord(id)}`;
  const path = handoverPath(paths, await taskNames(id));
  const written = readText(files, path);
  if (written === null) {
    const reason = isRecord(raw) && typeof raw.reason === "string" ? raw.reason : "no reason given";
    throw noHandover(id, `it escalated before that: ${oneLine(reason, 200)}`, retry);
  }
  const handover = parseJson(written, path);
  const cwd = isRecord(handover) && typeof handover.cwd === "string" ? handover.cwd : null;
  if (cwd === null || files.stat(cwd)?.kind !== "folder") {
    throw noHandover(id, `its worktree is gone: ${cwd ?? "unknown"}`, retry);
  }
  const text = `${JSON.stringify(handover, null, 2)}\n`;
  if (output.options.redaction.text(text) !== text) {
    output.warn(`secrets in it are not printed; the whole one is in ${path}`);
  }
  output.raw(text);
  return exitCodes.done;
}

/** Why a task with this status has no hand-over, and what to type; null when it may have one. */
function whyNone(raw: RawTask, id: string): [reason: string, hint: string] | null {
  const dispatch = isRecord(raw) && Object.hasOwn(raw, "dispatch") ? raw.dispatch : "none";
  const word = shellWord(id);
  if (dispatch !== "acp") {
    const hint = "Only tasks with --dispatch acp are handed over; see: macp submit --help";
    return [`it is no acp task; its dispatch is ${oneLine(String(dispatch), 40)}`, hint];
  }
  switch (statusOf(raw)) {
    case "escalated":
      return null;
    case "pending":
      return ["it still waits to be handed over", "Hand it over with: macp drain"];
    case "running":
    case "gated":
      return ["an attempt of it runs", "See: macp status"];
    case "completed":
      return ["it is completed", `See: macp diff ${word}`];
    default:
      return ["it failed", `Queue it again with: macp retry ${word}`];
  }
}

function noHandover(id: string, reason: string, hint: string): MacpError {
  return new MacpError("usage", `Cannot show a hand-over of ${id} as ${reason}`, {
    code: "no_handover",
    hints: [hint],
  });
}
