/**
 * A world in which the program does all that it does, and nothing happens: files in memory,
 * a git that knows of nothing, commands that print what the case says, servers that answer as
 * it says, and a clock that runs as fast as somebody waits for it.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { dirname } from "@std/path";
import { MacpError } from "../../src/protocol/errors.ts";
import type { FileStat, OpenFile, OpenOptions } from "../../src/sys/files.ts";
import type { HttpRequest } from "../../src/sys/http.ts";
import type { Child, SpawnOptions } from "../../src/sys/processes.ts";
import type { StopSignal, Terminal } from "../../src/sys/terminal.ts";
import type { Clock, World } from "../../src/sys/world.ts";
import { MemoryFiles } from "../unit/memory_files.ts";
import { bytesOf } from "./fuzz_texts.ts";

/** Main checkout of every case. */
export const root = "/r";
/** Folder of its state. */
export const stateFolder = `${root}/.mosaic/orchestrator`;

/** Files that know what was written. */
export class FuzzFiles extends MemoryFiles {
  /** Paths that were created, replaced, written or removed. */
  readonly touched = new Set<string>();
  /** Paths of files that were written. */
  readonly written = new Set<string>();

  override open(path: string, options: OpenOptions): OpenFile {
    const isNew = super.stat(path) === null;
    if (super.stat(path)?.kind === "folder") throw new Error(`Is a directory: open '${path}'`);
    if (isNew && super.stat(dirname(path))?.kind !== "folder") {
      throw new Error(`No such file or directory (os error 2): open '${path}'`);
    }
    const file = super.open(path, options);
    if (isNew || options.truncate) this.touched.add(path);
    return {
      ...file,
      write: (bytes) => {
        this.touched.add(path);
        this.written.add(path);
        file.write(bytes);
      },
      truncate: (size) => {
        this.touched.add(path);
        file.truncate(size);
      },
    };
  }

  override stat(path: string): FileStat | null {
    if (path.includes("\0")) throw new TypeError("file name contained an unexpected NUL byte");
    return super.stat(path);
  }

  override rename(from: string, to: string): void {
    this.touched.add(from).add(to);
    if (this.written.has(from)) this.written.add(to);
    super.rename(from, to);
  }

  override remove(path: string, options: { recursive?: boolean } = {}): void {
    this.touched.add(path);
    if (options.recursive) {
      for (const name of this.list(path)) this.remove(`${path}/${name}`, options);
    }
    super.remove(path);
  }

  override makeFolder(path: string): void {
    if (super.stat(path) === null) this.touched.add(path);
    super.makeFolder(path);
  }

  override copy(from: string, to: string): void {
    this.touched.add(to);
    this.written.add(to);
    super.copy(from, to);
  }

  override realPath(path: string): string {
    if (super.stat(path)?.kind === "folder") return path;
    return super.realPath(path);
  }

  /** Puts a file there as somebody else does. */
  leave(path: string, bytes: Uint8Array): void {
    const before = new Set(this.touched);
    this.put(path, bytes);
    this.touched.clear();
    for (const one of before) this.touched.add(one);
  }

  /** Forgets what was touched, and puts a file there. */
  put(path: string, bytes: Uint8Array): void {
    super.makeFolder(dirname(path));
    const file = super.open(path, { write: true, create: true, truncate: true });
    file.write(bytes);
    file.close();
  }
}

/** What a case decides of its world. */
export interface WorldPlan {
  files: FuzzFiles;
  env: Record<string, string>;
  /** Statuses and bodies that servers answer with, again and again. */
  answers: readonly { status: number; headers: Record<string, string>; text: string }[];
  /** What a command prints, ends with, and leaves where it may leave something. */
  command: { output: string; code: number; report: string | null };
  /** Told of each request before it is answered. */
  onRequest?: (request: HttpRequest) => void;
}

/** What happened in a world. */
export interface WorldTrace {
  requests: HttpRequest[];
  spawned: SpawnOptions[];
  sleeps: number;
}

/** Turns of waiting after which somebody presses Ctrl-C, and after which a call never ends. */
const patience = { interrupt: 400, hang: 4000 };

/** A world for one call, and what comes to pass in it. */
export function fuzzWorld(plan: WorldPlan): {
  world: World;
  trace: WorldTrace;
  terminal: Terminal;
  printed: { stdout: string; stderr: string };
  /** Rejects when the call waits for ever. */
  hung: Promise<never>;
} {
  const trace: WorldTrace = { requests: [], spawned: [], sleeps: 0 };
  let giveUp: (error: Error) => void = () => {};
  const hung = new Promise<never>((_, reject) => giveUp = reject);
  hung.catch(() => {});
  const signals = new Map<StopSignal, Set<() => void>>();
  const begun = performance.now();
  // The clock of this world runs ahead of work that other threads do, such as hashing.
  const waited = (turns: number, ms: number) =>
    trace.sleeps > turns && performance.now() - begun > ms;
  const clock = virtualClock(() => {
    trace.sleeps++;
    if (trace.sleeps % 50 === 0 && waited(patience.interrupt, 300)) {
      for (const call of signals.get("SIGINT") ?? []) call();
    }
    if (!waited(patience.hang, 5000)) return true;
    giveUp(new Error("fuzz: it waits for ever"));
    return false;
  });
  let serial = 0;
  const world: World = {
    files: plan.files,
    processes: {
      self: () => ({ pid: 100, start_time: "100" }),
      spawn: (options) => spawn(options, plan, trace),
      list: () => [{ pid: 100, start_time: "100", parent: 1, group: 100, session: 100 }],
      withEnvironment: () => [],
      withFolder: () => [],
      tellsFileLockLimits: true,
      fileLockLimit: () => null,
      identify: (pid) => pid >= 100 && pid < 100_000 ? { pid, start_time: String(pid) } : null,
      signal: () => true,
    },
    ports: { isFree: () => true },
    http: {
      request: (request) => {
        const { certificates: _, signal: _signal, ...told } = request;
        trace.requests.push({ ...told, signal: request.signal });
        plan.onRequest?.(request);
        const answer = plan.answers[(trace.requests.length - 1) % plan.answers.length];
        if (!answer || answer.status === 0) {
          throw new MacpError("failure", "Cannot reach the host as nobody answers", {
            code: "http_failed",
          });
        }
        return Promise.resolve(answer);
      },
      lookup: () => Promise.resolve(["203.0.113.7"]),
      close: () => {},
    },
    clock,
    env: plan.env,
    finds: (pattern, text) => Promise.resolve(pattern.test(text)),
    uuid: () => `00000000-0000-4000-8000-${String(++serial).padStart(12, "0")}`,
  };
  const printed = { stdout: "", stderr: "" };
  const terminal: Terminal = {
    write: (text) => void (printed.stdout += text),
    writeError: (text) => void (printed.stderr += text),
    isTerminal: false,
    isErrorTerminal: false,
    columns: () => 80,
    rows: () => 24,
    onDisturbed: () => () => {},
    folder: root,
    program: ["macp"],
    onSignal: (signal, callback) => {
      const calls = signals.get(signal) ?? new Set();
      signals.set(signal, calls.add(callback));
      return () => void calls.delete(callback);
    },
  };
  return { world, trace, terminal, printed, hung };
}

/** A clock that jumps to the next time somebody waits for, once nothing else is to be done. */
function virtualClock(mayGoOn: () => boolean): Clock {
  const start = Date.UTC(2026, 10, 21, 12);
  let passed = 0;
  let jumping = false;
  const waits: { at: number; wake: () => void }[] = [];
  const jump = () => {
    jumping = false;
    waits.sort((a, b) => a.at - b.at);
    const next = waits.shift();
    if (!next) return;
    passed = Math.max(passed, next.at);
    next.wake();
    if (waits.length > 0) plan();
  };
  const plan = () => {
    if (jumping) return;
    jumping = true;
    setImmediate(jump);
  };
  const waitUntil = (at: number, wake: () => void) => {
    const wait = { at, wake };
    waits.push(wait);
    plan();
    return () => {
      const index = waits.indexOf(wait);
      if (index >= 0) waits.splice(index, 1);
    };
  };
  return {
    now: () => start + passed,
    elapsed: () => passed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        if (!mayGoOn()) return;
        const withdraw = waitUntil(passed + Math.max(0, ms), () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        const onAbort = () => {
          withdraw();
          resolve();
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    // Nothing in this world takes time but sleep, and who waits for a deadline alone hangs.
    deadline: () => new AbortController().signal,
  };
}

const commit = "0123456789abcdef0123456789abcdef01234567";

/** What this git says; all else fails. */
function gitAnswer(args: readonly string[]): { code: number; stdout: string } {
  const at = args.findIndex((arg, index) => !arg.startsWith("-") && args[index - 1] !== "-c");
  const [verb = "", ...rest] = args.slice(at);
  if (verb === "rev-parse" && rest.includes("--show-toplevel")) {
    return { code: 0, stdout: `false\n${root}/.git\n${root}/.git\n${root}\n${commit}\n` };
  }
  if (verb === "rev-parse") return { code: 0, stdout: `${commit}\n` };
  if (verb === "worktree" && rest[0] === "list") {
    return { code: 0, stdout: `worktree ${root}\0HEAD ${commit}\0branch refs/heads/main\0\0` };
  }
  const silent = ["status", "for-each-ref", "diff", "rev-list", "check-ignore", "config"];
  return { code: silent.includes(verb) ? 0 : 1, stdout: "" };
}

let nextPid = 1000;

function spawn(options: SpawnOptions, plan: WorldPlan, trace: WorldTrace): Child {
  trace.spawned.push(options);
  if (options.cwd !== undefined && plan.files.stat(options.cwd)?.kind !== "folder") {
    throw new MacpError("failure", "Cannot start as there is no such folder", {
      code: "folder_missing",
    });
  }
  nextPid = nextPid >= 99_000 ? 1000 : nextPid + 1;
  if (/(^|\/)git$/.test(options.command)) {
    const { code, stdout } = gitAnswer(options.args);
    const child = childOf(code, new TextEncoder().encode(stdout));
    return child;
  }
  const report = options.env.MACP_RESULT_FILE;
  if (report !== undefined && plan.command.report !== null) {
    if (plan.files.stat(dirname(report)) !== null) {
      plan.files.leave(report, bytesOf(plan.command.report));
    }
  }
  return childOf(plan.command.code, bytesOf(plan.command.output));
}

function childOf(code: number, output: Uint8Array): Child {
  // Cut where a character or a sequence may be.
  const cuts = [0, 1, 7, 4096, output.length];
  const stdout = new ReadableStream<Uint8Array>({
    start(controller) {
      cuts.forEach((cut, index) => {
        const piece = output.slice(cut, cuts[index + 1] ?? output.length);
        if (piece.length > 0 && cut < output.length) controller.enqueue(piece);
      });
      controller.close();
    },
  });
  const stderr = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  return {
    pid: nextPid,
    stdout,
    stderr,
    feed: () => Promise.resolve(),
    exited: Promise.resolve({ code, signal: null }),
  };
}
