/**
 * Text of a configuration file as a value.
 *
 * @module
 */
import { parse } from "@std/jsonc";
import { messageOf } from "../protocol/errors.ts";
import { withoutMark } from "./read_json.ts";

/**
 * Parses JSON with comments. Throws `SyntaxError` that says where it is wrong, and not what
 * stands there: that may be a secret.
 */
export function parseConfig(text: string): unknown {
  const plain = withoutMark(text);
  try {
    return parse(plain);
  } catch (error) {
    throw new SyntaxError(explain(plain, messageOf(error)));
  }
}

function explain(text: string, message: string): string {
  const position = /at position (\d+)$/.exec(message)?.[1];
  if (position === undefined) {
    return /end of JSONC input/.test(message) ? "it ends too early" : "something is wrong in it";
  }
  const before = text.slice(0, Number(position)).split("\n");
  return `something unexpected stands in line ${before.length}, column ${
    (before.at(-1) ?? "").length + 1
  }`;
}
