/**
 * The program: composes the real world and runs the command line.
 *
 * @module
 */
import { runCli } from "./cli/main.ts";
import { realTerminal } from "./host/terminal.ts";
import { realWorld } from "./host/world.ts";

if (import.meta.main) {
  Deno.exit(await runCli(realWorld(), realTerminal(), Deno.args));
}
