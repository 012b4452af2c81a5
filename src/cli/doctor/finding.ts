/**
 * What a check finds.
 *
 * @module
 */

/** One thing that was looked at. */
export interface Finding {
  /** Stable name, for programs: `git`, `ledger`, `runtime.claude` … */
  check: string;
  /** fail: macp cannot work, or says what is not true. warn: some of it cannot. */
  level: "ok" | "warn" | "fail";
  message: string;
  /** What to do about it. */
  hint?: string;
  /** Mends it, where that is safe; gives what was done. Called with `--fix` only. */
  fix?: () => string | Promise<string>;
}

/** Shorthands for the levels. */
export const found = {
  ok: (check: string, message: string): Finding => ({ check, level: "ok", message }),
  warn: (check: string, message: string, hint?: string): Finding => ({
    check,
    level: "warn",
    message,
    ...(hint === undefined ? {} : { hint }),
  }),
  fail: (check: string, message: string, hint?: string): Finding => ({
    check,
    level: "fail",
    message,
    ...(hint === undefined ? {} : { hint }),
  }),
};
