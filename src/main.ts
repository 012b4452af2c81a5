/**
 * The program: composes the real world and runs the command line.
 *
 * @module
 */
import { runCli } from "./cli/main.ts";
import { realTerminal } from "./host/terminal.ts";
import { realWorld } from "./host/world.ts";

if (import.meta.main) {
  const failAt = Deno.env.get("MACP_FAIL_AT");
  if (failAt) (await import("./host/fail_points.ts")).armFrom(failAt);
  Deno.exit(await runCli(realWorld(), realTerminal(), Deno.args));
}
