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

/** Prints an error on standard error; gives the exit code. */
export function reportError(terminal: Terminal, thrown: unknown, options: ReportOptions): number {
  const error = asMacpError(thrown);
  const exitCode = exitCodeOf(error.kind);
  const { text } = options.redaction;
  const report = options.json
    ? redactedJson(jsonReport(error, exitCode), options.redaction)
    : printable(text(plainReport(error)));
  terminal.writeError(`${report}\n`);
  const unexpected = !(thrown instanceof MacpError) && thrown instanceof Error;
  if (unexpected && options.verbose) {
    terminal.writeError(`${printable(text(thrown.stack ?? ""))}\n`);
  }
  return exitCode;
}

function asMacpError(thrown: unknown): MacpError {
  if (thrown instanceof MacpError) return thrown;
  return new MacpError("failure", `Cannot go on as ${messageOf(thrown)}`, {
    code: "unexpected",
    cause: thrown,
  });
}

function jsonReport(error: MacpError, exitCode: number): object {
  const { code, message, hints, details } = error;
  return {
    schema_version: schemaVersion,
    error: { code, message, details, hints, exit_code: exitCode },
  };
}

function plainReport(error: MacpError): string {
  return [
    `error: ${error.message}`,
    ...error.details.map((detail) => `  ${detail}`),
    ...error.hints.map((hint) => `hint: ${hint}`),
  ].join("\n");
}

/** Exit code of a run that a signal ended. */
export function signalExitCode(signal: string): number {
  if (signal === "SIGINT") return exitCodes.interrupted;
  return signal === "SIGHUP" ? exitCodes.hangup : exitCodes.terminated;
}
