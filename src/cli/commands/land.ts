import type { Invocation } from "../command.ts";
/** x */
export function run(_i: Invocation): Promise<number> {
  return Promise.resolve(0);
}
