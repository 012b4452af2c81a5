/**
 * `macp man`
 *
 * @module
 */
import { build } from "../build.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { manPage } from "../help/man_page.ts";
import { version } from "../version.ts";

/** Prints the man page. */
export function run({ output, world, groups }: Invocation): Promise<number> {
  const date = build.date ?? new Date(world.clock.now()).toISOString().slice(0, 10);
  const page = manPage(groups, { version, date });
  if (output.options.json) output.json({ page });
  else output.raw(page);
  return Promise.resolve(exitCodes.done);
}
