import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { makeEvent } from "../../../src/protocol/events.ts";
import type { TaskEvent } from "../../../src/protocol/generated/types.ts";
import { emptyState, LedgerFile } from "../../../src/store/ledger.ts";
import { type StorePaths, storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";
import type { World } from "../../../src/sys/world.ts";

const world = realWorld();

async function withStore(
  use: (store: Store, paths: StorePaths) => Promise<void>,
  outside: World = world,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    const paths = storePaths(folder);
    world.files.makeFolder(paths.folder);
    await use(new Store(outside, paths, (event) => event), paths);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function eventOf(task_id: string, status: TaskEvent["status"]): TaskEvent {
  const draft = { task_id, status, source: "controller", message: "m" } as const;
  return makeEvent({ event_type: "task.assigned", ...draft }, 0);
}

function lines(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
}

const running = { status: "running", last_attempt: 1 };

Deno.test("Store.change() writes queue, ledger and event, and keeps the mode of the queue", () =>
  withStore(async (store, paths) => {
    Deno.writeTextFileSync(paths.queue, '{"tasks":[{"id":"a","status":"pending"}]}', {
      mode: 0o644,
    });
    const event = eventOf("a", "running");
    await store.change(({ state }) => ({
      change: { state, patches: [{ id: "a", fields: running }], events: [event] },
      result: null,
    }));
    assertEquals(JSON.parse(Deno.readTextFileSync(paths.queue)).tasks[0].status, "running");
    assertEquals(lines(paths.events), [JSON.stringify(event)]);
    assertEquals((Deno.statSync(paths.queue).mode ?? 0) & 0o777, 0o644);
    assertEquals((Deno.statSync(paths.events).mode ?? 0) & 0o777, 0o600);
    assertEquals(
      [...Deno.readDirSync(paths.folder)].some(({ name }) => name.endsWith(".tmp")),
      false,
    );
  }));

Deno.test("Store.change() appends an event that a crash held back, once, when its change happened", () =>
  withStore(async (store, paths) => {
    Deno.writeTextFileSync(
      paths.queue,
      '{"tasks":[{"id":"a","status":"running","last_attempt":1},{"id":"b","status":"pending"}]}',
    );
    const happened = eventOf("a", "running");
    const never = eventOf("b", "running");
    const pending = (event: TaskEvent) => ({
      event,
      expects: { status: "running" as const, last_attempt: 1 },
    });
    new LedgerFile(world, paths).write({
      ...emptyState(),
      outbox: [pending(happened), pending(never)],
    });
    for (let i = 0; i < 2; i++) {
      await store.change(({ state }) => ({ change: { state }, result: null }));
    }
    assertEquals(lines(paths.events), [JSON.stringify(happened)]);
    assertEquals(store.readState().outbox, []);
  }));

Deno.test("Store.change() does not append an event again that a crash left in both places", () =>
  withStore(async (store, paths) => {
    const event = eventOf("a", "running");
    Deno.writeTextFileSync(
      paths.queue,
      '{"tasks":[{"id":"a","status":"running","last_attempt":1}]}',
    );
    Deno.writeTextFileSync(paths.events, `${JSON.stringify(event)}\n`);
    new LedgerFile(world, paths).write({ ...emptyState(), outbox: [{ event, expects: null }] });
    await store.change(({ state }) => ({ change: { state }, result: null }));
    assertEquals(lines(paths.events).length, 1);
  }));

Deno.test("Store.change() ends an unfinished line of the event file before it appends", () =>
  withStore(async (store, paths) => {
    Deno.writeTextFileSync(paths.events, '{"event_id":"torn');
    const event = eventOf("a", "pending");
    await store.change(() => ({ change: { events: [event] }, result: null }));
    assertEquals(lines(paths.events), ['{"event_id":"torn', JSON.stringify(event)]);
  }));

Deno.test("Store.change() plans again when another program wrote the queue meanwhile", async () => {
  let intrude: (() => void) | null = null;
  const files = {
    ...world.files,
    // The other program writes just before the queue is compared with what was read.
    stat: (path: string) => {
      if (path.endsWith("tasks.json") && intrude && temporaryExists(path)) {
        const act = intrude;
        intrude = null;
        act();
      }
      return world.files.stat(path);
    },
  };
  await withStore(async (store, paths) => {
    Deno.writeTextFileSync(paths.queue, '{"tasks":[{"id":"a"}]}');
    intrude = () => Deno.writeTextFileSync(paths.queue, '{"tasks":[{"id":"a"},{"id":"foreign"}]}');
    const seen: number[] = [];
    await store.change(({ queue, state }) => {
      seen.push(queue.tasks.length);
      assertEquals(Object.keys(state.running), [], "the ledger of a plan that did not come true");
      state.running.a = attempt;
      return { change: { state, patches: [{ id: "a", fields: running }] }, result: null };
    });
    assertEquals(seen, [1, 2]);
    const { tasks } = JSON.parse(Deno.readTextFileSync(paths.queue));
    assertEquals(tasks, [{ id: "a", ...running }, { id: "foreign" }]);
  }, { ...world, files });
});

const attempt = {
  attempt_id: "01a1fe61-d407-72c6-86b7-2de23689aefa",
  serial: 1,
  attempts_before: 0,
  phase: "claimed",
  started_at: "2026-01-01T00:00:00.000Z",
  legacy: false,
  worktree: null,
  branch: null,
  base_commit: null,
  worker: null,
  verdict: null,
} as const;

function temporaryExists(path: string): boolean {
  const folder = join(path, "..");
  return [...Deno.readDirSync(folder)].some(({ name }) => name.startsWith("tasks.json."));
}

Deno.test("Store.change() leaves a queue that does not parse as it is", () =>
  withStore(async (store, paths) => {
    for (const text of ["", '{"tasks": [', "{}", '[{"id":"a"},{"id":"a"}]', "\xff"]) {
      const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
      Deno.writeFileSync(paths.queue, bytes);
      const error = await assertRejects(
        () => store.change(() => ({ change: { added: [{ id: "z" }] }, result: null })),
        MacpError,
        "tasks.json",
      );
      assertEquals(error.kind, "failure");
      assertEquals(Deno.readFileSync(paths.queue), bytes);
    }
  }));

Deno.test("Store.change() loses no task when eight stores add at once", () =>
  withStore(async (_store, paths) => {
    const stores = Array.from({ length: 8 }, () => new Store(world, paths, (event) => event));
    await Promise.all(
      stores.flatMap((store, s) =>
        Array.from(
          { length: 10 },
          (_, i) =>
            store.change(() => ({ change: { added: [{ id: `t${s}-${i}` }] }, result: null })),
        )
      ),
    );
    const { tasks } = JSON.parse(Deno.readTextFileSync(paths.queue));
    assertEquals(new Set(tasks.map(({ id }: { id: string }) => id)).size, 80);
    assert(tasks.length === 80);
  }));

Deno.test("Store.settled() leaves no event in the ledger, so that a rotation doubles none", () =>
  withStore(async (store, paths) => {
    Deno.writeTextFileSync(paths.queue, '{"tasks":[{"id":"a","status":"pending"}]}');
    const event = eventOf("a", "running");
    await store.change(({ state }) => ({
      change: { state, patches: [{ id: "a", fields: running }], events: [event] },
      result: null,
    }));
    // What a process that ended leaves: the event stands in the ledger and in the file.
    assertEquals(store.readState().outbox.length, 1);
    const other = new Store(world, paths, (event) => event);
    const seen = await other.settled(({ state }) => {
      assertEquals(lines(paths.events), [JSON.stringify(event)]);
      Deno.renameSync(paths.events, `${paths.events}.rotated`);
      return state.outbox.length + store.readState().outbox.length;
    });
    assertEquals(seen, 0);
    const third = new Store(world, paths, (event) => event);
    const next = eventOf("a", "running");
    await third.change(() => ({ change: { events: [next] }, result: null }));
    assertEquals(lines(paths.events), [JSON.stringify(next)]);
  }));

Deno.test("Store.settled() appends what a crash held back before anything else", () =>
  withStore(async (store, paths) => {
    const event = eventOf("a", "running");
    new LedgerFile(world, paths).write({ ...emptyState(), outbox: [{ event, expects: null }] });
    await store.settled(() => assertEquals(lines(paths.events), [JSON.stringify(event)]));
    assertEquals(store.readState().outbox, []);
  }));
