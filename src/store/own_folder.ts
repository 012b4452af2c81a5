/**
 * Folders of the state that a link may have been put in the place of.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { Files } from "../sys/files.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";
import type { StorePaths } from "./paths.ts";

/**
 * Nothing is written to where a link in the place of a folder leads.
 *
 * Throws `MacpError` of kind failure, code `folder_elsewhere`.
 */
export function requireOwnFolder(
  files: Files,
  { folder }: Pick<StorePaths, "folder">,
  path: string,
): void {
  if (isBelow(realPathOf(files, path), files.realPath(folder))) return;
  throw new MacpError("failure", `Cannot write there as the folder leads elsewhere: ${path}`, {
    code: "folder_elsewhere",
    hints: ["Remove the link, and look at who made it"],
  });
}
