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

/** Hard limit on file locks in `/proc/<pid>/limits`; null when there is none. */
export function parseLockLimit(text: string): bigint | null {
  const digits = /^Max file locks +\S+ +(\d+) /m.exec(text)?.[1];
  return digits === undefined ? null : BigInt(digits);
}

/** Columns of ps(1) that `parsePsTable` reads, as the value of its option `-o`. */
export const psColumns = "pid=,ppid=,pgid=,sess=,stat=,lstart=";

/**
 * Reads lines of `ps -o` with `psColumns`; zombies are left out. A session is a
 * number in hexadecimal there, and 0 where ps does not tell it.
 */
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

/**
 * Pids of the lines of `ps -E -o pid=,command=` that hold the environment entry. ps
 * prints the environment behind the arguments with spaces between, so an entry with a
 * space in it is never found.
 */
export function pidsWithEntry(lines: readonly string[], entry: string): number[] {
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([_pid, ...words]) => words.includes(entry))
    .map(([pid]) => Number(pid));
}

/**
 * Whether the first process started before the second, by their start times; false
 * when the times do not tell, because they are of two boots or have no order (ps).
 */
export function startedBefore(first: string, second: string): boolean {
  const [a, b] = [first, second].map((time) => /^([^: ]+):(\d+)$/.exec(time));
  return !!a && !!b && a[1] === b[1] && Number(a[2]) < Number(b[2]);
}

/** Reads lines of `lsof -d cwd -Fpn`: the folder of each process, by pid. */
export function parseFolders(lines: readonly string[]): Map<number, string> {
  const folders = new Map<number, string>();
  let pid = 0;
  for (const line of lines) {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    else if (line.startsWith("n")) folders.set(pid, line.slice(1));
  }
  return folders;
}
