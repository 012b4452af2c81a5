/**
 * The folder of the files through which an attempt talks with its worker.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { TaskNames } from "../protocol/names.ts";
import type { ControllerContext } from "./context.ts";

/** Its path. */
export function attemptFolder(
  { store: { paths } }: ControllerContext,
  names: TaskNames,
  serial: number,
): string {
  return join(paths.attempts, names.file, String(serial));
}

/** Removes it, and that of the task when no other attempt has one. */
export function removeAttemptFiles(
  context: ControllerContext,
  names: TaskNames,
  serial: number,
): void {
  const { files } = context.world;
  const folder = attemptFolder(context, names, serial);
  files.remove(folder, { recursive: true });
  if (files.list(dirname(folder)).length === 0) files.remove(dirname(folder));
}
