import { markScript } from "../../../src/process/mark_script.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ControllerContext } from "../../../src/controller/context.ts";
import { vanishedTasks } from "../../../src/controller/lost_queue.ts";
import { recover } from "../../../src/controller/recover.ts";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { RunningAttempt, State, Verdict } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { emptyState, LedgerFile } from "../../../src/store/ledger.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";

const attemptId = "01a1fe61-d407-42c6-86b7-2de23689aefa";

const lost: RunningAttempt = {
  attempt_id: attemptId,
  serial: 3,
  attempts_before: 0,
  phase: "running",
  started_at: "2026-01-01T00:00:00.000Z",
  legacy: false,
  worktree: null,
  branch: null,
  base_commit: null,
  worker: null,
  verdict: null,
};

const completed: Verdict = {
  outcome: "completed",
  next_status: "completed",
  spent: true,
  not_before: null,
  result: {
    task_id: "a",
    status: "completed",
    completed_at: "2026-01-01T00:01:00.000Z",
    attempt: 1,
    max_attempts: 2,
    metadata: { attempt_serial: 3, outcome: "completed" },
  },
};

interface Scene {
  context: ControllerContext;
  task: () => Record<string, unknown>;
  events: () => string[];
  notes: string[];
}

/** A repository as a dead controller left it. */
async function withScene(
  task: Record<string, unknown>,
  state: Partial<State>,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const world = { ...realWorld(), env };
  const paths = storePaths(folder);
  const notes: string[] = [];
  try {
    world.files.makeFolder(paths.folder);
    const git = new Git(world, folder);
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    const whole = {
      id: "a",
      title: "t",
      dispatch: "exec",
      command: "true",
      max_attempts: 2,
      ...task,
    };
    Deno.writeTextFileSync(paths.queue, JSON.stringify({ tasks: [whole] }));
    new LedgerFile(world, paths).write({ ...emptyState(), ...state });
    const context: ControllerContext = {
      world,
      git,
      store: new Store(world, paths, (event) => event),
      settings: resolveSettings([]).settings,
      ownSecrets: [],
      redactor: createRedactor([]),
      onEvent: () => {},
      onNote: (text) => void notes.push(text),
    };
    await use({
      context,
      notes,
      task: () => JSON.parse(Deno.readTextFileSync(paths.queue)).tasks[0],
      events: () =>
        Deno.readTextFileSync(paths.events).split("\n").filter((line) => line !== "")
          .map((line) => JSON.parse(line).event_type),
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const running = { status: "running", attempts: 1, last_attempt: 3 };

Deno.test("recover() counts a lost attempt and schedules the next", () =>
  withScene(running, { running: { a: lost } }, async ({ context, task, events }) => {
    assertEquals(await recover(context), [{ id: "a", status: "pending", outcome: "worker_lost" }]);
    const { status, attempts, outcome, not_before } = task();
    assertEquals([status, attempts, outcome], ["pending", 1, "worker_lost"]);
    assert(typeof not_before === "string");
    assertEquals(events(), ["task.retry.scheduled"]);
    assertEquals(context.store.readState().running, {});
    const result = join(context.store.paths.folder, "results/attempts/a/3.json");
    assertEquals(JSON.parse(Deno.readTextFileSync(result)).metadata.outcome, "worker_lost");
    assertEquals(await recover(context), []);
  }));

Deno.test("recover() fails a task whose lost attempt was its last", () =>
  withScene(
    { ...running, attempts: 2 },
    { running: { a: { ...lost, attempts_before: 1 } } },
    async (scene) => {
      assertEquals(await recover(scene.context), [{
        id: "a",
        status: "failed",
        outcome: "worker_lost",
      }]);
      assertEquals(scene.task().status, "failed");
    },
  ));

Deno.test("recover() carries out a verdict that is on disk, once, wherever the crash was", async () => {
  const state = { running: { a: { ...lost, phase: "finishing" as const, verdict: completed } } };
  const settled = { ...running, status: "completed", outcome: "completed" };
  for (const [task, expected] of [[running, ["task.completed"]], [settled, []]] as const) {
    await withScene(task, state, async ({ context, task, events }) => {
      Deno.writeTextFileSync(context.store.paths.events, "");
      await recover(context);
      assertEquals([task().status, events()], ["completed", [...expected]]);
      assertEquals(context.store.readState().running, {});
    });
  }
});

Deno.test("recover() forgets a claim that did not reach the queue, and counts nothing", () =>
  withScene(
    { status: "pending", attempts: 0 },
    { running: { a: { ...lost, phase: "claimed" } } },
    async ({ context, task }) => {
      assertEquals(await recover(context), []);
      assertEquals([task().status, task().attempts], ["pending", 0]);
      assertEquals(context.store.readState().running, {});
    },
  ));

Deno.test("recover() tells of a lost attempt whose task is gone from the queue", () =>
  withScene({ id: "other" }, { running: { a: lost } }, async ({ context, events }) => {
    assertEquals(await recover(context), [{ id: "a", status: "failed", outcome: "worker_lost" }]);
    assertEquals(events(), ["task.failed"]);
    assertEquals(vanishedTasks(context.store), ["a"]);
    assertEquals(context.store.readQueue().tasks.length, 1);
    const result = JSON.parse(
      Deno.readTextFileSync(join(context.store.paths.folder, "results/a.json")),
    );
    assertEquals([result.metadata.outcome, result.metadata.runtime], ["worker_lost", undefined]);
    assertStringIncludes(result.metadata.warnings[0], "Gone from tasks.json");
    assertEquals(context.store.readState().running, {});
  }));

Deno.test("recover() tells of a task that was to be retried and is gone, and of no ended one", async () => {
  const retry: Verdict = { ...completed, next_status: "pending", outcome: "gate_failed" };
  for (const [verdict, expected] of [[retry, ["a"]], [completed, []]] as const) {
    const running = { a: { ...lost, phase: "finishing" as const, verdict } };
    await withScene({ id: "other" }, { running }, async ({ context }) => {
      await recover(context);
      assertEquals(vanishedTasks(context.store), [...expected]);
    });
  }
});

Deno.test("recover() forgets a claim without a worker whose task is gone", () =>
  withScene(
    { id: "other" },
    { running: { a: { ...lost, phase: "claimed" } } },
    async ({ context }) => {
      assertEquals(await recover(context), []);
      assertEquals(vanishedTasks(context.store), []);
      assertEquals(context.store.readState().running, {});
    },
  ));

Deno.test("recover() takes a running task that no ledger knows for lost", () =>
  withScene(running, {}, async ({ context, task }) => {
    assertEquals((await recover(context)).map(({ outcome }) => outcome), ["worker_lost"]);
    assertEquals(task().status, "pending");
  }));

Deno.test("recover() cancels instead of retrying when a person had asked for it", () =>
  withScene(
    { ...running, cancel_requested: true },
    { running: { a: lost } },
    async ({ context, task }) => {
      await recover(context);
      assertEquals([task().status, task().outcome], ["failed", "cancelled"]);
    },
  ));

Deno.test("recover() ends the worker that lives, and no process that only has its pid", async () => {
  const spawn = (mark: string, env: Record<string, string>) => {
    const args = ["-c", `${mark}echo marked; exec sleep 600`];
    return new Deno.Command("/bin/sh", { args, env, detached: true, stdout: "piped" }).spawn();
  };
  const mark = markScript(realWorld(), attemptId);
  const own = spawn(mark, { MACP_ATTEMPT_ID: attemptId });
  const bystander = spawn("", {});
  const printed = [own, bystander].map(({ stdout }) => stdout.getReader());
  await Promise.all(printed.map((reader) => reader.read()));
  try {
    const worker = { pid: bystander.pid, start_time: "another boot:1" };
    await withScene(running, { running: { a: { ...lost, worker } } }, async ({ context }) => {
      await recover(context);
      assertEquals((await own.status).signal, "SIGTERM");
      assert(context.world.processes.identify(bystander.pid) !== null);
    });
  } finally {
    bystander.kill("SIGKILL");
    await bystander.status;
    await Promise.all(printed.map((reader) => reader.cancel()));
  }
});
