/**
 * Blocks of ports that attempts of any repository of this user have, so that two controllers
 * on one machine never give the same. A block is an empty file whose name says who has it; it
 * counts while that process lives. Where there is no folder for them, nothing is reserved.
 *
 * @module
 */
import { join } from "@std/path";
import type { World } from "../sys/world.ts";

/** Ports from `base` on. */
export interface PortBlock {
  base: number;
  count: number;
}

/** A block that somebody has. */
interface Reserved extends PortBlock {
  /** Name of its file. */
  name: string;
}

type Machine = Pick<World, "env" | "files" | "processes">;

/** Blocks that live processes have, this one included. */
export function reservedPorts(world: Machine): PortBlock[] {
  const folder = folderOf(world);
  return folder === null ? [] : readReserved(world, folder);
}

/**
 * Reserves a block until it is released or this process ends.
 *
 * @returns False when somebody else took a port of it at the same moment.
 */
export function reservePorts(world: Machine, block: PortBlock): boolean {
  const folder = folderOf(world);
  if (folder === null) return true;
  const name = nameOf(world, block);
  const path = join(folder, name);
  try {
    world.files.open(path, { write: true, create: true }).close();
  } catch {
    return true;
  }
  // Each writes before it looks, so that of two at least one sees the other.
  const meets = readReserved(world, folder).some((other) =>
    other.name !== name && other.base < block.base + block.count &&
    block.base < other.base + other.count
  );
  if (meets) world.files.remove(path);
  return !meets;
}

/** Gives a block of this process back. */
export function releasePorts(world: Machine, block: PortBlock): void {
  const folder = folderOf(world);
  if (folder !== null) world.files.remove(join(folder, nameOf(world, block)));
}

function nameOf({ processes }: Machine, { base, count }: PortBlock): string {
  const { pid, start_time } = processes.self();
  return [base, count, pid, encodeURIComponent(start_time)].join("+");
}

/** Those of live processes; what the dead left is removed. */
function readReserved({ files, processes }: Machine, folder: string): Reserved[] {
  return files.list(folder).flatMap((name) => {
    const [base = NaN, count = NaN, pid = NaN] = name.split("+").map(Number);
    if (Number.isNaN(base + count + pid)) return [];
    const start = processes.identify(pid)?.start_time;
    if (start !== undefined && name.endsWith(`+${encodeURIComponent(start)}`)) {
      return [{ name, base, count }];
    }
    files.remove(join(folder, name));
    return [];
  });
}

/** A folder that only this user can write to, or null. */
function folderOf({ env, files }: Machine): string | null {
  const user = /^[\w.-]+$/.exec(env.USER ?? env.LOGNAME ?? "");
  const root = env.XDG_RUNTIME_DIR?.startsWith("/")
    ? join(env.XDG_RUNTIME_DIR, "macp")
    : user && join("/tmp", `macp-${user[0]}`);
  if (root === null) return null;
  try {
    files.makeFolder(root, 0o700);
    const stat = files.lstat(root);
    if (stat?.kind !== "folder" || (stat.mode & 0o077) !== 0) return null;
    files.makeFolder(join(root, "ports"), 0o700);
    files.list(join(root, "ports"));
    return join(root, "ports");
  } catch {
    return null;
  }
}
