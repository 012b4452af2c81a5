/**
 * `macp completions`
 *
 * @module
 */
import bash from "../../../templates/completions/macp.bash" with { type: "text" };
import fish from "../../../templates/completions/macp.fish" with { type: "text" };
import zsh from "../../../templates/completions/macp.zsh" with { type: "text" };
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { nearestHint } from "../../protocol/nearest.ts";
import { usageError } from "../parse_arguments.ts";

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** Prints the script of a shell. */
export function run({ args, output }: Invocation): Promise<number> {
  const shell = args.positional[0] ?? "";
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    throw usageError(`Cannot complete in ${shell} as it is none of bash, zsh, fish`, [
      ...nearestHint(shell, Object.keys(scripts), "macp completions "),
      "See: macp help completions",
    ]);
  }
  if (output.options.json) output.json({ shell, script });
  else output.raw(script);
  return Promise.resolve(exitCodes.done);
}
