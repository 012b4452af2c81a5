/**
 * Bad ground: a disk that fills up at any moment, folders that cannot be written, few files
 * at once, a clock that jumps, a git that fails or hangs at each call, no home.
 *
 * @module
 */
import { join } from "@std/path";
import { exists, macpPath, type Ran, Repository } from "../e2e/harness.ts";
import { runCli } from "../../src/cli/main.ts";
import { realTerminal } from "../../src/host/terminal.ts";
import { realWorld } from "../../src/host/world.ts";
import { faultsAtEnd, faultsNow } from "./kill_checks.ts";
import { prepareStory, submissions } from "./kill_story.ts";
import { Choices } from "./random.ts";

/** What came of it. */
export interface GroundReport {
  /** Cases by kind of ground. */
  cases: Map<string, number>;
  /** Kinds that this machine does not allow, with the reason. */
  left: string[];
  faults: string[];
}

/** How much is tried. */
export interface GroundPlan {
  seed: number;
  /** Part of the cases that are tried, from 0 to 1. */
  part: number;
  /** Told of each case that ended. */
  onCase?: (report: GroundReport, name: string) => void;
}

const ids = ["plain", "fails"] as const;

/** One way in which the ground is bad. */
interface Ground {
  kind: string;
  name: string;
  /** Changes the environment of the call that meets it, or the folder before it. */
  spoil(
    repository: Repository,
  ): { env?: Record<string, string>; program?: string; args?: string[] };
  /** Makes it good again. */
  mend?(repository: Repository): void;
  /** File system of its own, with this size; null: the system's. */
  mount: string | null;
  /** INT is sent after so many milliseconds; null: it ends by itself. */
  interruptMs: number | null;
}

/** Meets each bad ground with a queue to drain, then goes on where it is good. */
export async function proveGround({ seed, part, onCase }: GroundPlan): Promise<GroundReport> {
  const choices = new Choices(seed);
  const report: GroundReport = { cases: new Map(), left: [], faults: [] };
  const all = [...gitGrounds(), ...fileGrounds(), ...folderGrounds(), ...homeGrounds()];
  const chosen = choices.shuffled(all).slice(0, Math.ceil(all.length * part));
  const mountable = canMount();
  if (!mountable) report.left.push("a full disk and read-only folders: mount is not allowed here");
  const waiting = chosen.filter(({ mount }) => mount === null || mountable);
  const worker = async () => {
    for (let ground = waiting.pop(); ground !== undefined; ground = waiting.pop()) {
      await meet(ground, report);
      report.cases.set(ground.kind, (report.cases.get(ground.kind) ?? 0) + 1);
      onCase?.(report, ground.name);
    }
  };
  await Promise.all([worker(), worker()]);
  const jumps = Math.ceil(20 * part);
  for (let jump = 0; jump < jumps; jump++) {
    await meetClock(seed + jump, report);
    report.cases.set("clock", jump + 1);
    onCase?.(report, `clock, seed ${seed + jump}`);
  }
  return report;
}

async function meet(ground: Ground, report: GroundReport): Promise<void> {
  const fault = (text: string) => report.faults.push(`${ground.name}: ${text}`);
  await withGround(ground.mount, async (repository) => {
    for (const { args } of submissions(repository, ids)) {
      const ran = await repository.macp(args);
      if (ran.code !== 0) fault(`submit exits ${ran.code}: ${ran.stderr}`);
    }
    const { env, program, args = [] } = ground.spoil(repository);
    const options = { ...env ? { env } : {}, ...program ? { program } : {} };
    const call = repository.start([...args, "drain"], options);
    const timer = ground.interruptMs === null
      ? 0
      : setTimeout(() => call.kill("SIGINT"), ground.interruptMs);
    const ran = await call.ended.finally(() => clearTimeout(timer));
    ground.mend?.(repository);
    faultOfAnswer(ran).forEach(fault);
    faultsNow(repository).forEach(fault);
    const after = await goOn(repository);
    if (after.code !== 0) {
      fault(`after it, drain exits ${after.code}: ${after.stderr.slice(-600)}`);
      fault(`it had said ${ran.code}: ${ran.stderr.slice(-600)}`);
      return;
    }
    (await faultsAtEnd(repository, ids)).forEach(fault);
  });
}

/** A task may have failed for good on bad ground: a person queues it again. */
async function goOn(repository: Repository): Promise<Ran> {
  await repository.macp(["drain"]);
  for (const { id, status } of repository.readQueue()) {
    if (status === "failed" || status === "escalated") await repository.macp(["retry", id]);
  }
  return await repository.macp(["drain"]);
}

/** What no answer may be: a code that the contract does not know, or a stack trace. */
function faultOfAnswer({ code, stdout, stderr }: Ran): string[] {
  const faults: string[] = [];
  if (![0, 1, 2, 3, 5, 130].includes(code)) faults.push(`exits ${code}: ${stderr.slice(-600)}`);
  const printed = `${stdout}\n${stderr}`;
  if (/^\s+at .*(?:file:|ext:)|Uncaught|panicked|TypeError/m.test(printed)) {
    faults.push(`prints a stack trace: ${printed.slice(-800)}`);
  }
  // Whoever interrupts it knows why it ends.
  if (code !== 0 && code !== 130 && printed.trim() === "") {
    faults.push(`exits ${code} and says nothing`);
  }
  return faults;
}

/** Calls of git in one drain of the story, and some more. */
const gitCalls = 90;

/** Git that fails, is killed, or hangs until a person interrupts, at each of its calls. */
function gitGrounds(): Ground[] {
  const ways = [
    { kind: "git fails", action: "echo 'fatal: trap' >&2; exit 128", interruptMs: null, each: 1 },
    { kind: "git is killed", action: "kill -9 $$", interruptMs: null, each: 1 },
    // A hang takes its time, so not every call hangs.
    { kind: "git hangs", action: "exec sleep 600", interruptMs: 2500, each: 4 },
  ];
  return ways.flatMap(({ kind, action, interruptMs, each }) =>
    Array.from({ length: Math.floor(gitCalls / each) }, (_, index) => index * each).map((
      call,
    ): Ground => ({
      kind,
      name: `${kind} at call ${call + 1}`,
      spoil: (repository) => ({ env: trap(repository, call + 1, action) }),
      mount: null,
      interruptMs,
    }))
  );
}

/** Environment in which the `nth` call of git by macp does something else. */
function trap(repository: Repository, nth: number, action: string): Record<string, string> {
  const folder = repository.outside("trap");
  Deno.mkdirSync(folder);
  // Where to begin to look for a free number: a folder is taken by one call only.
  Deno.writeTextFileSync(join(folder, "next"), "1\n");
  const script = `#!/bin/sh
if [ -z "$MACP_TASK_ID" ]; then
  read -r n <'${folder}/next' || n=1
  while ! mkdir "${folder}/call-\${n:=1}" 2>/dev/null; do n=$((n + 1)); done
  echo $((n + 1)) >'${folder}/next'
  if [ $n = ${nth} ]; then ${action}; fi
fi
PATH='${repository.env.PATH}' exec git "$@"
`;
  Deno.writeTextFileSync(join(folder, "git"), script, { mode: 0o755 });
  return { PATH: `${folder}:${repository.env.PATH}` };
}

/** A disk with so few bytes left, and so few files that may be open. */
function fileGrounds(): Ground[] {
  const full = [0, 2, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 200].map((
    kib,
  ): Ground => ({
    kind: "full disk",
    name: `a disk with ${kib} KiB left`,
    spoil(repository) {
      fill(repository, kib);
      return {};
    },
    mend: (repository) => Deno.removeSync(repository.outside("filler")),
    mount: "12m",
    interruptMs: null,
  }));
  const few = [24, 26, 28, 30, 32, 34, 36, 40, 48].map((files): Ground => ({
    kind: "few open files",
    name: `${files} open files at most`,
    spoil: () => ({ program: "sh", args: ["-c", `ulimit -n ${files}; exec "$0" "$@"`, macpPath] }),
    mount: null,
    interruptMs: null,
  }));
  return [...full, ...few];
}

/** Folders of the state, and that of the worktrees, that cannot be written. */
function folderGrounds(): Ground[] {
  const folders = ["", "logs", "results", "attempts"];
  const places = [
    ...folders.map((name) => (repository: Repository) => repository.state(name)),
    (repository: Repository) => repository.outside("worktrees"),
    (repository: Repository) => join(repository.path, ".git"),
  ];
  return places.map((placeOf, index): Ground => ({
    kind: "read-only folder",
    name: `a read-only ${[...folders, "worktrees", ".git"][index] || "state folder"}`,
    spoil(repository) {
      const place = placeOf(repository);
      Deno.mkdirSync(place, { recursive: true });
      run("mount", "--bind", place, place);
      run("mount", "-o", "remount,ro,bind", place);
      return {};
    },
    mend: (repository) => void run("umount", placeOf(repository)),
    mount: "16m",
    interruptMs: null,
  }));
}

/** No HOME, one that is no folder, and a bare environment. */
function homeGrounds(): Ground[] {
  return ["/nonexistent", "", "/dev/null"].map((home): Ground => ({
    kind: "no home",
    name: `HOME is ${JSON.stringify(home)}`,
    spoil: () => ({ env: { HOME: home } }),
    mount: null,
    interruptMs: null,
  }));
}

async function withGround(
  mount: string | null,
  test: (repository: Repository) => Promise<void>,
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "macp-ground-" }));
  if (mount !== null) run("mount", "-t", "tmpfs", "-o", `size=${mount}`, "tmpfs", folder);
  try {
    const repository = new Repository(folder);
    await repository.git("init", "--quiet", "--initial-branch=main", "--template=");
    await prepareStory(repository);
    repository.writeQueue([]);
    await test(repository);
  } finally {
    if (mount !== null) run("umount", "--lazy", folder);
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Fills the file system up but for so many KiB. */
function fill(repository: Repository, kib: number): void {
  const path = repository.outside("filler");
  using file = Deno.openSync(path, { write: true, create: true });
  let written = 0;
  for (let size = 65_536; size >= 512;) {
    try {
      written += file.writeSync(new Uint8Array(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  file.truncateSync(Math.max(0, written - kib * 1024));
}

/**
 * A drain under a clock that jumps by up to a day, in both directions, at any moment. The
 * program is not the executable here: no clock of the system is touched.
 */
async function meetClock(seed: number, report: GroundReport): Promise<void> {
  const choices = new Choices(seed);
  const fault = (text: string) => report.faults.push(`clock, seed ${seed}: ${text}`);
  await withGround(null, async (repository) => {
    for (const { args } of submissions(repository, ids)) await repository.macp(args);
    const printed: string[] = [];
    const world = realWorld();
    let offset = 0;
    const clock = {
      ...world.clock,
      now: () => {
        if (choices.next() < 0.1) offset = Math.round((choices.next() - 0.5) * 2 * 86_400_000);
        return Date.now() + offset;
      },
    };
    const print = (text: string) => void printed.push(text);
    const terminal = { ...realTerminal(), write: print, writeError: print };
    const code = await runCli(
      { ...world, clock, env: repository.env },
      terminal,
      ["drain", "--repo", repository.path],
    );
    if (code !== 0) fault(`drain exits ${code}: ${printed.join("").slice(-600)}`);
    faultsNow(repository).forEach(fault);
    for (const { id } of repository.readQueue()) {
      const { duration_seconds: seconds } = repository.result(id).metadata ?? {};
      if (typeof seconds === "number" && (seconds < 0 || seconds > 600)) {
        fault(`${id} took ${seconds} s`);
      }
    }
    (await faultsAtEnd(repository, ids)).forEach(fault);
  });
}

/** Whether this user may mount a file system. */
function canMount(): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    return run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) && run("umount", folder);
  } finally {
    if (exists(folder)) Deno.removeSync(folder);
  }
}

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
