/**
 * `macp reply`
 *
 * @module
 */
import { resolve } from "@std/path";
import { planReply } from "../../people/interventions.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import type { Invocation } from "../command.ts";
import { intervene } from "../intervene.ts";
import { usageError } from "../parse_arguments.ts";

/** Answers a task. */
export function run(invocation: Invocation): Promise<number> {
  const text = readAnswer(invocation);
  return intervene(invocation, (view, id, about) => planReply(view, id, { ...about, text }));
}

/** The answer as it is given. Throws `MacpError` of kind usage when there is none, or two. */
function readAnswer({ args, world, terminal }: Invocation): string {
  const [id = "", given] = args.positional;
  const file = args.text("file");
  if (given !== undefined && file !== undefined) {
    throw usageError(`Cannot reply to task ${id} as an answer and --file exclude each other`);
  }
  if (given === undefined && file === undefined) {
    throw usageError(`Cannot reply to task ${id} as the answer is missing`, [
      `Usage: macp reply ${id} "what to do", or - for standard input, or --file FILE`,
    ]);
  }
  if (given !== undefined && given !== "-") return given;
  const path = file === undefined ? "/dev/stdin" : resolve(terminal.folder, file);
  try {
    return world.files.readText(path);
  } catch (cause) {
    throw new MacpError("usage", `Cannot read the answer as ${messageOf(cause)}`, {
      code: "answer_unreadable",
      hints: ["Give it as text, or name a file with --file FILE"],
      cause,
    });
  }
}
