/**
 * `macp watch`
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { isIdleStamp, stampPath, stampText } from "../../sinks/idle_stamp.ts";
import { userConfigPath } from "../../store/user_config_path.ts";
import { storePaths } from "../../store/paths.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { version } from "../version.ts";

/** Delivers events to the sinks: until a signal ends it, or once. */
export async function run(invocation: Invocation): Promise<number> {
  const stamp = idleStamp(invocation);
  const { files } = invocation.world;
  if (stamp !== null && isIdleStamp(files, stamp.path, stamp.text())) return exitCodes.done;
  const { watchRepository } = await import("../watch_repository.ts");
  return await watchRepository(invocation, stamp);
}

/** Where a pass that finds nothing leaves word, and in which words. */
export interface IdleStamp {
  /** Folder that the call is about. */
  folder: string;
  path: string;
  /** The words for how things are now. */
  text(): string;
}

/** Null for a call whose way is not shortened. */
function idleStamp({ world, terminal, args }: Invocation): IdleStamp | null {
  const isPlain = args.flag("once") && !args.flag("verbose") && args.list("set").length === 0 &&
    args.text("since") === undefined;
  if (!isPlain) return null;
  const folder = resolve(terminal.folder, args.text("repo") ?? ".");
  const paths = storePaths(folder);
  const userConfig = userConfigPath(world.env);
  const options = ["webhook", "discord", "slack", "ntfy", "json"].filter(args.flag);
  // What git works on changes all the time; that it is there is enough.
  const checkout = String(world.files.stat(join(folder, ".git"))?.inode);
  const facts = {
    version,
    folder,
    options: [...options, checkout],
    paths: [
      paths.config,
      paths.events,
      paths.cursor,
      ...userConfig === null ? [] : [userConfig],
    ],
  };
  return { folder, path: stampPath(paths.sinks), text: () => stampText(world, facts) };
}
