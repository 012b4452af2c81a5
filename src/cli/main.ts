/**
 * The command line. What needs no command is answered at once; everything else is loaded
 * in one piece, as each piece takes time at the start.
 *
 * @module
 */
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
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
  if (first === "--version" || first === "-V" || first === "version") {
    terminal.write(`macp ${version}\n`);
    return exitCodes.done;
  }
  const { runCommandLine } = await import("./dispatch.ts");
  return await runCommandLine(world, terminal, args);
}
