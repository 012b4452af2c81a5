/**
 * Tells cheaply that nothing is new for any sink: `watch --once` from cron finds nothing
 * most of the time, and then needs neither settings nor git.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** Variables that differ from shell to shell and that nothing depends on. */
const unimportant = new Set(["_", "OLDPWD", "PWD", "SHLVL"]);

/** What decides whether something is to be done. */
export interface StampFacts {
  /** Version of the program. */
  version: string;
  /** Folder of the call; a main checkout, or else there is no stamp. */
  folder: string;
  /** Files whose content decides: settings, events, cursors. */
  paths: readonly string[];
  /** Options of the call. */
  options: readonly string[];
}

/**
 * All that decides whether there is something to do, as one text: the same text, the same
 * answer. Files are told by inode, size and time; what was changed so lately that a further
 * change might leave the time as it is makes the text one of a kind.
 */
export function stampText(
  { files, env, clock, uuid }: Pick<World, "files" | "env" | "clock" | "uuid">,
  { version, folder, paths, options }: StampFacts,
): string {
  const now = clock.now();
  const stats = paths.map((path) => {
    const stat = files.stat(path);
    if (stat === null) return null;
    const { device, inode, size, mtimeMs } = stat;
    return [device, inode, size, mtimeMs, now - mtimeMs < settledMs ? uuid() : ""];
  });
  const variables = Object.keys(env).filter((name) => !unimportant.has(name)).sort()
    .map((name) => [name, env[name]]);
  const environment = hashOf(JSON.stringify(variables));
  // Each day the sinks are looked at: their cursors tell that they are served.
  const day = Math.floor(now / dayMs);
  return JSON.stringify([version, folder, options, environment, stats, day]);
}

/** Age of a change, in milliseconds, from which on a further one has another time. */
const settledMs = 50;
const dayMs = 86_400_000;

/** Path of the stamp below a main checkout. */
export function stampPath(sinksFolder: string): string {
  return join(sinksFolder, "idle.json");
}

/** Whether the stamp says that with these facts there was nothing to do. */
export function isIdleStamp(files: Files, path: string, text: () => string): boolean {
  return files.stat(path)?.kind === "file" && files.readText(path) === text();
}

/** Keeps that there was nothing to do. A stamp that is cut off says nothing. */
export function writeStamp(files: Files, path: string, text: string): void {
  files.makeFolder(dirname(path));
  const file = files.open(path, { write: true, create: true, truncate: true });
  try {
    file.write(new TextEncoder().encode(text));
  } finally {
    file.close();
  }
}

/** FNV-1a, twice 32 bits, hexadecimal: nothing of a secret can be told from it. */
function hashOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return (a >>> 0).toString(16) + (b >>> 0).toString(16);
}
