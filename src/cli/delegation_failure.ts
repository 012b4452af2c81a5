/**
 * Errors of `macp delegate` for who reads its standard output.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { oneLine } from "../protocol/text.ts";
import type { Terminal } from "../sys/terminal.ts";
import { valueOfOption } from "./parse_arguments.ts";
import type { Redaction } from "./output.ts";
import { redactedJson } from "./redacted_json.ts";

/** Most characters of an argument that is repeated. */
const maxCharacters = 128;

/**
 * Prints what ended a call in the form of an answer, where answers are printed as JSON: as the
 * rule, and not with `--format text`, nor with `--json`, whose errors stand on standard error.
 */
export function printDelegationFailure(
  terminal: Terminal,
  args: readonly string[],
  { error, redaction }: { error: unknown; redaction: Redaction },
): void {
  if (args.includes("--json") || valueOfOption(args, "format") === "text") return;
  const runId = valueOfOption(args, "run-id") ?? valueOfOption(args, "collect");
  const agent = agentIn(args);
  const details = error instanceof MacpError ? error.details : [];
  const document = {
    status: "error",
    result: null,
    notes: [messageOf(error), ...details].join("; "),
    code: error instanceof MacpError ? error.code : "unexpected",
    ...(runId === undefined ? {} : { runId: oneLine(runId, maxCharacters) }),
    ...(agent === undefined ? {} : { agent: oneLine(agent, maxCharacters) }),
  };
  terminal.write(`${redactedJson(document, redaction, 2)}\n`);
}

/** The agent that is asked, where it is the first argument of the command. */
function agentIn(args: readonly string[]): string | undefined {
  const next = args[args.indexOf("delegate") + 1];
  return next === undefined || next.startsWith("-") ? undefined : next;
}
