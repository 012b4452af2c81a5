/**
 * The command line. Each command is loaded when it is called; what all need is in one
 * piece with the program, as each further piece takes time at the start.
 *
 * @module
 */
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import { runCommandLine } from "./dispatch.ts";
import { exitCodes } from "./exit_codes.ts";
import { version } from "./version.ts";

/**
 * Runs the program.
 *
 * @returns The exit code.
 */
export async function runCli(
  world: World,
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  const [first] = args;
  if (args.length === 1 && (first === "--version" || first === "-V" || first === "version")) {
    terminal.write(`macp ${version}\n`);
    return exitCodes.done;
  }
  return await runCommandLine(world, terminal, args);
}
