import { markScript } from "../../../src/process/mark_script.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { ControllerContext } from "../../../src/controller/context.ts";
import { inScratchWorktree, recoverScratch } from "../../../src/controller/scratch.ts";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { ScratchWorktree, State } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { emptyState, LedgerFile } from "../../../src/store/ledger.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";

const attemptId = "01a1fe61-d407-42c6-86b7-2de23689aefa";

interface Scene {
  context: ControllerContext;
  folder: string;
  base: string;
  head: string;
  notes: string[];
  /** Paths of git's worktrees, without the main checkout. */
  worktrees: () => Promise<string[]>;
}

/** A repository with one commit; its worktrees lie behind a symbolic link. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const world = { ...realWorld(), env };
  const root = join(folder, "repo");
  Deno.mkdirSync(storePaths(root).folder, { recursive: true });
  Deno.mkdirSync(join(folder, "trees"));
  Deno.symlinkSync(join(folder, "trees"), join(folder, "link"));
  const git = new Git(world, root);
  const redactor = createRedactor([]);
  const notes: string[] = [];
  try {
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    Deno.writeTextFileSync(join(root, "file.txt"), "one\n");
    await git.read(["add", "."]);
    await git.read(["commit", "--quiet", "--message", "one"]);
    const values = { macp: { worktree_base: join(folder, "link") } };
    await use({
      folder,
      base: join(folder, "trees"),
      head: (await git.read(["rev-parse", "HEAD"])).trim(),
      notes,
      worktrees: async () =>
        (await git.read(["worktree", "list", "--porcelain"])).split("\n")
          .filter((line) => line.startsWith("worktree ")).slice(1).map((line) => line.slice(9)),
      context: {
        world,
        git,
        store: new Store(world, storePaths(root), (event) => event),
        settings: resolveSettings([{ origin: "test", values }]).settings,
        ownSecrets: [],
        redactor,
        onEvent: () => {},
        onNote: (text) => notes.push(text),
      },
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function writeScratch({ context }: Scene, scratch: State["scratch"]): void {
  new LedgerFile(context.world, context.store.paths).write({
    ...emptyState(),
    ...(scratch && { scratch }),
  });
}

const dead: ScratchWorktree = {
  purpose: "baseline",
  task_id: "t",
  owner: { pid: 1, start_time: "another boot:1" },
  created_at: "2026-01-01T00:00:00.000Z",
};

Deno.test("inScratchWorktree() works detached at the commit, named in the ledger meanwhile", async () => {
  await withScene(async ({ context, base, head, worktrees }) => {
    const use = { purpose: "baseline", taskId: "t", commit: head, attemptId } as const;
    const path = await inScratchWorktree(context, use, async (git, path) => {
      assertEquals((await git.read(["rev-parse", "HEAD"])).trim(), head);
      assertEquals(Deno.readTextFileSync(join(path, "file.txt")), "one\n");
      assertEquals(await worktrees(), [path]);
      const { owner, attempt_id, purpose } = context.store.readState().scratch?.[path] ?? {};
      assertEquals([owner?.pid, attempt_id, purpose], [Deno.pid, attemptId, "baseline"]);
      Deno.writeTextFileSync(join(path, "untracked"), "of a gate");
      return path;
    });
    assertMatch(path.slice(base.length), /^\/\.macp-baseline-[0-9a-f]{8}$/);
    assertEquals([...Deno.readDirSync(base)], []);
    assertEquals(await worktrees(), []);
    assertEquals(context.store.readState().scratch, {});
  });
});

Deno.test("inScratchWorktree() leaves nothing behind when the work or git fails", async () => {
  await withScene(async ({ context, base, head, worktrees }) => {
    const use = { purpose: "land", taskId: "t", commit: head, attemptId } as const;
    const work = () => Promise.reject(new Error("no"));
    await assertRejects(() => inScratchWorktree(context, use, work), Error, "no");
    const unknown = { ...use, commit: "f".repeat(40) };
    await assertRejects(() => inScratchWorktree(context, unknown, work), Error, "git worktree");
    assertEquals([...Deno.readDirSync(base)], []);
    assertEquals(await worktrees(), []);
    assertEquals(context.store.readState().scratch, {});
  });
});

Deno.test("recoverScratch() removes what the dead left, whatever became of it, and no more", async () => {
  await withScene(async (scene) => {
    const { context, base, head, folder, worktrees, notes } = scene;
    const at = (hex: string) => join(base, `.macp-baseline-${hex}`);
    const [whole, locked, half, gone] = ["0000000a", "0000000b", "0000000c", "0000000d"].map(at);
    const [live, link, foreign] = ["0000000e", "0000000f", "000000aa"].map(at);
    const add = (path = "") => context.git.read(["worktree", "add", "--detach", path, head]);
    for (const path of [whole, locked, half, gone, live]) await add(path);
    await context.git.read(["worktree", "lock", locked ?? ""]);
    Deno.removeSync(join(half ?? "", ".git"));
    Deno.removeSync(gone ?? "", { recursive: true });
    Deno.mkdirSync(join(folder, "precious"));
    Deno.symlinkSync(join(folder, "precious"), link ?? "");
    await new Git(context.world, folder).read(["init", "--quiet", foreign ?? ""]);
    const other = join(base, "mine");
    Deno.mkdirSync(other);
    const all = [whole, locked, half, gone, link, foreign, other].map((path) => [path, dead]);
    const mine = { ...dead, owner: context.world.processes.self() };
    writeScratch(scene, { ...Object.fromEntries(all), [live ?? ""]: mine });

    assertEquals(await recoverScratch(context), [whole, locked, half, gone]);

    const left = [live, link, foreign, other];
    assertEquals(Object.keys(context.store.readState().scratch ?? {}).sort(), left.toSorted());
    assertEquals([...Deno.readDirSync(base)].map(({ name }) => join(base, name)).sort(), [
      ...left.toSorted(),
    ]);
    assertEquals(await worktrees(), [live]);
    assert(Deno.statSync(join(folder, "precious")).isDirectory);
    assertEquals(notes.length, 3);
  });
});

Deno.test("recoverScratch() ends what a dead owner left running before it removes the folder", async () => {
  await withScene(async (scene) => {
    const { context, base, head } = scene;
    const path = join(base, ".macp-land-00000001");
    await context.git.read(["worktree", "add", "--detach", path, head]);
    const left = new Deno.Command("/bin/sh", {
      args: ["-c", `${markScript(realWorld(), attemptId)}echo marked; exec sleep 600`],
      cwd: path,
      env: { MACP_ATTEMPT_ID: attemptId },
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const printed = left.stdout.getReader();
    await printed.read();
    writeScratch(scene, { [path]: { ...dead, purpose: "land", attempt_id: attemptId } });
    assertEquals(await recoverScratch(context), [path]);
    assertEquals((await left.status).signal, "SIGTERM");
    await printed.cancel();
  });
});
