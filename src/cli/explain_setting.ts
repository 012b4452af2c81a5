/**
 * Where a setting that cannot be used comes from.
 *
 * @module
 */
import { UnusableSetting } from "../sinks/sink_settings.ts";
import type { OpenRepository } from "./open_repository.ts";

/** The error with the file or flag of its setting; other errors as they are. */
export function explainSetting(
  error: unknown,
  { origins, paths }: Pick<OpenRepository, "origins" | "paths">,
): unknown {
  if (!(error instanceof UnusableSetting)) return error;
  const { setting, message, hints } = error;
  const origin = origins[setting] ?? "default";
  const where = origin === "default"
    ? `The settings stand in ${paths.config}`
    : `It comes from ${origin}`;
  return new UnusableSetting(setting, message, [...hints, where]);
}

/** An error that does not end the call, in one line. */
export function describeSetting(
  error: UnusableSetting,
  place: Pick<OpenRepository, "origins" | "paths">,
): string {
  const explained = explainSetting(error, place);
  if (!(explained instanceof UnusableSetting)) return error.message;
  return [explained.message, ...explained.hints].join("; ");
}

/** Gives what `make` gives; a setting that cannot be used is explained. */
export function withOrigins<T>(
  place: Pick<OpenRepository, "origins" | "paths">,
  make: () => T,
): T {
  try {
    return make();
  } catch (error) {
    throw explainSetting(error, place);
  }
}
