/**
 * What of a question is secret. It is sent as it is: whoever asks chose each word of it.
 *
 * @module
 */
import type { DelegationRun } from "./delegation_run.ts";

/**
 * Tells a person which secrets a question, its context and the messages of its channel hold.
 *
 * @returns A fact for the log: their names, as they stand in place of secrets.
 */
export function tellSecrets(
  { context, asked, channelContext }: Pick<
    DelegationRun,
    "context" | "asked" | "channelContext"
  >,
): { secrets?: string } {
  const names = [asked.task, asked.context, channelContext]
    .flatMap((text) => context.redactor.names(text ?? ""));
  if (names.length === 0) return {};
  const secrets = [...new Set(names)].map((name) => `[redacted:${name}]`).join(", ");
  context.note(`what goes to the agent is sent as it is, and holds secrets: ${secrets}`);
  return { secrets };
}
