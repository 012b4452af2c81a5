/**
 * How things stand, in a sentence. Pure.
 *
 * @module
 */
import { formatCount, plural } from "./format.js";

/** One sentence that says how things stand. */
export function headline({ tasks, waiting, by_status }) {
  const { completed = 0, failed = 0, running = 0, gated = 0, pending = 0 } = by_status;
  if (tasks === 0) return "Nothing has happened yet.";
  if (waiting > 0) {
    return `${plural(waiting, "task needs", "tasks need")} you; ` +
      `${formatCount(completed)} of ${formatCount(tasks)} are completed.`;
  }
  if (completed === tasks) {
    return tasks === 1
      ? "The one task is completed."
      : `All ${formatCount(tasks)} tasks are completed.`;
  }
  const rest = [
    [running + gated, "running"],
    [pending, "to come"],
    [failed, "failed"],
  ].filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  return `${formatCount(completed)} of ${formatCount(tasks)} tasks are completed` +
    (rest.length > 0 ? `, ${rest.join(", ")}.` : ".");
}
