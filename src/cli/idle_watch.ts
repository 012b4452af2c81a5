/**
 * The short way of `watch --once` when nothing is new. In one piece with the program: from
 * cron that is what happens most of the time.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { isIdleStamp, stampPath, stampText, writeStamp } from "../sinks/idle_stamp.ts";
import { storePaths, userConfigPath } from "../store/paths.ts";
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import type { Arguments, IdleWatch } from "./command.ts";
import { version } from "./version.ts";

/** The short way of a call; null for one whose way is not shortened. */
export function idleWatch(world: World, terminal: Terminal, args: Arguments): IdleWatch | null {
  const isPlain = args.flag("once") && !args.flag("verbose") && args.list("set").length === 0 &&
    args.text("since") === undefined;
  if (!isPlain) return null;
  const { files } = world;
  const folder = resolve(terminal.folder, args.text("repo") ?? ".");
  const paths = storePaths(folder);
  const path = stampPath(paths.sinks);
  const userConfig = userConfigPath(world.env);
  const options = ["webhook", "discord", "slack", "ntfy", "json"].filter(args.flag);
  // What git works on changes all the time; that it is there is enough.
  const checkout = String(files.stat(join(folder, ".git"))?.inode);
  const state = [paths.config, paths.events, paths.cursor];
  const text = () =>
    stampText(world, {
      version,
      folder,
      options: [...options, checkout],
      paths: userConfig === null ? state : [...state, userConfig],
    });
  return {
    isIdle: () => isIdleStamp(files, path, text),
    text,
    keep(root, found) {
      try {
        if (files.realPath(folder) === files.realPath(root)) writeStamp(files, path, found);
      } catch {
        // A convenience that may fail: the next call looks for itself.
      }
    },
  };
}
