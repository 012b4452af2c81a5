/**
 * Prints what came of a delegation.
 *
 * @module
 */
import type { Outcome } from "../delegation/outcome.ts";
import { createAnsiStripper } from "../logs/ansi_stripper.ts";
import { oneLine, printable } from "../protocol/text.ts";
import type { Arguments, Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { schemaVersion } from "./output.ts";
import { usageError } from "./parse_arguments.ts";
import { tellError } from "./report_error.ts";

/** json: the whole document. text: the result alone. */
export type OutcomeFormat = "json" | "text";

/** How it is printed. */
interface ReportOptions {
  format: OutcomeFormat;
  /** Exit code of the signal that ended it, or null; an answer that was there counts more. */
  stopped: number | null;
}

/** The form that the arguments ask for. Throws `MacpError` of kind usage. */
export function outcomeFormat(args: Arguments): OutcomeFormat {
  const format = args.text("format") === "text" ? "text" : "json";
  if (format === "text" && args.flag("json")) {
    throw usageError("Cannot use --json and --format text together");
  }
  return format;
}

/**
 * Prints an outcome: its document on standard output, and why it did not end well on
 * standard error. Gives the exit code.
 */
export function reportOutcome(
  invocation: Invocation,
  outcome: Outcome,
  { format, stopped }: ReportOptions,
): number {
  const { output } = invocation;
  const { error } = outcome;
  const exitCode = error === null ? exitCodes.done : stopped ?? exitCodes.workFailed;
  // An agent may say anything of itself, and not what version this is.
  if (output.options.json) output.json({ ...outcome.document, schema_version: schemaVersion });
  else if (format === "json") output.document(outcome.document);
  else if (error === null) printText(invocation, outcome.document);
  if (error !== null) {
    const { terminal } = invocation;
    tellError(
      terminal,
      { ...error, message: oneLine(error.message, 1000), exitCode },
      output.options,
    );
  }
  return exitCode;
}

/** The result alone: a text as it is, anything else as JSON. Without a result, the run id. */
function printText({ output, terminal }: Invocation, document: Record<string, unknown>): void {
  const { result } = document;
  if (document.status === "sent") return output.line(String(document.runId));
  if (document.status === "planned") {
    terminal.writeError(`note: ${String(document.notes)}\n`);
    return output.line(String(document.message));
  }
  const text = typeof result === "string" ? result : JSON.stringify(result ?? null, null, 2);
  const shown = terminal.isTerminal ? printable(createAnsiStripper().push(text)) : text;
  output.raw(shown.endsWith("\n") ? shown : `${shown}\n`);
}
