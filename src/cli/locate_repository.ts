/**
 * Finds the repository that a call is about.
 *
 * @module
 */
import { resolve } from "@std/path";
import { Git } from "../git/git.ts";
import { findRepository } from "../git/repository.ts";
import { MacpError } from "../protocol/errors.ts";
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import type { LocatedRepository } from "./command.ts";

/**
 * Finds the repository of a folder.
 *
 * @param named Folder given with `--repo`, or undefined for the working folder.
 * Throws `MacpError` of kind usage when there is none.
 */
export async function locateRepository(
  world: World,
  terminal: Terminal,
  named: string | undefined,
): Promise<LocatedRepository> {
  const folder = resolve(terminal.folder, named ?? ".");
  if (world.files.stat(folder)?.kind !== "folder") {
    throw new MacpError("usage", `Cannot use ${folder} as it is not a folder`, {
      code: "usage",
      hints: ["Name a git checkout with --repo"],
    });
  }
  const git = new Git(world, folder);
  const { root, hasCommit } = await findRepository(git);
  return { git: git.at(root), hasCommit };
}
