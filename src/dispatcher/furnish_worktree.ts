/**
 * @module
 */
import type { Git } from "../git/git.ts";
import { bringSubmodules } from "./submodules.ts";
import { bringIncluded } from "./worktree_include.ts";

/**
 * Brings into a worktree what git leaves out of it and the main checkout has: submodules,
 * and what `.worktreeinclude` names. What is there already stays as it is.
 *
 * @param git Git in the main checkout.
 * @returns Warnings about what could not be brought.
 */
export async function furnishWorktree(git: Git, path: string): Promise<string[]> {
  return [...await bringSubmodules(git.at(path), git.cwd), ...await bringIncluded(git, path)];
}
