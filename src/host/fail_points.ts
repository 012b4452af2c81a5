/**
 * Ending this process at a named place, as a power cut would.
 *
 * @module
 */
import { armFailPoints, failPoints } from "../sys/fail_points.ts";

/**
 * Arms the place that the variable names: `POINT` or `POINT:N`, where the Nth time that it
 * is reached counts. The process is killed there, and no handler of it runs.
 *
 * @throws Error when there is no such place.
 */
export function armFrom(variable: string): void {
  const [, name = "", count = "1"] = /^([a-z.]+)(?::(\d+))?$/.exec(variable) ?? [];
  if (!Object.hasOwn(failPoints, name)) {
    throw new Error(`MACP_FAIL_AT names no place of the program: ${variable}`);
  }
  let left = Number(count);
  armFailPoints((point) => {
    if (point === name && --left === 0) Deno.kill(Deno.pid, "SIGKILL");
  });
}
