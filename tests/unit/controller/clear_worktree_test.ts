import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { pinWorktree } from "../../../src/controller/clear_worktree.ts";
import type { ControllerContext } from "../../../src/controller/context.ts";
import { holdTask, whyBusy } from "../../../src/controller/hold_task.ts";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { State, TaskResult } from "../../../src/protocol/generated/types.ts";
import { taskNames } from "../../../src/protocol/names.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { emptyState, LedgerFile } from "../../../src/store/ledger.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";

interface Scene {
  context: ControllerContext;
  /** Worktree of task `a`, dirty. */
  path: string;
  base: string;
  write(state: Partial<State>): void;
}

/** A repository in which task `a` has ended, with a dirty worktree. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const world = { ...realWorld(), env };
  const paths = storePaths(join(folder, "repo"));
  const path = join(folder, "trees", "a");
  try {
    world.files.makeFolder(paths.folder);
    const git = new Git(world, paths.repository);
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    Deno.writeTextFileSync(join(paths.repository, ".gitignore"), "key-*\n");
    await git.read(["add", ".gitignore"]);
    await git.read(["commit", "--quiet", "--message", "start"]);
    await git.read(["worktree", "add", "--quiet", "-b", "feat/a", path]);
    Deno.writeTextFileSync(join(path, "work"), "work\n");
    const task = { id: "a", title: "t", status: "failed", dispatch: "exec", last_attempt: 1 };
    Deno.writeTextFileSync(paths.queue, JSON.stringify({ tasks: [task] }));
    new LedgerFile(world, paths).write(emptyState());
    const context: ControllerContext = {
      world,
      git,
      store: new Store(world, paths, (event) => event),
      settings: resolveSettings([]).settings,
      ownSecrets: [],
      redactor: createRedactor([{ name: "MARK", value: "marker-secret" }]),
      onEvent: () => {},
      onNote: () => {},
    };
    const base = (await git.read(["rev-parse", "HEAD"])).trim();
    const write = (state: Partial<State>) =>
      new LedgerFile(world, paths).write({ ...emptyState(), ...state });
    await use({ context, path, base, write });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function pin({ context, path, base }: Scene) {
  const result: TaskResult = {
    task_id: "a",
    status: "failed",
    completed_at: "2026-01-01T00:00:00.000Z",
  };
  const attempt = { worktree: path, serial: 1, base_commit: base };
  const names = await taskNames("a");
  const pinned = await pinWorktree(context, attempt, { id: "a", names, result });
  return { may: pinned !== null, metadata: result.metadata ?? {} };
}

const held = (scene: Scene) => ({ id: "a", worktree: scene.path, branch: "feat/a" });

Deno.test("pinWorktree() pins nothing anew when a removal was cut short, and says where it is", () =>
  withScene(async (scene) => {
    const { context, path, base, write } = scene;
    assertEquals((await pin(scene)).metadata.snapshot_ref, "refs/macp/snapshots/a/1");
    const pinned = await context.git.read(["for-each-ref", "refs/macp/snapshots"]);
    const owned = {
      task_id: "a",
      branch: "feat/a",
      phase: "removing" as const,
      created_at: "2026-01-01T00:00:00.000Z",
      base_commit: base,
    };
    write({ worktrees: { [path]: owned } });
    Deno.removeSync(join(path, "work"));
    Deno.removeSync(join(path, ".gitignore"));
    const { may, metadata } = await pin(scene);
    assertEquals([may, metadata.snapshot_ref], [true, "refs/macp/snapshots/a/1"]);
    assertEquals(await context.git.read(["for-each-ref", "refs/macp/snapshots"]), pinned);
    assertEquals(await context.git.read(["show", "refs/macp/snapshots/a/1:work"]), "work\n");
  }));

Deno.test("pinWorktree() lists ignored files that are too large, without secrets, and not without end", () =>
  withScene(async (scene) => {
    const large = "x".repeat(scene.context.settings.macp.snapshot_ignored_max_bytes + 1);
    Deno.writeTextFileSync(join(scene.path, "key-marker-secret"), large);
    for (let i = 0; i < 60; i++) Deno.writeTextFileSync(join(scene.path, `key-z${i}`), large);
    const left = (await pin(scene)).metadata.ignored_left_out ?? [];
    assertEquals([left.length, left[0], left.at(-1)], [51, "key-[redacted:MARK]", "… and 11 more"]);
  }));

Deno.test("holdTask() keeps the task from others while it works, and lets it go afterwards", () =>
  withScene(async (scene) => {
    const { context } = scene;
    const view = () => ({ queue: context.store.readQueue(), state: context.store.readState() });
    await holdTask(context, held(scene), () => {}, () => {
      assertStringIncludes(whyBusy(context.world, view(), "a") ?? "", "works on it");
      return Promise.resolve();
    });
    assertEquals([whyBusy(context.world, view(), "a"), view().state.running], [null, {}]);
    const fault = new Error("no");
    const failing = () => Promise.reject(fault);
    await assertRejects(() => holdTask(context, held(scene), () => {}, failing), Error, "no");
    assertEquals(view().state.running, {});
    await assertRejects(
      () =>
        holdTask(context, held(scene), () => {
          throw fault;
        }, () => Promise.resolve()),
      Error,
      "no",
    );
    assertEquals(view().state.running, {});
  }));

Deno.test("whyBusy() takes what a dead process held for free, and no lost attempt", () =>
  withScene(async (scene) => {
    const { context, write } = scene;
    let left: State | null = null;
    await holdTask(context, held(scene), () => {}, () => {
      left = context.store.readState();
      return Promise.resolve();
    });
    const attempt = (left as State | null)?.running.a;
    assert(attempt);
    const busyWith = (changed: Partial<typeof attempt>) => {
      write({ running: { a: { ...attempt, ...changed } } });
      const view = { queue: context.store.readQueue(), state: context.store.readState() };
      return whyBusy(context.world, view, "a");
    };
    const dead = { pid: Deno.pid, start_time: "another" };
    assertEquals(busyWith({ owner: dead }), null);
    assertEquals(busyWith({ owner: null }), "an attempt of it has not come to its end");
    assertStringIncludes(busyWith({}) ?? "", `process ${Deno.pid}`);
  }));
