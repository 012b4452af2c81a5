/**
 * The message of a commit that macp makes of what was left uncommitted. Pure.
 *
 * @module
 */
import type { AttemptLog } from "../logs/attempt_log.ts";
import type { Task } from "../protocol/generated/types.ts";
import { oneLine } from "../protocol/text.ts";
import type { DispatchRequest } from "./dispatch_request.ts";

/** Characters of a title that stand in the subject of a commit. */
const mostOfTitle = 72;

/** Message of the commit of what was left: what the task was, who left it, who committed it. */
export function leftoverMessage(
  { task: { id, title }, serial, leftBy, log }:
    & Pick<DispatchRequest, "serial" | "leftBy">
    & { task: Pick<Task, "id" | "title">; log: Pick<AttemptLog, "redacted"> },
): string {
  const subject = oneLine(log.redacted(title), mostOfTitle) || "Work of a task";
  const body = leftBy === "person"
    ? `Left uncommitted by a person, committed by macp before its gates ran (attempt ${serial}).`
    : `Left uncommitted by the worker, committed by macp after attempt ${serial}.`;
  return `${subject} (${id})\n\n${body}\n`;
}
