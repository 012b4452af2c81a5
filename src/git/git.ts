/**
 * The one git client: every call goes through here, with a pinned environment, so
 * that no editor, hook, pager, prompt or signature of the user can hang or change it.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { oneLine } from "../protocol/text.ts";
import type { Child, ProcessEntry } from "../sys/processes.ts";
import type { World } from "../sys/world.ts";
import {
  gitEnvironment,
  pinnedConfiguration,
  pinnedEnvironment,
  withoutLargeFiles,
} from "./git_settings.ts";
import { isQuery, placeOf, writesFiles } from "./git_verbs.ts";
import { Turns } from "./turns.ts";

/** Milliseconds after which a call is given up. */
const defaultTimeoutMs = 120_000;

/** Milliseconds to wait for another process that changes the list of worktrees. */
const lockWaitMs = 300_000;

/**
 * Marks in its environment a call that changes something, and what it calls itself, with the
 * checkout that is changed. Such a call goes on when this program is killed.
 */
const placeMark = "MACP_GIT_AT";

/** Milliseconds that a call may still take once a person asked to stop. */
const afterStopMs = 5_000;

/** Milliseconds to wait for calls that outlived the program that made them. */
const outlivedMs = 60_000;

/** What git printed, and its exit code. */
export interface GitOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** What may differ for one call. */
export interface GitCallOptions {
  /** Working folder of the call; that of the client otherwise. */
  cwd?: string;
  env?: Record<string, string>;
  /** Path of an index that is the caller's alone: a call that only writes it is a query. */
  index?: string;
  stdin?: string;
  timeoutMs?: number;
}

/** What the clients of one repository have in common. */
interface Shared {
  /** Path of git. */
  program: string;
  /** Calls that change something, one after the other. */
  turns: Turns;
  /** File whose lock is held while the list of worktrees is changed, or null. */
  lock: string | null;
  /** Aborts when a person asks to stop; null where nobody does. */
  stop: AbortSignal | null;
}

/** Git in one folder. */
export class Git {
  readonly world: World;
  readonly cwd: string;
  readonly #env: Record<string, string>;
  readonly #shared: Shared;

  constructor(world: World, cwd: string, shared?: Shared) {
    this.world = world;
    this.cwd = cwd;
    this.#shared = shared ??
      { program: gitPath(world), turns: new Turns(), lock: null, stop: null };
    this.#env = { ...gitEnvironment(world.env), ...pinnedEnvironment };
  }

  /** Git in another folder of the same repository, which takes turns with this one. */
  at(cwd: string): Git {
    return new Git(this.world, cwd, this.#shared);
  }

  /** Git that holds the lock of a file, also against other processes, around `worktree`. */
  withLock(lock: string): Git {
    return new Git(this.world, this.cwd, { ...this.#shared, lock });
  }

  /** Git whose calls end soon, whatever holds them up, once a person asked to stop. */
  until(stop: AbortSignal): Git {
    return new Git(this.world, this.cwd, { ...this.#shared, stop });
  }

  /**
   * Runs git whatever its exit code. Calls that change something take turns, as they
   * share the repository. Throws `MacpError` when it cannot start or hangs.
   */
  run(args: readonly string[], options: GitCallOptions = {}): Promise<GitOutput> {
    if (onlyAsks(args, options)) return this.#call(args, options);
    return this.#shared.turns.take(() => this.#callLocked(args, options));
  }

  /**
   * Runs a script of the POSIX shell with this client's settings, as one call that changes
   * this checkout: git starts it, and it may call git. It is a person's checkout: files that
   * git LFS keeps come as that person set it.
   */
  script(text: string, args: readonly string[]): Promise<GitOutput> {
    const alias = `alias.macp-script=!f() {\n${text}\n}; f`;
    const env = { GIT_LFS_SKIP_SMUDGE: this.world.env.GIT_LFS_SKIP_SMUDGE ?? "0" };
    return this.run(["-c", alias, "macp-script", ...args], { env });
  }

  /**
   * Waits until no call changes a checkout any more that a program made which was killed.
   * To be called where nobody else may change it. Throws `MacpError` when one does not end.
   */
  async quiet(path: string): Promise<void> {
    const { clock } = this.world;
    for (const end = clock.elapsed() + outlivedMs;; await clock.sleep(25)) {
      const [busy] = this.changersOf(path);
      if (busy === undefined) return;
      if (clock.elapsed() > end) {
        throw gitError(["worktree"], `process ${busy.pid} is still at work in ${path}`, "git_busy");
      }
    }
  }

  /** Processes of calls that change a checkout now, also of a program that was killed. */
  changersOf(path: string): ProcessEntry[] {
    return this.world.processes.withEnvironment(placeMark, path);
  }

  async #callLocked(args: readonly string[], options: GitCallOptions): Promise<GitOutput> {
    const { lock: path } = this.#shared;
    if (path === null || args[0] !== "worktree") return await this.#call(args, options);
    const lock = await this.world.files.lock(path, lockWaitMs);
    if (lock === null) {
      throw gitError(args, `another program holds ${path}`, "git_locked");
    }
    try {
      return await this.#call(args, options);
    } finally {
      lock.release();
    }
  }

  async #call(args: readonly string[], options: GitCallOptions): Promise<GitOutput> {
    const child = this.#spawn(args, options);
    const { clock, processes } = this.world;
    let late = false;
    const end = () => {
      late = true;
      processes.signal(onlyAsks(args, options) ? child.pid : -child.pid, "SIGKILL");
    };
    const deadline = clock.deadline(options.timeoutMs ?? defaultTimeoutMs);
    let calmDown = () => {};
    const onStop = () => {
      const hurry = new AbortController();
      calmDown = () => hurry.abort();
      void clock.sleep(afterStopMs, hurry.signal).then(() => hurry.signal.aborted || end());
    };
    const { stop } = this.#shared;
    deadline.addEventListener("abort", end);
    if (stop?.aborted) onStop();
    else stop?.addEventListener("abort", onStop);
    const fed = options.stdin === undefined
      ? null
      : child.feed(new TextEncoder().encode(options.stdin));
    const [stdout, stderr, status] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      child.exited,
      fed,
    ]);
    deadline.removeEventListener("abort", end);
    stop?.removeEventListener("abort", onStop);
    calmDown();
    if (late) throw gitError(args, "it did not end in time", "git_timed_out");
    return { code: status.code, stdout, stderr };
  }

  /** Standard output of a call that must succeed. Throws `MacpError` with git's own words. */
  async read(args: readonly string[], options: GitCallOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code === 0) return stdout;
    throw gitError(args, lastWords(stderr) || `it ended with code ${code}`, "git_failed");
  }

  #spawn(args: readonly string[], options: GitCallOptions): Child {
    const asks = onlyAsks(args, options);
    try {
      return this.world.processes.spawn({
        command: this.#shared.program,
        args: [...pinnedConfiguration, ...(writesFiles(args) ? withoutLargeFiles : []), ...args],
        cwd: options.cwd ?? this.cwd,
        env: {
          ...this.#env,
          ...(asks ? {} : { [placeMark]: placeOf(args, options.cwd ?? this.cwd) }),
          ...(options.index === undefined ? {} : { GIT_INDEX_FILE: options.index }),
          ...options.env,
        },
        ownSession: !asks,
        stdin: options.stdin === undefined ? "null" : "piped",
        stderr: "piped",
      });
    } catch (cause) {
      const missing = cause instanceof MacpError && cause.code === "program_missing";
      const why = missing ? "git is not on the PATH" : messageOf(cause);
      throw gitError(args, why, "git_not_started", cause);
    }
  }
}

/** Whether a call changes nothing that anybody else sees. */
function onlyAsks(args: readonly string[], { index }: GitCallOptions): boolean {
  return isQuery(args) || index !== undefined && args[0] === "read-tree";
}

/** Where git stands on the path, so that it need not be searched at each call. */
function gitPath({ env, files }: World): string {
  for (const folder of (env.PATH ?? "").split(":")) {
    if (folder.startsWith("/") && files.stat(`${folder}/git`)?.kind === "file") {
      return `${folder}/git`;
    }
  }
  return "git";
}

/** Text of a whole stream, read without a turn of the program for each part of it. */
function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

function gitError(args: readonly string[], why: string, code: string, cause?: unknown): MacpError {
  const verb = args.find((arg) => !arg.startsWith("-")) ?? "";
  return new MacpError("failure", `Cannot run git ${verb} as ${why}`, { code, cause });
}

/** The lines of git's error output that say what is wrong. */
export function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.filter((line) => /^(fatal|error):/.test(line));
  return oneLine((telling.length > 0 ? telling : lines.slice(-3)).join("; "), 1000);
}
