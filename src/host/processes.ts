/**
 * The real processes. Linux tells through /proc, other systems through ps(1).
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import {
  parseFolders,
  parseLockLimit,
  parsePsTable,
  parseStat,
  pidsWithEntry,
  psColumns,
} from "../sys/process_table.ts";
import type {
  Child,
  ExitStatus,
  ProcessEntry,
  Processes,
  Signal,
  SpawnOptions,
} from "../sys/processes.ts";

const onLinux = Deno.build.os === "linux";

/** The real processes. */
export const realProcesses: Processes = {
  self: () => identify(Deno.pid) ?? { pid: Deno.pid, start_time: "unknown" },
  spawn,
  list,
  withEnvironment,
  withFolder,
  tellsFileLockLimits: onLinux,
  fileLockLimit,
  identify,
  signal,
};

function spawn(options: SpawnOptions): Child {
  const child = startChild(options);
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: options.stderr === "piped" ? child.stderr : emptyStream(),
    exited: child.status.then(toExitStatus, unnamedSignal),
    async feed(bytes) {
      const writer = child.stdin.getWriter();
      try {
        if (bytes.length > 0) await writer.write(bytes);
        await writer.close();
      } catch {
        // It ended before it read everything; its exit status tells.
      }
    },
  };
}

function startChild(options: SpawnOptions): Deno.ChildProcess {
  const { command, cwd } = options;
  const viaSetsid = options.ownSession && canRun(command) && setsidPath() !== null;
  try {
    return new Deno.Command(viaSetsid ? setsidPath() ?? command : command, {
      args: viaSetsid ? [command, ...options.args] : [...options.args],
      ...(cwd === undefined ? {} : { cwd }),
      clearEnv: true,
      env: options.env,
      detached: options.ownSession && !viaSetsid,
      stdin: options.stdin,
      stdout: "piped",
      stderr: options.stderr,
    }).spawn();
  } catch (cause) {
    throw spawnError(command, cwd, cause);
  }
}

let setsid: string | null | undefined;

/**
 * Path of setsid(1), where there is one. Through it a child gets its own session without
 * a fork of this large process, which `detached` costs 2 to 3 ms; the pid stays the same.
 */
function setsidPath(): string | null {
  setsid ??= onLinux && canRun("/usr/bin/setsid") ? "/usr/bin/setsid" : null;
  return setsid;
}

/** Whether an absolute path names a program. */
function canRun(path: string): boolean {
  try {
    return path.startsWith("/") && ((Deno.statSync(path).mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

function spawnError(command: string, cwd: string | undefined, cause: unknown): MacpError {
  if (cwd !== undefined && !canEnter(cwd)) {
    const message = `Cannot start ${command} as its folder is missing or closed: ${cwd}`;
    return new MacpError("failure", message, { code: "folder_missing", cause });
  }
  if (cause instanceof Deno.errors.NotFound) {
    const message = `Cannot start program as it was not found: ${command}`;
    return new MacpError("failure", message, { code: "program_missing", cause });
  }
  const message = `Cannot start ${command} as the system refuses: ${messageOf(cause)}`;
  return new MacpError("failure", message, { code: "program_not_started", cause });
}

function canEnter(path: string): boolean {
  try {
    return Deno.statSync(`${path}/.`).isDirectory;
  } catch {
    return false;
  }
}

function toExitStatus({ code, signal }: Deno.CommandStatus): ExitStatus {
  return { code, signal };
}

/** Deno has no name for a real-time signal, and fails instead: "Invalid signal: 34". */
function unnamedSignal(error: unknown): ExitStatus {
  const number = Number(/Invalid signal: (\d+)/.exec(messageOf(error))?.[1] ?? 127);
  return { code: 128 + number, signal: `SIG${number}` };
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function signal(pid: number, name: Signal): boolean {
  if (!Number.isSafeInteger(pid) || Math.abs(pid) < 2) {
    throw new Error(`Cannot send a signal as this is not one process or group: ${pid}`);
  }
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return false;
    }
    if (isGone(error)) return false;
    throw error;
  }
}

/** ESRCH has no class of its own; it comes as a plain Error. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && /ESRCH|no such process/i.test(error.message);
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
  const entries = onLinux ? listProc() : ps(["-ax"]);
  if (entries.some(({ pid }) => pid === Deno.pid)) return entries;
  throw new MacpError("failure", "Cannot read the process table as it does not hold this process", {
    code: "processes_unreadable",
  });
}

function listProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readProc(Number(name));
    if (entry) entries.push(entry);
  }
  return entries;
}

function readProc(pid: number): ProcessEntry | null {
  const text = readOfProcess(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text, boot());
}

/** Null when the process ended, or belongs to another user who hides it. */
function readOfProcess(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (isGone(error) || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

function withEnvironment(
  name: string,
  value: string,
  among: readonly ProcessEntry[] = list(),
): ProcessEntry[] {
  const entry = `${name}=${value}`;
  if (onLinux) {
    return among.filter(({ pid }) =>
      readOfProcess(`/proc/${pid}/environ`)?.split("\0").includes(entry)
    );
  }
  if (among.length === 0) return [];
  const holders = new Set(pidsWithEntry(psLines(["-axEww", "-o", "pid=,command="]), entry));
  return among.filter(({ pid }) => holders.has(pid));
}

function withFolder(folder: string): ProcessEntry[] {
  const table = list();
  const folders = onLinux ? null : parseFolders(runLines("/usr/sbin/lsof", ["-d", "cwd", "-Fpn"]));
  return table.filter(({ pid }) => {
    const own = folders === null ? folderOf(pid) : folders.get(pid) ?? null;
    return own === folder || own?.startsWith(`${folder}/`);
  });
}

/** Null when the process ended, or belongs to another user. */
function folderOf(pid: number): string | null {
  try {
    return Deno.readLinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

function fileLockLimit(pid: number): bigint | null {
  return onLinux ? parseLockLimit(readOfProcess(`/proc/${pid}/limits`) ?? "") : null;
}

function ps(selection: string[]): ProcessEntry[] {
  return parsePsTable(psLines([...selection, "-o", psColumns]));
}

function psLines(args: string[]): string[] {
  return runLines("/bin/ps", args);
}

function runLines(program: string, args: string[]): string[] {
  const { stdout } = new Deno.Command(program, { args, stderr: "null", env: { LC_ALL: "C" } })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.trim() !== "");
}
