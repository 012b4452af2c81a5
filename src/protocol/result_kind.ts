/**
 * What ended with a result. Pure.
 *
 * @module
 */
import type { TaskResult } from "./generated/types.ts";

/** An attempt of a worker, an acceptance, or an end before any worker began. */
export type ResultKind = "worker" | "acceptance" | "none";

/** Outcomes that a task can have without an attempt. */
const withoutAttempt: readonly unknown[] = ["cancelled", "invalid_task"];

/** What ended with a result. */
export function kindOfResult({ metadata = {} }: Pick<TaskResult, "metadata">): ResultKind {
  if (Object.hasOwn(metadata, "accepted_from")) return "acceptance";
  const { outcome, log_path, duration_seconds } = metadata;
  const isUnseen = log_path === null && duration_seconds === null;
  return isUnseen && withoutAttempt.includes(outcome) ? "none" : "worker";
}
