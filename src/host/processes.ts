/**
 * The real processes. Linux tells through /proc, other systems through ps(1).
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import { parsePsTable, parseStat } from "../sys/process_table.ts";
import type { Child, ProcessEntry, Processes, SpawnOptions } from "../sys/processes.ts";

const onLinux = Deno.build.os === "linux";

/** The real processes. */
export const realProcesses: Processes = {
  self: () => identify(Deno.pid) ?? { pid: Deno.pid, start_time: "unknown" },
  spawn,
  list,
  withEnvironment,
  identify,
  signal(pid, signal) {
    try {
      Deno.kill(pid, signal);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
        return false;
      }
      // ESRCH comes as a plain TypeError or Error on some releases.
      if (error instanceof Error && /ESRCH|no such process/i.test(error.message)) return false;
      throw error;
    }
  },
};

function spawn(options: SpawnOptions): Child {
  const child = new Deno.Command(options.command, {
    args: [...options.args],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    clearEnv: true,
    env: options.env,
    detached: options.ownSession,
    stdin: options.stdin,
    stdout: "piped",
    stderr: options.stderr,
  }).spawn();
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: options.stderr === "piped" ? child.stderr : emptyStream(),
    exited: child.status.then((status) => ({ code: status.code, signal: status.signal })),
    async feed(bytes) {
      const writer = child.stdin.getWriter();
      try {
        await writer.write(bytes);
        await writer.close();
      } catch {
        // It ended before it read everything; its exit status tells.
      }
    },
  };
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

let bootId: string | undefined;

/** Ticks since the boot tell a process from its successor only within one boot. */
function boot(): string {
  bootId ??= Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").slice(0, 8);
  return bootId;
}

function identify(pid: number): ProcessIdentity | null {
  const entry = onLinux ? readProc(pid) : ps(["-p", String(pid)])[0];
  return entry ? { pid: entry.pid, start_time: entry.start_time } : null;
}

function list(): ProcessEntry[] {
  if (!onLinux) return ps(["-ax"]);
  const entries: ProcessEntry[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readProc(Number(name));
    if (entry) entries.push(entry);
  }
  return entries;
}

function readProc(pid: number): ProcessEntry | null {
  try {
    return parseStat(Deno.readTextFileSync(`/proc/${pid}/stat`), boot());
  } catch {
    return null; // It ended meanwhile.
  }
}

function withEnvironment(name: string, value: string): ProcessEntry[] {
  const entry = `${name}=${value}`;
  if (!onLinux) {
    const holders = psLines(["-axEww", "-o", "pid=,command="])
      .filter((line) => line.split(" ").includes(entry))
      .map((line) => Number(line.trim().split(/\s+/)[0]));
    return list().filter(({ pid }) => holders.includes(pid));
  }
  return list().filter(({ pid }) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").includes(entry);
    } catch {
      return false; // It ended, or belongs to another user.
    }
  });
}

function ps(selection: string[]): ProcessEntry[] {
  return parsePsTable(psLines([...selection, "-o", "pid=,ppid=,pgid=,sess=,stat=,lstart="]));
}

function psLines(args: string[]): string[] {
  const { stdout } = new Deno.Command("ps", { args, stderr: "null", env: { LC_ALL: "C" } })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.trim() !== "");
}
