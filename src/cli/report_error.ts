/**
 * Errors as the user sees them: one place translates each kind.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { printable } from "../protocol/text.ts";
import type { Terminal } from "../sys/terminal.ts";
import { exitCodeOf, exitCodes } from "./exit_codes.ts";
import { type Redaction, schemaVersion } from "./output.ts";
import { redactedJson } from "./redacted_json.ts";

/** How to report. */
export interface ReportOptions {
  json: boolean;
  /** Whether to print where an unexpected error comes from. */
  verbose: boolean;
  redaction: Redaction;
}

/** An error as it is told. */
export interface ToldError {
  code: string;
  message: string;
  details?: readonly string[];
  hints: readonly string[];
  exitCode: number;
}

/** Prints an error on standard error; gives the exit code. */
export function reportError(terminal: Terminal, thrown: unknown, options: ReportOptions): number {
  const error = asMacpError(thrown);
  const { code, message, details, hints } = error;
  const exitCode = exitCodeOf(error.kind);
  tellError(terminal, { code, message, details, hints, exitCode }, options);
  const unexpected = !(thrown instanceof MacpError) && thrown instanceof Error;
  if (unexpected && options.verbose) {
    terminal.writeError(`${printable(options.redaction.text(thrown.stack ?? ""))}\n`);
  }
  return exitCode;
}

/** Prints on standard error what is wrong and the way out; one document with `--json`. */
export function tellError(
  terminal: Terminal,
  error: ToldError,
  { json, redaction }: Pick<ReportOptions, "json" | "redaction">,
): void {
  const report = json
    ? redactedJson(jsonReport(error), redaction)
    : printable(redaction.text(plainReport(error)));
  terminal.writeError(`${report}\n`);
}

function asMacpError(thrown: unknown): MacpError {
  if (thrown instanceof MacpError) return thrown;
  return new MacpError("failure", `Cannot go on as ${messageOf(thrown)}`, {
    code: "unexpected",
    cause: thrown,
  });
}

function jsonReport({ code, message, details = [], hints, exitCode }: ToldError): object {
  return {
    schema_version: schemaVersion,
    error: { code, message, details, hints, exit_code: exitCode },
  };
}

function plainReport({ message, details = [], hints }: ToldError): string {
  return [
    `error: ${message}`,
    ...details.map((detail) => `  ${detail}`),
    ...hints.map((hint) => `hint: ${hint}`),
  ].join("\n");
}

/** Exit code of a run that a signal ended. */
export function signalExitCode(signal: string): number {
  if (signal === "SIGINT") return exitCodes.interrupted;
  return signal === "SIGHUP" ? exitCodes.hangup : exitCodes.terminated;
}
