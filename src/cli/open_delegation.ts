/**
 * What delegations need of a repository.
 *
 * @module
 */
import { type DelegateContext, realSteps } from "../delegation/delegation_run.ts";
import { delegationPlaces } from "../delegation/places.ts";
import type { Invocation } from "./command.ts";
import type { OpenRepository } from "./open_repository.ts";

/** The context of a delegation; `signal` ends it. Throws `MacpError` of kind usage. */
export function openDelegation(
  { world, output }: Invocation,
  { settings, paths, redactor }: OpenRepository,
  signal: AbortSignal,
): DelegateContext {
  const about = { repository: paths.repository, home: world.env.HOME };
  return {
    world,
    settings: settings.delegate,
    places: delegationPlaces(settings.delegate, about),
    cwd: paths.repository,
    redactor,
    note: (text) => output.warn(text),
    signal,
    steps: realSteps,
  };
}
