/**
 * JSON without secrets, that is still JSON.
 *
 * @module
 */
import { withVisible } from "../events/visible_json.ts";
import { MacpError } from "../protocol/errors.ts";

/**
 * A document as JSON without secrets, its invisible characters as escapes. What is redacted
 * in its text alone may end behind the text: a key block takes quotes for its own, and a
 * number may be a secret. So where anything is, each value is redacted by itself before.
 * Throws `MacpError` for what is nested some thousands of levels deep.
 */
export function redactedJson(
  value: object,
  { text }: { text: (text: string) => string },
  indent?: number,
): string {
  const json = jsonOf(value, indent);
  if (text(json) === json) return withVisible(json);
  return withVisible(text(redactParts(json, text)));
}

function jsonOf(value: object, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MacpError("failure", "Cannot print it as JSON as it is nested too deep", {
      code: "nested_too_deep",
      hints: ["A task, result or setting holds it; take it out of its file, or read it there"],
      cause,
    });
  }
}

/**
 * JSON whose texts, keys, numbers and words are redacted each for itself. However deep it is
 * nested: nothing is called anew for each level.
 */
function redactParts(json: string, text: (text: string) => string): string {
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g, (part) => {
    if (part.startsWith('"')) return JSON.stringify(text(JSON.parse(part)));
    const redacted = text(part);
    return redacted === part ? part : JSON.stringify(redacted);
  });
}
