/**
 * `macp version`
 *
 * @module
 */
import { build } from "../build.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { version } from "../version.ts";

/** Prints the version, and with `--json` or `--verbose` what it was made of. */
export function run({ output, terminal }: Invocation): Promise<number> {
  const { runtime } = terminal;
  if (output.options.json) {
    output.json({ version, commit: build.commit, date: build.date, runtime: runtime ?? null });
  } else {
    output.line(`macp ${version}`);
    if (output.options.verbose) {
      output.line(`commit ${build.commit ?? "unknown: it runs from source"}`);
      if (runtime) output.line(`${runtime.name} ${runtime.version}, ${runtime.target}`);
    }
  }
  return Promise.resolve(exitCodes.done);
}
