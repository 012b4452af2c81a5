/**
 * How one task stands. Pure.
 *
 * @module
 */
import { type Plan, standingOf } from "../../controller/schedule.ts";
import { isRecord } from "../../protocol/events.ts";
import {
  idOf,
  isMacpAware,
  type RawTask,
  type Status,
  statusOf,
  titleOf,
} from "../../protocol/task.ts";
import { shortJson } from "../../protocol/validation.ts";

/** One task as status tells of it; null where there is nothing to tell. */
export interface TaskStatus {
  id: string;
  title: string;
  status: Status | "invalid";
  dispatch: string;
  attempts: number;
  max_attempts: number;
  outcome: string | null;
  reason: string | null;
  /** RFC 3339 time of the next attempt. */
  not_before: string | null;
  /** Dependency that it waits for. */
  blocked_by: string | null;
  /** Status of that dependency. */
  blocker_status: string | null;
  /** Runtime that it waits for, and until when (RFC 3339). */
  held_runtime: string | null;
  held_until: string | null;
}

/** How an element of the queue stands. */
export function describeTask(plan: Plan, raw: RawTask): TaskStatus {
  const { settings } = plan;
  const record = isRecord(raw) ? raw : {};
  const status = statusOf(raw);
  const standing = status === "pending" ? standingOf(plan, raw) : null;
  const textOf = (value: unknown) => typeof value === "string" ? value : null;
  const numberOf = (value: unknown, otherwise: number) =>
    typeof value === "number" ? value : otherwise;
  return {
    id: idOf(raw) ?? "",
    title: titleOf(raw),
    status: status ?? "invalid",
    dispatch: isMacpAware(raw) ? textOf(record.dispatch) ?? "invalid" : "legacy",
    attempts: numberOf(record.attempts, 0),
    max_attempts: numberOf(record.max_attempts, settings.worker.max_attempts),
    outcome: textOf(record.outcome),
    reason: standing?.kind === "invalid"
      ? standing.reason
      : status === null
      ? `its status is none that macp knows: ${shortJson(record.status)}`
      : textOf(record.reason),
    not_before: standing?.kind === "waiting" ? new Date(standing.until).toISOString() : null,
    blocked_by: standing?.kind === "blocked" ? standing.by : null,
    blocker_status: standing?.kind === "blocked" ? standing.status : null,
    held_runtime: standing?.kind === "held" ? standing.runtime : null,
    held_until: standing?.kind === "held" ? new Date(standing.until).toISOString() : null,
  };
}
