/**
 * Whether all that workers start can be found.
 *
 * @module
 */
import { askProgram } from "../../process/ask_program.ts";
import { markObstacle, markScript } from "../../process/mark_script.ts";
import type { World } from "../../sys/world.ts";
import { type Finding, found } from "./finding.ts";

/** Milliseconds that a shell has to set a limit. */
const shellMs = 10_000;

/** Whether processes can be marked so that they are found when they hide. */
export async function checkProcesses(world: World): Promise<Finding> {
  const why = markObstacle(world) ?? await shellObstacle(world);
  return why === null
    ? found.ok("processes", "those of an attempt are found when they hide")
    : found.warn("processes", `processes that hide cannot be found for sure: ${why}`);
}

async function shellObstacle(world: World): Promise<string | null> {
  const answer = await askProgram(world, {
    command: "/bin/sh",
    args: ["-c", `{ ${markScript(world)} } && echo marked`],
    env: {},
    timeoutMs: shellMs,
  });
  return answer?.stdout === "marked\n" ? null : "/bin/sh cannot set a limit on file locks";
}
