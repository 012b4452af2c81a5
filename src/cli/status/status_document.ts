/**
 * What `macp status --json` prints.
 *
 * @module
 */
import type { OpenRepository } from "../open_repository.ts";
import type { StatusLook } from "./overview.ts";
import { describeTask } from "./task_status.ts";

/** All of it for programs. */
export function statusDocument(
  { paths, settings }: OpenRepository,
  look: StatusLook,
): Record<string, unknown> {
  return {
    repository: paths.repository,
    enabled: settings.enabled,
    ...look.overview,
    sinks: look.sinks,
    tasks: look.selected.map((raw) => describeTask(look.plan, raw)),
  };
}
