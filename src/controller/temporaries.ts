/**
 * What writers that were killed leave beside the files of the state.
 *
 * @module
 */
import { join } from "@std/path";
import type { ControllerContext } from "./context.ts";

/** Removes what writers that were killed left; those that live write under the same lock. */
export async function removeTemporaries(
  { store, world: { files } }: Pick<ControllerContext, "store" | "world">,
): Promise<void> {
  await store.change(() => {
    const { folder } = store.paths;
    for (const name of files.list(folder)) {
      if (/^(tasks|state)\.json\.[0-9a-f-]{36}\.tmp$/.test(name)) files.remove(join(folder, name));
    }
    return { change: null, result: null };
  });
}
