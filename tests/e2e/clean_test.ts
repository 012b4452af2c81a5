import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  fingerprint,
  type Repository,
  textOf,
  until,
  withRepository,
} from "./harness.ts";
import { inventory } from "./inventory.ts";

interface Cleaned {
  dry_run: boolean;
  removed: number;
  kept: number;
  mended: number;
  paths: {
    path: string;
    action: string;
    reason: string;
    task_id: string | null;
    snapshot_ref: string | null;
  }[];
}

/** What `macp clean` says, by path. */
async function clean(repository: Repository, ...args: string[]) {
  const { paths } = await repository.json<Cleaned>(["clean", ...args]);
  return (path: string) => {
    const row = paths.find((row) => row.path === path);
    return row === undefined ? "not named" : `${row.action}: ${row.reason}`;
  };
}

function startsWith(text: string, start: string): void {
  assertEquals(text.slice(0, start.length), start, text);
}

/** A repository whose worktrees stay when their tasks end. */
async function withWorktrees(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await test(repository);
  });
}

const dirty = "echo c > c; git add c; git -c user.name=w -c user.email=w@localhost commit -qm c; " +
  "echo staged > s; git add s; echo more >> s; echo new > new";

Deno.test("macp clean removes worktrees of ended tasks with a snapshot, and gives every path a reason", async () => {
  await withWorktrees(async (repository) => {
    const escalate =
      'echo \'{"status":"escalated","escalation_reason":"ask"}\' > $MACP_RESULT_FILE';
    repository.writeQueue([
      execTask("failed", `${dirty}; exit 1`),
      execTask("done", "echo hi > hi"),
      execTask("asks", `${dirty}; ${escalate}`),
      execTask("gone", `${dirty}; exit 1`),
      execTask("missing", "true"),
      execTask("nested", "git init -q inner; echo x > inner/x; exit 1"),
      execTask("locked", `${dirty}; exit 1`),
      execTask("used", `${dirty}; exit 1`),
    ]);
    await repository.macp(["drain"]);
    const at = (slug: string) => repository.worktree(slug);
    const before = inventory(at("failed"));
    repository.writeQueue(
      repository.readQueue().filter(({ id }) => id !== "gone").map((task) => ({ ...task })),
    );
    Deno.removeSync(at("missing"), { recursive: true });
    await repository.git("worktree", "lock", "--reason", "on a stick", at("locked"));
    // Of others: a folder, a file, a link, a worktree, and one whose disk is not there.
    Deno.mkdirSync(at("foreign"));
    Deno.writeTextFileSync(at("foreign/precious"), "do not touch");
    Deno.writeTextFileSync(at("note.txt"), "do not touch");
    Deno.symlinkSync(at("foreign"), at("link"));
    await repository.git("worktree", "add", "--quiet", at("mine"));
    await repository.git("worktree", "add", "--quiet", repository.outside("stick"));
    await repository.git("worktree", "add", "--quiet", at("stick2"));
    Deno.removeSync(repository.outside("stick"), { recursive: true });
    Deno.removeSync(at("stick2"), { recursive: true });
    const user = new Deno.Command("sleep", { args: ["60"], cwd: at("used") }).spawn();
    const dry = fingerprintOf(repository);
    const seen = await clean(repository, "--dry-run");
    assertEquals(fingerprintOf(repository), dry, "the dry run changed something");
    const done = await clean(repository);
    user.kill();
    await user.status;
    startsWith(
      done(at("failed")),
      "removed: task failed is failed; pinned at refs/macp/snapshots/failed/1",
    );
    startsWith(done(at("done")), "removed: task done is completed");
    startsWith(done(at("asks")), "kept: task asks is escalated and waits for a person");
    startsWith(done(at("gone")), "removed: task gone is not in the queue any more; pinned at");
    startsWith(done(at("missing")), "mended: its folder is gone");
    startsWith(done(at("nested")), "kept: it holds repositories of its own: inner/");
    startsWith(done(at("locked")), "kept: it is locked: on a stick");
    startsWith(done(at("used")), `kept: process ${user.pid} works in it`);
    startsWith(done(at("foreign")), "kept: macp did not make it");
    startsWith(done(at("note.txt")), "kept: a file");
    startsWith(done(at("link")), "kept: a symbolic link");
    startsWith(done(at("mine")), "kept: macp did not make it");
    startsWith(
      done(repository.outside("stick")),
      "kept: its folder is missing, and macp did not make it",
    );
    startsWith(done(at("stick2")), "kept: its folder is missing, and macp did not make it");
    startsWith(seen(at("failed")), "removed: task failed is failed; its changes are pinned first");
    startsWith(seen(at("nested")), "kept: it holds repositories");
    const left = [...Deno.readDirSync(repository.outside("worktrees"))].map(({ name }) => name);
    assertEquals(left.sort(), [
      "asks",
      "foreign",
      "link",
      "locked",
      "mine",
      "nested",
      "note.txt",
      "used",
    ]);
    assertEquals(textOf(at("foreign/precious")), "do not touch");
    assertEquals(
      repository.result("failed").metadata?.snapshot_ref,
      "refs/macp/snapshots/failed/1",
    );
    assertEquals((await repository.macp(["restore", "failed"])).code, 0);
    assertEquals(inventory(at("failed")), before);
    const list = await repository.git("worktree", "list", "--porcelain");
    for (const name of ["stick", "stick2", "mine", "locked"]) {
      assertStringIncludes(list, `/${name}\n`);
    }
    const all = await clean(repository, "--all");
    startsWith(all(at("asks")), "removed: task asks is escalated; pinned at");
    startsWith(
      all(at("failed")),
      "removed: task failed is failed; pinned at refs/macp/snapshots/failed/1",
    );
    startsWith(all(at("used")), "removed");
    const text = (await repository.macp(["clean"])).stdout;
    assertStringIncludes(text, "on a stick");
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});

function fingerprintOf({ folder }: Repository): string[] {
  return fingerprint(folder).split("\n").filter((line) => !/\.lock \d/.test(line));
}

Deno.test("macp clean keeps a worktree that lies outside of worktree_base since that was changed", async () => {
  await withWorktrees(async (repository) => {
    repository.writeQueue([execTask("t", `${dirty}; exit 1`)]);
    await repository.macp(["drain"]);
    const before = inventory(repository.worktree("t"));
    Deno.mkdirSync(repository.outside("others"));
    repository.writeConfig({ macp: { worktree_base: repository.outside("others") } });
    const done = await clean(repository, "--all");
    assertEquals(done(repository.worktree("t")), "kept: it lies outside worktree_base");
    assertEquals(inventory(repository.worktree("t")), before);
  });
});

Deno.test("macp clean leaves the worktree of a running task alone, and one in back-off", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 300 } });
    const go = repository.outside("go");
    repository.writeQueue([
      execTask("waits", "echo hi > hi; exit 1", { max_attempts: 2 }),
      execTask(
        "live",
        `echo hi > hi; echo x > ${go}; cd /; while test -e ${go}; do sleep 0.05; done`,
      ),
    ]);
    const drain = repository.start(["drain"]);
    await until("the task to run", () => exists(go));
    const done = await clean(repository, "--all");
    startsWith(done(repository.worktree("live")), "kept: task live: it is running");
    startsWith(done(repository.worktree("waits")), "kept: task waits is pending");
    assertEquals(textOf(repository.worktree("live/hi")), "hi\n");
    assert(exists(repository.state("attempts", "live", "1")));
    drain.kill("SIGKILL");
    await drain.ended;
    // Its worker lives; the next run ends it and counts the attempt.
    startsWith(
      (await clean(repository, "--all"))(repository.worktree("live")),
      "kept: task live: it is running",
    );
    Deno.removeSync(go);
    await repository.macp(["run", "--once"]);
  });
});

Deno.test("macp clean never goes through a symbolic link that took the place of a worktree", async () => {
  await withWorktrees(async (repository) => {
    const target = repository.outside("target");
    Deno.mkdirSync(target);
    Deno.writeTextFileSync(`${target}/precious`, "do not touch");
    repository.writeQueue([
      execTask("a", "exit 1"),
      execTask("b", "exit 1"),
      execTask("c", "exit 1", { worktree: repository.worktree("way/c") }),
    ]);
    await repository.macp(["drain"]);
    const at = (slug: string) => repository.worktree(slug);
    Deno.renameSync(at("a"), repository.outside("moved-a"));
    Deno.symlinkSync(target, at("a"));
    Deno.removeSync(at("b"), { recursive: true });
    Deno.mkdirSync(at("b"));
    Deno.writeTextFileSync(at("b/precious"), "do not touch");
    Deno.renameSync(at("way"), `${target}/way`);
    Deno.symlinkSync(`${target}/way`, at("way"));
    const before = [
      fingerprint(target),
      fingerprint(at("b")),
      fingerprint(repository.outside("moved-a")),
    ];
    const done = await clean(repository, "--all");
    startsWith(done(at("a")), "kept: a symbolic link stands in its place");
    startsWith(done(at("b")), "kept: it could not be pinned");
    startsWith(done(at("way/c")), "kept: a symbolic link on the way leads elsewhere");
    assertEquals([
      fingerprint(target),
      fingerprint(at("b")),
      fingerprint(repository.outside("moved-a")),
    ], before);
  });
});

Deno.test("macp clean mends what crashes left: unfinished worktrees, removals, attempts, registrations", async () => {
  await withWorktrees(async (repository) => {
    const ids = ["adding", "empty", "removing", "half", "lost"];
    repository.writeQueue(ids.map((id) => execTask(id, `${dirty}; exit 1`)));
    await repository.macp(["drain"]);
    const at = (slug: string) => repository.worktree(slug);
    const state = JSON.parse(textOf(repository.state("state.json")) ?? "");
    state.worktrees[at("adding")].phase = "adding";
    state.worktrees[at("empty")].phase = "adding";
    state.worktrees[at("removing")].phase = "removing";
    state.worktrees[at("half")].phase = "removing";
    delete state.worktrees[at("lost")];
    Deno.writeTextFileSync(repository.state("state.json"), JSON.stringify(state));
    await repository.git("worktree", "lock", "--reason", "initializing", at("adding"));
    await repository.git("worktree", "remove", "--force", at("empty"));
    Deno.mkdirSync(at("empty"));
    Deno.removeSync(at("half/.git"));
    Deno.removeSync(at("lost"), { recursive: true });
    Deno.mkdirSync(repository.state("attempts", "half", "1"), { recursive: true });
    Deno.writeTextFileSync(repository.state("attempts", "half", "1", "brief.md"), "x");
    Deno.writeTextFileSync(repository.state("snapshot.half.index.lock"), "x");
    const done = await clean(repository);
    startsWith(done(at("adding")), "removed: its making was cut short");
    startsWith(done(at("empty")), "removed: its making was cut short");
    startsWith(done(at("removing")), "removed: its removal was cut short");
    startsWith(done(at("half")), "removed: its removal was cut short");
    startsWith(done(at("lost")), "mended: its folder is gone, and its branch is macp's");
    startsWith(done(repository.state("attempts", "half", "1")), "removed: attempt 1");
    startsWith(done(repository.state("snapshot.half.index.lock")), "removed: a snapshot");
    assertEquals([...Deno.readDirSync(repository.outside("worktrees"))], []);
    assertEquals((await repository.git("worktree", "list")).split("\n").length, 1);
    assert(!exists(repository.state("attempts", "half")));
    // Nothing of them had been pinned.
    const refs = await repository.git("for-each-ref", "--format=%(refname)", "refs/macp/snapshots");
    const pinned = ["adding/1", "half/1", "removing/1"].map((name) =>
      `refs/macp/snapshots/${name}`
    );
    assertEquals(refs.split("\n"), pinned);
    assertStringIncludes((await repository.macp(["clean"])).stdout, "nothing to clean");
  });
});

Deno.test("macp clean keeps worktrees when the ledger is gone or their disk is not there", async () => {
  await withWorktrees(async (repository) => {
    repository.writeQueue([execTask("t", `${dirty}; exit 1`)]);
    await repository.macp(["drain"]);
    Deno.renameSync(repository.outside("worktrees"), repository.outside("unmounted"));
    startsWith(
      (await clean(repository, "--all"))(repository.worktree("t")),
      "kept: worktree_base is missing",
    );
    Deno.renameSync(repository.outside("unmounted"), repository.outside("worktrees"));
    Deno.removeSync(repository.state("state.json"));
    // Nobody knows any more whether a person had it restored.
    startsWith(
      (await clean(repository))(repository.worktree("t")),
      "kept: a person had it restored; --all removes it",
    );
    startsWith(
      (await clean(repository, "--all"))(repository.worktree("t")),
      "removed: task t is failed; pinned at refs/macp/snapshots/t/1",
    );
  });
});

Deno.test("macp takes no snapshot of a repository around the worktree when a worker took its .git away", async () => {
  await withRepository(async (repository) => {
    const base = `${repository.path}/.trees`;
    repository.writeConfig({ macp: { worktree_base: base } });
    await repository.commit({ ".gitignore": ".trees/\n.mosaic/\n" });
    repository.writeQueue([
      execTask("gone", "echo hi > hi; rm .git; exit 1"),
      execTask("own", "echo hi > hi; rm .git; git init -q; exit 1"),
    ]);
    repository.write("by a person", "not yours");
    await repository.macp(["drain"]);
    for (const id of ["gone", "own"]) {
      assertEquals(textOf(`${base}/${id}/hi`), "hi\n");
      const warnings = (repository.result(id).metadata?.warnings ?? []).join();
      assertStringIncludes(warnings, "The worktree stays");
      const done = await clean(repository, "--all");
      const why = id === "own" ? "a repository of its own stands in" : "it could not be pinned";
      startsWith(done(`${base}/${id}`), `kept: ${why}`);
    }
    assertEquals(await repository.git("for-each-ref", "refs/macp/snapshots"), "");
    assertEquals(textOf(`${repository.path}/by a person`), "not yours");
  });
});

Deno.test("macp clean says so with exit code 5 and keeps the worktree when it cannot be pinned", async () => {
  await withWorktrees(async (repository) => {
    repository.writeQueue([execTask("t", `${dirty}; exit 1`)]);
    await repository.macp(["drain"]);
    // A ref in the way of the folder of the task's snapshots.
    await repository.git("update-ref", "refs/macp/snapshots/t", "main");
    const before = inventory(repository.worktree("t"));
    const ran = await repository.macp(["clean"]);
    assertEquals(ran.code, 5, ran.stdout + ran.stderr);
    assertStringIncludes(ran.stdout, "it could not be pinned");
    assertEquals(inventory(repository.worktree("t")), before);
    await repository.git("update-ref", "-d", "refs/macp/snapshots/t");
    assertEquals((await repository.macp(["clean"])).code, 0);
    assert(!exists(repository.worktree("t")));
  });
});

Deno.test("macp clean loses nothing when it was killed at any moment before", async () => {
  await withWorktrees(async (repository) => {
    const ids = Array.from({ length: 6 }, (_, i) => `t${i}`);
    const many = "for i in $(seq 200); do echo $i > file$i; done";
    repository.writeQueue(ids.map((id) => execTask(id, `${dirty}; ${many}; exit 1`)));
    await repository.macp(["drain"]);
    const wanted = inventory(repository.worktree("t0"));
    for (let round = 0; round < 12; round++) {
      const cleaning = repository.start(["clean", "--quiet"]);
      const killed = new Promise((resolve) => setTimeout(resolve, 30 + (round * 37) % 300));
      await Promise.race([killed, cleaning.ended]);
      killWithChildren(cleaning.pid, round % 2 === 0);
      await cleaning.ended;
      if (round === 6) await repository.macp(["drain"]);
    }
    const ran = await repository.macp(["clean"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    for (const id of ids) {
      assert(!exists(repository.worktree(id)), id);
      assertEquals((await repository.macp(["restore", id])).code, 0, id);
      assertEquals(inventory(repository.worktree(id)), wanted, id);
      const refs = await repository.git(
        "for-each-ref",
        "--format=%(refname)",
        `refs/macp/snapshots/${id}`,
      );
      assertEquals(refs, `refs/macp/snapshots/${id}/1`);
    }
    assertEquals((await repository.macp(["clean", "--all"])).code, 0);
    const { running, worktrees } = JSON.parse(textOf(repository.state("state.json")) ?? "");
    assertEquals([running, worktrees], [{}, {}]);
    assertEquals((await repository.git("worktree", "list")).split("\n").length, 1);
  });
});

/** Kills a process, and the git that it called when asked to. */
function killWithChildren(pid: number, children: boolean): void {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", String(pid)] })
    .outputSync();
  const pids = children ? new TextDecoder().decode(stdout).split(/\s+/).filter(Boolean) : [];
  for (const one of [pid, ...pids.map(Number)]) {
    try {
      Deno.kill(one, "SIGKILL");
    } catch {
      // It had come to its end.
    }
  }
}

Deno.test("macp clean removes what a writer that was killed left, and nothing of that kind on a dry run", async () => {
  await withRepository(async (repository) => {
    const left = repository.state(`state.json.${crypto.randomUUID()}.tmp`);
    Deno.writeTextFileSync(left, "{");
    assertEquals((await repository.macp(["clean", "--dry-run"])).code, 0);
    assert(exists(left));
    assertEquals((await repository.macp(["clean"])).code, 0);
    assert(!exists(left));
  });
});
