/**
 * Pure readers of what the operating systems tell about processes.
 *
 * @module
 */
import type { ProcessEntry } from "./processes.ts";

/**
 * Reads `/proc/<pid>/stat` (proc(5)). The name in parentheses may hold spaces and
 * parentheses, so the fields are counted from the last one. Null for a zombie.
 *
 * @param boot Tells this boot of the machine from others.
 */
export function parseStat(text: string, boot: string): ProcessEntry | null {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const state = fields[0];
  const startTime = fields[19];
  if (end < 0 || startTime === undefined || state === "Z" || state === "X") return null;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    start_time: `${boot}:${startTime}`,
  };
}

/** Reads lines of `ps -o pid=,ppid=,pgid=,sess=,stat=,lstart=`; zombies are left out. */
export function parsePsTable(lines: readonly string[]): ProcessEntry[] {
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match || match[5]?.startsWith("Z")) return [];
    return [{
      pid: Number(match[1]),
      parent: Number(match[2]),
      group: Number(match[3]),
      session: Number.parseInt(match[4] ?? "0", 16) || 0,
      start_time: match[6] ?? "",
    }];
  });
}
