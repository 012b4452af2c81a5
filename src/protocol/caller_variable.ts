/**
 * Variables that each caller of a delegation has of its own.
 *
 * @module
 */

/** Stands for the caller in the name of a variable. */
const place = "{CALLER}";

/** Whether a setting names another variable for each caller. */
export function isPerCaller(setting: string): boolean {
  return setting.includes(place);
}

/**
 * The environment variable that a setting names for a caller: `{CALLER}` in it stands for the
 * caller's name in capitals, with `_` for what is neither letter nor digit.
 */
export function callerVariable(setting: string, caller: string): string {
  return setting.replaceAll(place, () => caller.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_"));
}
