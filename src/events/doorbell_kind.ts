/**
 * Which events ring the doorbell.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { isRetried } from "../protocol/outcomes.ts";
import { type EventFacts, metadataOf } from "./format_event.ts";
import type { DoorbellKind } from "./render_notification.ts";

/** When work is done: once it landed, or, where workers land it themselves, once completed. */
export type DoneOn = "landed" | "completed";

/**
 * Why an event rings the doorbell, or null when it does not.
 *
 * - Landed (a task.progress with `landed` in its metadata): done. With `doneOn` "completed",
 *   task.completed is instead, so that no task rings twice for the same work.
 * - Failed or escalated as the attempts or the time were used up: frozen. An event without
 *   an outcome, as the older implementation wrote it, is judged by its count of attempts.
 * - Every other failed or escalated task: needs-human. A cancelled one rings nothing.
 */
export function doorbellKind(event: EventFacts, doneOn: DoneOn = "landed"): DoorbellKind | null {
  switch (event.event_type) {
    case "task.progress":
      return doneOn === "landed" && isRecord(metadataOf(event).landed) ? "done" : null;
    case "task.completed":
      return doneOn === "completed" ? "done" : null;
    case "task.failed":
    case "task.escalated":
      return endKind(metadataOf(event));
    default:
      return null;
  }
}

function endKind(about: Record<string, unknown>): DoorbellKind | null {
  const { outcome } = about;
  if (outcome === "cancelled") return null;
  if (outcome === "timed_out") return "frozen";
  const { attempt, max_attempts: most } = about;
  const counted = typeof attempt === "number" && typeof most === "number";
  if (typeof outcome !== "string") return counted && attempt >= most ? "frozen" : "needs-human";
  const left = counted && attempt < most;
  return isRetried(outcome) && !left ? "frozen" : "needs-human";
}
