/**
 * The command line. What is called most often and does least, the version and `watch --once`
 * with nothing new, is answered here; all else is loaded when it is called, as each further
 * piece of the program takes time at the start.
 *
 * @module
 */
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import { exitCodes } from "./exit_codes.ts";
import { idleWatch } from "./idle_watch.ts";
import { version } from "./version.ts";

/** Options of `watch --once` that leave it idle when nothing is new. */
const idleOptions = [
  ...["--once", "--webhook", "--discord", "--slack", "--ntfy", "--json", "--quiet", "-q"],
];

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
  if (isIdleWatch(world, terminal, args)) return exitCodes.done;
  const { runCommandLine } = await import("./dispatch.ts");
  return await runCommandLine(world, terminal, args);
}

/** Whether the call is a `watch --once` in the working folder that finds nothing new. */
function isIdleWatch(world: World, terminal: Terminal, args: readonly string[]): boolean {
  const [command, ...options] = args;
  if (command !== "watch" || !options.every((option) => idleOptions.includes(option))) return false;
  const watch = idleWatch(world, terminal, {
    positional: [],
    flag: (name) => options.includes(`--${name}`),
    text: () => undefined,
    number: () => undefined,
    list: () => [],
  });
  return watch !== null && watch.isIdle();
}
