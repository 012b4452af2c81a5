/**
 * The executable as its users meet it: real git repositories in temporary folders, an
 * environment of its own, and helpers that read what it wrote.
 *
 * @module
 */
import { join } from "@std/path";
import type { Task, TaskEvent, TaskResult } from "../../src/protocol/generated/types.ts";
import { endProcessesOf } from "./end_processes_of.ts";

const root = join(import.meta.dirname ?? ".", "..", "..");

/** The executable under test. */
export const macpPath = Deno.env.get("MACP_BIN") ?? join(root, "dist", "macp");

/** What tasks of tests set, also wrong on purpose. */
export type TaskFields = Record<string, unknown>;

/** How a call ended. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** What may differ for one call. */
export interface CallOptions {
  /** Added to the environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Program that is called instead of macp itself. */
  program?: string;
}

/** A call that goes on in the background. */
export interface Running {
  pid: number;
  /** What it printed until now. */
  printed: { stdout: string; stderr: string };
  kill(signal: Deno.Signal): void;
  ended: Promise<Ran>;
}

/** Commits all that a worker changed. */
export const commitAll =
  "git add -A && git -c user.name=w -c user.email=w@localhost commit -qm work";

/** Longest time that one call may take, in milliseconds. */
const callMs = 240_000;

/** Waits until `condition` gives something; fails with `what` after `ms`. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  ms = 30_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await condition();
    if (found !== false && found !== null && found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Cannot wait any longer for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts a program with exactly `env`. */
export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Running {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = { stdout: "", stderr: "" };
  const collect = async (name: keyof typeof printed) => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      printed[name] += text;
    }
  };
  const timer = setTimeout(() => child.kill("SIGKILL"), callMs);
  const ended = Promise.all([child.status, collect("stdout"), collect("stderr")])
    .then(([{ code }]) => ({ code, ...printed })).finally(() => clearTimeout(timer));
  return { pid: child.pid, printed, kill: (signal) => child.kill(signal), ended };
}

/** Whether a process lives; one that waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] })
    .outputSync();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/** Text of a file, or null while there is none. */
export function textOf(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Whether something is at a path. */
export function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Every file below a folder, by path. */
export function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) yield path;
  }
}

/** Content of every file below a folder, as one text that is equal when nothing changed. */
export function fingerprint(folder: string): string {
  const entries = [...filesBelow(folder)].sort().map((path) => {
    const { mtime, mode } = Deno.statSync(path);
    return `${path} ${mode} ${mtime?.getTime()} ${new Uint8Array(Deno.readFileSync(path)).toHex()}`;
  });
  return entries.join("\n");
}

/** A repository that macp works in, inside a folder that holds nothing else. */
export class Repository {
  /** Folder around it all, removed afterwards. */
  readonly folder: string;
  /** Main checkout. */
  readonly path: string;
  readonly env: Record<string, string>;

  constructor(folder: string, name = "project") {
    this.folder = folder;
    this.path = join(folder, name);
    this.env = {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: join(folder, "home"),
      GIT_CONFIG_GLOBAL: join(folder, "gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
    };
    Deno.mkdirSync(this.env.HOME ?? "");
    Deno.mkdirSync(this.path, { recursive: true });
    Deno.writeTextFileSync(join(folder, "gitconfig"), "");
  }

  /** Path below the folder around the repository. */
  outside(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Path below `.mosaic/orchestrator`. */
  state(...names: string[]): string {
    return join(this.path, ".mosaic", "orchestrator", ...names);
  }

  /** Place of a task's worktree. */
  worktree(slug: string): string {
    return this.outside("worktrees", slug);
  }

  /** Starts macp in the background. */
  start(args: readonly string[], options: CallOptions = {}): Running {
    const merged = Object.entries({ ...this.env, ...options.env })
      .filter((entry): entry is [string, string] => entry[1] !== undefined);
    const cwd = options.cwd ?? this.path;
    return startProgram(options.program ?? macpPath, args, {
      cwd,
      env: Object.fromEntries(merged),
    });
  }

  /** Runs macp to its end. */
  macp(args: readonly string[], options: CallOptions = {}): Promise<Ran> {
    return this.start(args, options).ended;
  }

  /** The JSON document that a call with `--json` prints. */
  async json<T = Record<string, unknown>>(
    args: readonly string[],
    options: CallOptions = {},
  ): Promise<T> {
    const ran = await this.macp([...args, "--json"], options);
    try {
      return JSON.parse(ran.stdout);
    } catch {
      throw new Error(`Cannot parse what macp ${args.join(" ")} printed: ${JSON.stringify(ran)}`);
    }
  }

  /** Standard output of git, which must succeed. */
  async git(...args: string[]): Promise<string> {
    const identity = ["-c", "user.name=person", "-c", "user.email=person@localhost"];
    const ran = await startProgram("git", [...identity, ...args], {
      cwd: this.path,
      env: this.env,
    }).ended;
    if (ran.code !== 0) throw new Error(`Cannot run git ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout.trimEnd();
  }

  /** Writes a file of the checkout. */
  write(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.path, name), text);
  }

  /** Writes and commits files of the checkout. */
  async commit(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", "work of a person");
  }

  /** Settings that tests run with; `macp` and `worker` are merged. */
  writeConfig(settings: Record<string, unknown> = {}): void {
    const { macp, ...others } = settings;
    const own = {
      worktree_base: this.outside("worktrees"),
      base_ref: "main",
      retry_backoff_seconds: 0.05,
    };
    const whole = { enabled: true, macp: { ...own, ...macp as object }, ...others };
    Deno.mkdirSync(this.state(), { recursive: true });
    Deno.writeTextFileSync(this.state("config.json"), JSON.stringify(whole, null, 2));
  }

  /** Writes the queue: tasks, or its text as it is. */
  writeQueue(queue: readonly TaskFields[] | string): void {
    const text = typeof queue === "string"
      ? queue
      : `${JSON.stringify({ tasks: queue }, null, 2)}\n`;
    Deno.mkdirSync(this.state(), { recursive: true });
    Deno.writeTextFileSync(this.state("tasks.json"), text);
  }

  /** Text of the queue. */
  queueText(): string {
    return Deno.readTextFileSync(this.state("tasks.json"));
  }

  /** Tasks of the queue. */
  readQueue(): Task[] {
    const document = JSON.parse(this.queueText());
    return Array.isArray(document) ? document : document.tasks;
  }

  /** A task of the queue, which must be there. */
  task(id: string): Task {
    const found = this.readQueue().find((task) => task.id === id);
    if (!found) throw new Error(`Cannot find task ${id}: ${this.queueText()}`);
    return found;
  }

  /** Events, of one task when it is named. */
  events(id?: string): TaskEvent[] {
    const lines = (textOf(this.state("events.ndjson")) ?? "").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line))
      .filter((event) => id === undefined || event.task_id === id);
  }

  /** Types of the events of a task, in order. */
  eventTypes(id: string): string[] {
    return this.events(id).map(({ event_type }) => event_type);
  }

  /** Result of a task, which must have one. */
  result(id: string): TaskResult {
    return JSON.parse(Deno.readTextFileSync(this.state("results", `${id}.json`)));
  }

  /** Result of an attempt that was retried. */
  attemptResult(id: string, serial: number): TaskResult {
    const path = this.state("results", "attempts", id, `${serial}.json`);
    return JSON.parse(Deno.readTextFileSync(path));
  }

  /** Log of an attempt. */
  log(id: string, serial = 1): string {
    return Deno.readTextFileSync(this.state("logs", id, `${serial}.log`));
  }

  /** Submits a task; fails when macp refuses it. */
  async submit(id: string, command: string, ...more: string[]): Promise<void> {
    const ran = await this.macp(
      ["submit", "--task-id", id, "--title", `Task ${id}`, `--command=${command}`, ...more],
    );
    if (ran.code !== 0) throw new Error(`Cannot submit ${id}: ${ran.stderr}`);
  }

  /** Waits until a file holds whole lines; gives its text without the last line break. */
  untilWritten(path: string): Promise<string> {
    return until(`a line in ${path}`, () => {
      const text = textOf(path);
      return text?.endsWith("\n") ? text.trimEnd() : null;
    });
  }
}

/** An exec task that is complete but for what `fields` say. */
export function execTask(id: string, command: string, fields: TaskFields = {}): TaskFields {
  return { id, title: `Task ${id}`, status: "pending", dispatch: "exec", command, ...fields };
}

/** Calls `test` with a folder that is removed afterwards, with what a failed test left running. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "macp-e2e-" }));
  try {
    await test(folder);
  } finally {
    endProcessesOf(folder);
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Calls `test` with a repository that has one commit on main, enabled, its queue empty. */
export async function withRepository(
  test: (repository: Repository) => Promise<void>,
  name = "project",
): Promise<void> {
  await inFolder(async (folder) => {
    const repository = new Repository(folder, name);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.git("commit", "--quiet", "--allow-empty", "--message", "start");
    repository.writeConfig();
    repository.writeQueue([]);
    await test(repository);
  });
}
