import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  commitAll,
  execTask,
  exists,
  fingerprint,
  type Repository,
  type Running,
  textOf,
  until,
  withRepository,
} from "./harness.ts";
import { inventory } from "./inventory.ts";

/** Work of every kind: committed, staged, changed, untracked, deleted, ignored. */
const everyKind = [
  "echo c > committed && git add committed && git commit -qm own",
  "printf 'two\\r\\n' > tracked; rm gone; chmod 755 mode; echo s > staged; git add staged",
  "echo more >> staged; mkdir -p 'deep/ä b'; printf 'x\\000y' > 'deep/ä b/bin'; ln -s /nowhere link",
  "printf n > \"$(printf 'new\\nline')\"; printf '\\r\\n' > crlf.txt; echo secret > .env",
  "chmod 600 .env; mkdir cache; echo c > cache/c; head -c 2000000 /dev/zero > big.bin",
].join("\n");

const identity = {
  GIT_AUTHOR_NAME: "w",
  GIT_AUTHOR_EMAIL: "w@localhost",
  GIT_COMMITTER_NAME: "w",
  GIT_COMMITTER_EMAIL: "w@localhost",
};

async function withFiles(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    await repository.commit({
      ".gitignore": ".env\ncache/\n*.bin\n.mosaic/\n",
      ".gitattributes": "*.txt text eol=lf\n",
      tracked: "one\n",
      gone: "gone\n",
      mode: "mode\n",
    });
    await test(repository);
  });
}

/** What git says of a worktree, ignored files included, and its files. */
async function stateOf(repository: Repository, place: string): Promise<unknown> {
  const status = await repository.git("-C", place, "status", "--porcelain=v2", "-z", "--ignored");
  return [status, await repository.git("-C", place, "diff", "--cached"), inventory(place)];
}

/** A task that failed and left `work` in a worktree that is gone. */
async function failed(repository: Repository, id: string, work: string): Promise<void> {
  await repository.submit(id, `${work}\nexit 1`);
  assertEquals((await repository.macp(["drain"], { env: identity })).code, 1);
  assert(!exists(repository.worktree(id)), "the worktree stayed");
}

Deno.test("macp restore brings all work back byte for byte when an attempt's worktree was removed", async () => {
  await withFiles(async (repository) => {
    const copy = repository.outside("copy");
    const save = `cp -a . ${copy}; rm ${copy}/.git; git status --porcelain=v2 -z --ignored > ${
      repository.outside("status")
    }`;
    await failed(repository, "t", `${everyKind}\n${save}`);
    const { metadata, branch } = repository.result("t");
    assertEquals(metadata?.ignored_left_out, ["big.bin"]);
    const restored = await repository.json(["restore", "t"]);
    assertEquals(restored.worktree, repository.worktree("t"));
    assertEquals([restored.changed, restored.branch, restored.snapshot_ref], [
      true,
      branch,
      "refs/macp/snapshots/t/1",
    ]);
    const place = repository.worktree("t");
    Deno.removeSync(`${copy}/big.bin`);
    assertEquals(inventory(place), inventory(copy));
    const status = await repository.git("-C", place, "status", "--porcelain=v2", "-z", "--ignored");
    assertEquals(status, (textOf(repository.outside("status")) ?? "").replace("! big.bin\0", ""));
    assertEquals(
      await repository.git("-C", place, "log", "-1", "--format=%s %D"),
      `own HEAD -> ${branch}`,
    );
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});

Deno.test("macp restore and macp clean pass the same work to and fro when a person works on in it", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", everyKind);
    const place = repository.worktree("t");
    for (const round of [1, 2, 3]) {
      assertEquals((await repository.macp(["restore", "t"])).code, 0);
      Deno.writeTextFileSync(`${place}/by hand ${round}`, `${round}\r\n`);
      Deno.writeTextFileSync(`${place}/cache/${round}`, "ignored");
      const before = await stateOf(repository, place);
      const cleaned = await repository.json<{ paths: Record<string, unknown>[] }>([
        "clean",
        "--all",
      ]);
      const ref = `refs/macp/snapshots/t/1.${round}`;
      assertEquals([cleaned.paths[0]?.action, cleaned.paths[0]?.snapshot_ref], ["removed", ref]);
      assert(!exists(place));
      assertEquals((await repository.macp(["restore", "t"])).code, 0);
      assertEquals(await stateOf(repository, place), before);
      // Nothing new: the same snapshot holds it.
      assertEquals((await repository.macp(["clean", "--all"])).code, 0);
      assertEquals(repository.result("t").metadata?.snapshot_ref, ref);
    }
    // What the worker left is still there too.
    assertEquals((await repository.macp(["restore", "t", "--attempt", "1"])).code, 0);
    assert(!exists(`${place}/by hand 1`) && exists(`${place}/deep/ä b/bin`));
  });
});

Deno.test("macp retry goes on with what macp restore and a person's edits left, and commits no ignored file", async () => {
  await withFiles(async (repository) => {
    const mended = repository.outside("mended");
    await repository.submit(
      "t",
      `test -e ${mended} || { ${everyKind}\nexit 1; }`,
      "--type",
      "coding",
    );
    assertEquals((await repository.macp(["drain"], { env: identity })).code, 1);
    await repository.macp(["restore", "t"]);
    Deno.writeTextFileSync(`${repository.worktree("t")}/by-hand`, "edited\n");
    Deno.writeTextFileSync(mended, "");
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    const { branch } = repository.result("t");
    assertEquals(await repository.git("show", `${branch}:by-hand`), "edited");
    const names = await repository.git("ls-tree", "-r", "-z", "--name-only", branch ?? "");
    assert(!/\.env|cache|big\.bin/.test(names), names);
  });
});

Deno.test("macp restore brings a deleted branch back with its commits, and files as an older attempt left them", async () => {
  await withFiles(async (repository) => {
    await repository.submit(
      "t",
      `echo $MACP_ATTEMPT >> tries; ${commitAll}; exit 1`,
      "--max-attempts",
      "2",
    );
    assertEquals((await repository.macp(["drain"])).code, 1);
    await repository.macp(["retry", "t"]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { branch } = repository.result("t");
    const head = await repository.git("rev-parse", branch ?? "");
    await repository.git("branch", "-D", branch ?? "");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    assertEquals(await repository.git("rev-parse", branch ?? ""), head);
    const tries = () => textOf(`${repository.worktree("t")}/tries`);
    assertEquals(tries(), "1\n2\n3\n4\n");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    const other = await repository.macp(["restore", "t", "--attempt", "2"]);
    assertEquals(other.code, 3);
    assertStringIncludes(other.stdout, "nothing of attempt 2 was brought");
    await repository.macp(["clean", "--all"]);
    const wrong = await repository.macp(["restore", "t", "--attempt", "3"]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "It has these: 4, 2");
    assertEquals((await repository.macp(["restore", "t", "--attempt", "2"])).code, 0);
    assertEquals(tries(), "1\n2\n");
    assertEquals(await repository.git("rev-parse", branch ?? ""), head);
  });
});

Deno.test("macp restore covers no commit that was made to the branch since", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", "echo two > tracked; echo new > new");
    const { branch } = repository.result("t");
    const commitTo = async (files: Record<string, string>) => {
      await repository.git("checkout", "--quiet", branch ?? "");
      await repository.commit(files);
      await repository.git("checkout", "--quiet", "main");
    };
    await commitTo({ mode: "newer\n" });
    const place = repository.worktree("t");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    const status = () => repository.git("-C", place, "status", "--porcelain");
    assertEquals([textOf(`${place}/mode`), await status()], ["newer\n", " M tracked\n?? new"]);
    await repository.git("worktree", "remove", "--force", place);
    await commitTo({ tracked: "conflicting\n" });
    const refused = await repository.json(["restore", "t"]);
    assertStringIncludes(String(refused.conflict), "tracked");
    assertEquals([textOf(`${place}/tracked`), await status()], ["conflicting\n", "?? new"]);
    const again = await repository.macp(["restore", "t"]);
    assertStringIncludes(again.stdout, "there already");
  });
});

const own = ["-c", "user.name=p", "-c", "user.email=p@localhost"];

Deno.test("macp restore brings back what was left on a detached HEAD, with its commits as changes", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", "echo two > tracked");
    const place = repository.worktree("t");
    await repository.macp(["restore", "t"]);
    const git = (...args: string[]) => repository.git("-C", place, ...own, ...args);
    await git("checkout", "--quiet", "--detach");
    Deno.writeTextFileSync(`${place}/tracked`, "committed\n");
    await git("commit", "--quiet", "--all", "--message", "detached");
    const commit = await git("rev-parse", "HEAD");
    Deno.writeTextFileSync(`${place}/tracked`, "committed\nand more\n");
    Deno.writeTextFileSync(`${place}/new`, "new\n");
    const before = inventory(place);
    assertEquals((await repository.macp(["clean", "--all"])).code, 0);
    const ran = await repository.macp(["restore", "t"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertEquals(inventory(place), before);
    assertEquals(await git("symbolic-ref", "--short", "HEAD"), repository.result("t").branch);
    assertStringIncludes(ran.stderr, `git log HEAD..${commit}`);
  });
});

Deno.test("macp restore brings the new files back, and names the rest, when a rebase was open", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", `echo two > tracked; ${commitAll}; echo three > tracked`);
    await repository.commit({ tracked: "of main\n" });
    const place = repository.worktree("t");
    await repository.macp(["restore", "t"]);
    const git = (...args: string[]) => repository.git("-C", place, ...own, ...args);
    await git("commit", "--quiet", "--all", "--message", "three");
    await git("rebase", "main").catch(() => {});
    assertEquals(textOf(`${place}/tracked`)?.includes("<<<<<<<"), true);
    Deno.writeTextFileSync(`${place}/new`, "new\n");
    Deno.writeTextFileSync(`${place}/.env`, "ignored\n");
    assertEquals((await repository.macp(["clean", "--all"])).code, 0);
    const ran = await repository.macp(["restore", "t"]);
    assertEquals(ran.code, 3, ran.stdout + ran.stderr);
    const main = await repository.git("rev-parse", "main");
    assertStringIncludes(ran.stderr, `git diff ${main} refs/macp/snapshots/t/1.1`);
    const read = (name: string) => textOf(`${place}/${name}`);
    assertEquals([read("tracked"), read("new"), read(".env")], ["three\n", "new\n", "ignored\n"]);
  });
});

Deno.test("macp restore says where the worktree is and changes nothing when it is there", async () => {
  await withFiles(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.submit("t", "echo hi > hi; exit 1");
    await repository.macp(["drain"]);
    const before = fingerprint(repository.folder);
    const restored = await repository.json(["restore", "t"]);
    assertEquals([restored.changed, restored.worktree], [false, repository.worktree("t")]);
    assertEquals((await repository.macp(["restore", "t", "--dry-run"])).code, 0);
    assertEquals(stateFiles(before), stateFiles(fingerprint(repository.folder)));
  });
});

/** The lines of a fingerprint but those of locks, which may be made. */
function stateFiles(print: string): string[] {
  return print.split("\n").filter((line) => !/\.lock \d/.test(line));
}

Deno.test("macp restore --dry-run changes no byte", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", everyKind);
    const before = stateFiles(fingerprint(repository.folder));
    const ran = await repository.macp(["restore", "t", "--dry-run"]);
    assertEquals(ran.code, 0, ran.stderr);
    assertStringIncludes(ran.stdout, `would bring t back to ${repository.worktree("t")}`);
    assertEquals(stateFiles(fingerprint(repository.folder)), before);
  });
});

Deno.test("macp restore refuses with a reason and a way out when it cannot be done, and changes nothing", async () => {
  await withFiles(async (repository) => {
    const names = ["folder", "link", "file", "branch", "elsewhere"];
    repository.writeQueue([
      ...names.map((id) => execTask(id, "echo hi > hi; exit 1")),
      execTask("waits", "true", { depends_on: ["link"] }),
      execTask("here", "exit 1", { worktree: "." }),
      { id: "legacy", title: "x", status: "pending", command: "exit 1" },
      execTask("never", "true", { status: "failed" }),
      execTask("invalid", "true", { status: "failed", max_attempts: -1 }),
    ]);
    await repository.macp(["drain"]);
    const target = repository.outside("target");
    Deno.mkdirSync(target);
    Deno.writeTextFileSync(`${target}/precious`, "do not touch");
    Deno.mkdirSync(repository.worktree("folder"));
    Deno.writeTextFileSync(repository.worktree("folder/precious"), "do not touch");
    Deno.symlinkSync(target, repository.worktree("link"));
    Deno.writeTextFileSync(repository.worktree("file"), "do not touch");
    await repository.git(
      "worktree",
      "add",
      "--quiet",
      repository.outside("mine"),
      "feat/elsewhere-task-elsewhere",
    );
    const base = await repository.git("rev-parse", "main");
    await repository.git("branch", "-D", "feat/branch-task-branch");
    await repository.git("update-ref", "-d", "refs/macp/snapshots/branch/1");
    await repository.git("branch", "feat/never-task-never", base);
    const before = stateFiles(fingerprint(repository.folder));
    const expected: [string, string][] = [
      ["folder", "macp did not make it"],
      ["link", "outside worktree_base"],
      ["file", "macp did not make it"],
      ["branch", "neither a snapshot of it nor its branch"],
      ["elsewhere", `is checked out in ${repository.outside("mine")}`],
      ["waits", "it is pending"],
      ["here", "it has no worktree of its own"],
      ["legacy", "it has no worktree of its own"],
      ["never", "macp did not make it"],
      ["invalid", "it is invalid"],
      ["foldr", "the queue has none of that id"],
    ];
    for (const [id, why] of expected) {
      const ran = await repository.macp(["restore", id]);
      assertEquals([id, ran.code], [id, 2], ran.stdout + ran.stderr);
      assertStringIncludes(ran.stderr, why);
    }
    assertEquals((await repository.macp(["restore", "folder", "--attempt", "x"])).code, 2);
    assertEquals(stateFiles(fingerprint(repository.folder)), before);
  });
});

Deno.test("macp restore works beside a controller, and leaves a live worktree alone", async () => {
  await withFiles(async (repository) => {
    await failed(repository, "t", everyKind);
    const go = repository.outside("go");
    await repository.submit(
      "live",
      `echo live > mine; echo x > ${
        repository.outside("on")
      }; while ! test -e ${go}; do sleep 0.05; done`,
    );
    const drain = repository.start(["drain"]);
    await until("the live task to run", () => exists(repository.outside("on")));
    const refused = await repository.macp(["restore", "live"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "it is running");
    assertStringIncludes(refused.stderr, "macp cancel live");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    assertEquals(textOf(repository.worktree("live/mine")), "live\n");
    Deno.writeTextFileSync(go, "");
    assertEquals((await drain.ended).code, 0);
    assertEquals(textOf(repository.worktree("t/tracked")), "two\r\n");
    assertEquals(repository.task("live").status, "completed");
  });
});

Deno.test("macp run leaves a restored worktree of a cancelled task to the person", async () => {
  await withFiles(async (repository) => {
    const on = repository.outside("on");
    await repository.submit("t", `echo hi > hi; echo x > ${on}; sleep 60`);
    const drain = repository.start(["drain"]);
    await until("the task to run", () => exists(on));
    await repository.macp(["cancel", "t"]);
    await drain.ended;
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    await repository.macp(["drain"]);
    assertEquals(textOf(repository.worktree("t/hi")), "hi\n");
  });
});

Deno.test("macp restore brings copies of .worktreeinclude anew, and pins those that were changed only", async () => {
  await withFiles(async (repository) => {
    await repository.commit({ ".worktreeinclude": ".env\ncache/\n" });
    repository.write(".env", "main\n");
    Deno.mkdirSync(`${repository.path}/cache`);
    repository.write("cache/same", "same\n");
    repository.write("cache/other", "main\n");
    await failed(repository, "t", "echo worker > cache/other; echo mine > cache/mine");
    const extra = await repository.git("log", "-1", "--format=%B", "refs/macp/snapshots/t/1");
    const [, commit = ""] = /^Macp-extra: (.*)$/m.exec(extra) ?? [];
    const held = await repository.git("ls-tree", "-r", "--name-only", commit);
    assertEquals(held, "ignored/cache/mine\nignored/cache/other");
    repository.write(".env", "rotated\n");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    const read = (name: string) => textOf(repository.worktree(`t/${name}`));
    assertEquals([read(".env"), read("cache/same"), read("cache/other"), read("cache/mine")], [
      "rotated\n",
      "same\n",
      "worker\n",
      "mine\n",
    ]);
  });
});

Deno.test("macp writes no secret into the message of a snapshot", async () => {
  await withRepository(async (repository) => {
    const id = "marker-secret-0123456789";
    const env = { MY_TOKEN: id };
    await repository.submit(id, "echo hi > hi; exit 1");
    await repository.macp(["drain"], { env });
    const ref = `refs/macp/snapshots/${id}/1`;
    const message = await repository.git("log", "--format=%B", ref);
    assertStringIncludes(message, "macp: snapshot of [redacted:MY_TOKEN], attempt 1");
    assertEquals(message.includes(id), false);
  });
});

/** Kills a call, and its children when asked to; whether it was still there. */
function killAll(call: Running, children: boolean): boolean {
  const args = ["-o", "pid=", "--ppid", String(call.pid)];
  const { stdout } = new Deno.Command("ps", { args }).outputSync();
  const pids = children ? new TextDecoder().decode(stdout).trim().split(/\s+/).filter(Boolean) : [];
  try {
    call.kill("SIGKILL");
    for (const pid of pids) Deno.kill(Number(pid), "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

Deno.test("macp restore comes to the same end when it was killed at any moment before", async () => {
  await withFiles(async (repository) => {
    const many = "for i in $(seq 300); do echo $i > file$i; done";
    await failed(repository, "t", `${everyKind}\n${many}; cp -a . ${repository.outside("copy")}`);
    Deno.removeSync(repository.outside("copy/.git"));
    Deno.removeSync(repository.outside("copy/big.bin"));
    const place = repository.worktree("t");
    const wanted = inventory(repository.outside("copy"));
    let cut = 0;
    for (let round = 0; round < 12; round++) {
      const restore = repository.start(["restore", "t", "--quiet"]);
      const killed = new Promise((resolve) => setTimeout(resolve, 30 + round * 23));
      await Promise.race([killed, restore.ended]);
      // Now and then together with the git that it called, as when the power fails.
      if (killAll(restore, round % 2 === 0)) cut++;
      await restore.ended;
      // Now and then a controller comes between.
      if (round % 3 === 2) assertEquals((await repository.macp(["drain"])).code, 0);
      let ran = await repository.macp(["restore", "t"]);
      // Git that outlived the call may still be at work.
      for (let look = 0; ran.code !== 0 && look < 20; look++) {
        ran = await repository.macp(["restore", "t"]);
      }
      assertEquals(ran.code, 0, `round ${round}: ${ran.stderr}`);
      assertStringIncludes(ran.stdout, place);
      assertEquals(inventory(place), wanted, `round ${round}`);
      const cleaned = await repository.macp(["clean", "--all"]);
      assertEquals([cleaned.code, exists(place)], [0, false], cleaned.stdout + cleaned.stderr);
    }
    assert(cut > 4, "no restore was cut short");
    assertEquals(
      await repository.git("for-each-ref", "--format=%(refname)", "refs/macp/snapshots"),
      "refs/macp/snapshots/t/1",
    );
    const worktrees = await repository.git("worktree", "list", "--porcelain");
    assertEquals(worktrees.match(/^worktree /gm)?.length, 1);
    const { running, worktrees: owned } = JSON.parse(textOf(repository.state("state.json")) ?? "");
    assertEquals([running, owned], [{}, {}]);
  });
});

Deno.test("macp tells of ignored files that no snapshot holds, and keeps those of a person in a restored worktree", async () => {
  await withFiles(async (repository) => {
    const many = "mkdir -p cache; for i in $(seq 201); do echo $i > cache/$i; done";
    await repository.submit("t", `${many}; exit 1`);
    const drained = await repository.macp(["drain"]);
    assertStringIncludes(drained.stdout + drained.stderr, "of a repository of their own: cache/");
    const place = repository.worktree("t");
    assertStringIncludes((await repository.macp(["show", "t"])).stdout, "cache/");
    await repository.macp(["restore", "t"]);
    Deno.mkdirSync(`${place}/cache`);
    for (let i = 0; i <= 200; i++) Deno.writeTextFileSync(`${place}/cache/${i}`, "mine\n");
    const accepted = await repository.macp(["accept", "t"]);
    assertEquals(accepted.code, 0, accepted.stdout + accepted.stderr);
    assertStringIncludes(accepted.stdout + accepted.stderr, "a person had it restored");
    await repository.macp(["clean"]);
    assertEquals(textOf(`${place}/cache/200`), "mine\n");
    const would = await repository.macp(["clean", "--all", "--dry-run"]);
    assertStringIncludes(would.stdout, "of a repository of their own: cache/");
    const cleaned = await repository.macp(["clean", "--all"]);
    assertStringIncludes(cleaned.stdout, "of a repository of their own: cache/");
    assert(!exists(place));
  });
});

for (const end of ["committed it", "hid it from git"] as const) {
  Deno.test(`macp brings every byte back that git would convert when a worker ${end}`, async () => {
    await withRepository(async (repository) => {
      await repository.git("config", "core.autocrlf", "true");
      await repository.git("config", "filter.strip.clean", "sed s/secret//");
      await repository.commit({
        ".gitattributes": "*.strip filter=strip\n*.id ident\n",
        seen: "a\n",
      });
      const copy = repository.outside("copy");
      const hidden = end === "hid it from git";
      const lines = [
        "printf 'a\\r\\nb\\n' > mixed; printf 'a\\r\\n' > usual; echo secret > f.strip",
        "echo '$Id$' > f.id",
        hidden ? "git update-index --assume-unchanged seen; printf 'x\\r\\ny\\n' > seen" : ":",
        `cp -a . ${copy}; rm ${copy}/.git`,
      ];
      await repository.submit("t", lines.join("\n"), "--type", "coding");
      const drained = await repository.macp(["drain"]);
      assertEquals(drained.code, hidden ? 1 : 0, drained.stdout + drained.stderr);
      const ref = repository.result("t").metadata?.snapshot_ref ?? "";
      const extra = await repository.git("log", "-1", "--format=%B", ref);
      const [, commit = ""] = /^Macp-extra: (.*)$/m.exec(extra) ?? [];
      const held = await repository.git("ls-tree", "-r", "--name-only", commit);
      const wanted = ["exact/f.id", "exact/f.strip", "exact/mixed"];
      if (!hidden) assertEquals(held.split("\n"), wanted);
      const restored = await repository.macp(["restore", "t"]);
      assertEquals(restored.code, 0, restored.stderr);
      assertEquals(inventory(repository.worktree("t")), inventory(copy));
    });
  });
}

Deno.test("macp restore says which attempt left the worktree that is there already", async () => {
  await withFiles(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.submit("t", "echo two > tracked; exit 1");
    assertEquals((await repository.macp(["drain"])).code, 1);
    for (const more of [[], ["--attempt", "1"]]) {
      const { code, stdout } = await repository.macp(["restore", "t", ...more]);
      assertEquals([code, stdout.split(":")[0]], [0, "t is there already, as attempt 1 left it"]);
    }
  });
});

Deno.test("What is restored of a completed task is landed, not accepted or retried", async () => {
  await withFiles(async (repository) => {
    await repository.submit("t", "echo two > tracked", "--type", "coding");
    await repository.macp(["drain"]);
    const { stdout } = await repository.macp(["restore", "t"]);
    assertStringIncludes(stdout, "macp land t");
    assert(!/macp (accept|retry)/.test(stdout), stdout);
    await repository.commit({ tracked: "main\n" });
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 3);
    assertStringIncludes(landed.stdout, `next: cd ${repository.worktree("t")}, git merge main`);
  });
});
