/**
 * A repository in which a day of work happens, and how each call of that day may be killed.
 *
 * @module
 */
import { join } from "@std/path";
import type { FailPoint } from "../../src/sys/fail_points.ts";
import { exists, type Repository, textOf } from "../e2e/harness.ts";

/** A call of the program, and the places at which it may be killed. */
export interface Verb {
  args: readonly string[];
  /** Places that it can come to. */
  points: readonly FailPoint[];
  /** Exit codes that are right when nobody kills it. */
  codes: readonly number[];
  /** Most kills in one story. */
  most: number;
}

const writes: readonly FailPoint[] = [
  "change.begun",
  "file.written",
  "file.renamed",
  "queue.written",
];
const changes: readonly FailPoint[] = [
  ...writes,
  "ledger.written",
  "event.appended",
  "events.appended",
];
const gated: readonly FailPoint[] = [
  "command.spawned",
  "command.recorded",
  "command.released",
  "command.ended",
  "gate.told",
  "gate.ended",
  "verdict.written",
  "snapshot.committed",
  "snapshot.pinned",
  "result.written",
  "status.written",
  "removal.begun",
  "removal.done",
  "attempt.forgotten",
];
const attempts: readonly FailPoint[] = [
  ...changes,
  ...gated,
  "recovery.begun",
  "recovery.ended",
  "task.claimed",
  "worktree.owned",
  "worktree.added",
  "worktree.marked",
  "worktree.kept",
  "setup.ended",
  "work.added",
  "work.committed",
];
const deliveries: readonly FailPoint[] = [
  "delivery.sent",
  "letters.written",
  "cursor.written",
  "file.written",
  "file.renamed",
];

/** Ids of the tasks that every story submits. */
export const taskIds = ["plain", "after", "red", "fails", "asks", "noisy", "legacy"] as const;

/** What a worker does: it notes that it runs, and what it made, where no crash of macp reaches. */
function workerOf(outside: (name: string) => string, more: string): string {
  return `echo "$MACP_TASK_ID $MACP_ATTEMPT" >> '${outside("runs")}'; ` +
    `f="work-$MACP_TASK_ID-$MACP_ATTEMPT"; head -c 40 /dev/urandom | od -An -tx1 > "$f"; ` +
    `echo "$(git hash-object "$f") $f" >> '${outside("made")}'; ` +
    `setsid sleep 600 </dev/null >/dev/null 2>&1 & ${more}`;
}

/** Writes the configuration and what the workers need. */
export async function prepareStory(repository: Repository): Promise<void> {
  await repository.commit({ "README.md": "# A project\n", ".gitignore": "*.ignored\n.mosaic/\n" });
  await repository.git("branch", "persons-own");
  await repository.git("tag", "persons-mark");
  const foreign = join(repository.outside("worktrees"), "foreign");
  Deno.mkdirSync(foreign, { recursive: true });
  Deno.writeTextFileSync(join(foreign, "precious"), "not macp's\n");
  const sink = `cat >> '${repository.outside("received")}'; ` +
    `tail -n 1 '${repository.outside("received")}' | grep -q '"task.gated"' && exit 65; exit 0`;
  repository.writeConfig({
    macp: {
      retry_backoff_seconds: 0,
      setup: "true",
      gate_baseline: "off",
      retention: { event_max_bytes: 65_536 },
      exec: { enabled: true, command: sink, event_filter: null, retry_count: 0 },
    },
  });
  Deno.writeTextFileSync(repository.state("events.ndjson"), pastEvents());
}

/** Events of a past, so many that the file is rotated when the day's are added. */
function pastEvents(): string {
  return Array.from({ length: 180 }, (_, number) =>
    JSON.stringify({
      event_id: `0198f5a2-7b3c-7def-8abc-${String(number).padStart(12, "0")}`,
      event_type: "task.progress",
      task_id: "past",
      status: "running",
      timestamp: "2026-01-01T00:00:00.000Z",
      source: "controller",
      message: "x".repeat(200),
      metadata: {},
    }) + "\n").join("");
}

/** The submissions of a story. Each can be made again. */
export function submissions(
  repository: Repository,
  ids: readonly (typeof taskIds)[number][] = taskIds,
): Verb[] {
  const outside = (name: string) => repository.outside(name);
  const more: Record<(typeof taskIds)[number], { worker: string; args: string[] }> = {
    plain: { worker: "true", args: ["--gate", "true", "--gate", "test -e README.md"] },
    after: { worker: "true", args: ["--depends-on", "plain", "--gate", "true"] },
    red: { worker: "true", args: ["--gate", 'test "$((MACP_ATTEMPT % 2))" = 0'] },
    fails: {
      worker: `date > left.ignored; [ "$((MACP_ATTEMPT % 2))" = 0 ]`,
      args: ["--gate", "true"],
    },
    asks: {
      worker: `echo '{"status":"escalated","escalation_reason":"which one?"}' ` +
        `> "$MACP_RESULT_FILE"`,
      args: ["--gate", "true"],
    },
    noisy: {
      worker: `git add -A; git -c user.name=w -c user.email=w@x commit -qm "$f"; date > loose`,
      args: ["--gate", "true"],
    },
    legacy: { worker: "rm -f work-legacy-*", args: ["--gate", "true"] },
  };
  return ids.map((id): Verb => ({
    args: [
      ...["submit", "--task-id", id, "--title", `Task ${id}`, "--idempotency-key", `key-${id}`],
      ...["--max-attempts", "60", "--type", id === "legacy" ? "research" : "coding"],
      ...[`--command=${workerOf(outside, more[id].worker)}`, ...more[id].args],
      ...id === "legacy" ? ["--worktree", "."] : [],
    ],
    points: writes,
    codes: [0],
    most: 2,
  }));
}

/** What follows, in order. */
export function daysWork(jobs: number): Verb[] {
  const watch: Verb = { args: ["watch", "--once"], points: deliveries, codes: [0], most: 3 };
  const drain = (most: number): Verb => ({
    args: ["drain", "--jobs", String(jobs)],
    points: attempts,
    codes: [0, 3],
    most,
  });
  return [
    drain(14),
    watch,
    { args: ["reply", "asks", "the blue one"], points: changes, codes: [0, 2], most: 2 },
    drain(4),
    { args: ["accept", "asks"], points: [...changes, ...gated], codes: [0, 2], most: 4 },
    {
      args: ["land", "plain"],
      points: [...changes, "gate.told", "gate.ended", "landing.gated", "landing.moved"],
      codes: [0, 3],
      most: 4,
    },
    watch,
    {
      args: ["clean"],
      points: [...changes, "rotation.begun", "rotation.done"],
      codes: [0],
      most: 2,
    },
    watch,
    { args: ["redrive", "exec"], points: deliveries, codes: [0, 1], most: 2 },
  ];
}

/** Numbers of processes whose environment names the repository's folder. */
export function processesOf(repository: Repository): number[] {
  const mark = `MACP_WORKTREE=${repository.folder}/`;
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return Deno.readTextFileSync(`/proc/${name}/environ`).includes(mark) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Lines of a file that the workers or the sink wrote. */
export function linesOf(repository: Repository, name: string): string[] {
  return (textOf(repository.outside(name)) ?? "").split("\n").filter((line) => line !== "");
}

/** Every file of events, the oldest first. */
export function eventFiles(repository: Repository): string[] {
  if (!exists(repository.state())) return [];
  const names = [...Deno.readDirSync(repository.state())].map(({ name }) => name)
    .filter((name) => /^events\..*ndjson$/.test(name) && name !== "events.ndjson").sort();
  return [...names, "events.ndjson"].map((name) => repository.state(name)).filter(exists);
}
