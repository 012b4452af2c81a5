/**
 * JSON without secrets, that is still JSON.
 *
 * @module
 */
import { withVisible } from "../events/visible_json.ts";

/**
 * A document as JSON without secrets, its invisible characters as escapes. What is redacted
 * in its text alone may end behind the text: a key block takes quotes for its own, and a
 * number may be a secret. So where anything is, each value is redacted by itself before.
 */
export function redactedJson(
  value: object,
  { text }: { text: (text: string) => string },
  indent?: number,
): string {
  const json = JSON.stringify(value, null, indent);
  if (text(json) === json) return withVisible(json);
  return withVisible(text(JSON.stringify(redactParts(JSON.parse(json), text), null, indent)));
}

/** A JSON value whose texts, keys, numbers and words are redacted each for itself. */
function redactParts(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => redactParts(item, text));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), redactParts(item, text)]),
    );
  }
  const word = JSON.stringify(value);
  const redacted = text(word);
  return redacted === word ? value : redacted;
}
