import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { commitAll, execTask, exists, Repository, textOf, withRepository } from "./harness.ts";

/** The submodule `libs/lib`, whose origin is gone afterwards. */
async function addSubmodule(repository: Repository): Promise<void> {
  const origin = repository.outside("lib");
  Deno.mkdirSync(origin);
  const inside = (...args: string[]) => repository.git("-C", origin, ...args);
  await inside("init", "--quiet", "--initial-branch=main");
  Deno.writeTextFileSync(join(origin, "lib.txt"), "lib\n");
  await inside("add", "--all");
  await inside("commit", "--quiet", "--message", "lib");
  const local = ["-c", "protocol.file.allow=always"];
  await repository.git(...local, "submodule", "--quiet", "add", origin, "libs/lib");
  await repository.git("commit", "--quiet", "--message", "submodule");
  Deno.renameSync(origin, `${origin}.gone`);
}

function warningsOf(repository: Repository, id: string): string {
  return (repository.result(id).metadata?.warnings ?? []).join("\n");
}

Deno.test("macp initialises submodules without a network, and removes their worktree", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const config = textOf(join(repository.path, ".git/config"));
    await repository.submit(
      "t",
      "cat libs/lib/lib.txt; git submodule status; git -C libs/lib remote -v",
    );
    assertEquals((await repository.macp(["drain"])).code, 0);
    const log = repository.log("t");
    assertMatch(log, /\nlib\n [0-9a-f]{40} libs\/lib /);
    assertStringIncludes(log, `origin\t${repository.outside("lib")} (push)`);
    assertEquals(repository.result("t").metadata?.dirty, false);
    assertEquals(warningsOf(repository, "t"), "");
    assert(!exists(repository.worktree("t")));
    assertEquals(textOf(join(repository.path, ".git/config")), config);
    assertEquals(await repository.git("status", "--porcelain", "--", "libs"), "");
  });
});

Deno.test("macp never removes a worktree whose submodule holds work that is nowhere else", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    repository.writeQueue([
      execTask("commit", `cd libs/lib && echo 2 > new && ${commitAll}`),
      execTask("dirty", "echo 2 > libs/lib/new"),
      execTask("detached", `cd libs/lib && echo 2 > new && ${commitAll} && git checkout -q HEAD~`),
      execTask(
        "added",
        `git init -q own && (cd own && echo 2 > new && ${commitAll}) && git add own`,
      ),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const why = (id: string) => warningsOf(repository, id);
    assertStringIncludes(why("commit"), "libs/lib (1 commit of its own)");
    assertStringIncludes(why("dirty"), "libs/lib (uncommitted changes)");
    assertStringIncludes(why("detached"), "libs/lib (1 commit of its own)");
    assertStringIncludes(why("added"), "own (1 commit of its own)");
    for (
      const [id, file] of [["commit", "libs/lib/new"], ["dirty", "libs/lib/new"], [
        "added",
        "own/new",
      ]]
    ) {
      assertEquals(textOf(join(repository.worktree(id ?? ""), file ?? "")), "2\n", id);
    }
    assert(exists(repository.worktree("detached")));
  });
});

Deno.test("macp leaves submodules empty when the main checkout has none, and works on", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    await repository.git("submodule", "--quiet", "deinit", "--all", "--force");
    Deno.removeSync(join(repository.path, ".git/modules"), { recursive: true });
    await repository.submit("t", "ls -A libs/lib; echo x > x");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").files_changed, ["x"]);
  });
});

Deno.test("macp warns when the base has a commit of a submodule that is not here", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const ahead = "160000,1234567890123456789012345678901234567890,libs/lib";
    await repository.git("update-index", "--cacheinfo", ahead);
    await repository.git("commit", "--quiet", "--message", "ahead");
    await repository.submit("t", "echo x > x");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").files_changed, ["x"]);
    assertStringIncludes(warningsOf(repository, "t"), "submodule libs/lib is empty");
  });
});

Deno.test("macp leaves LFS pointers alone, and commits what workers write through the filter", async () => {
  await withRepository(async (repository) => {
    const called = repository.outside("called");
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n";
    await repository.commit({ ".gitattributes": "*.bin filter=lfs -text\n", "big.bin": pointer });
    await repository.git("config", "filter.lfs.smudge", `touch ${called}; exit 1`);
    await repository.git("config", "filter.lfs.clean", "sed s/content/pointer/");
    await repository.git("config", "filter.lfs.required", "true");
    repository.writeQueue([
      execTask("base", "cat big.bin; echo content > new.bin"),
      execTask("dependant", "cat new.bin; echo $MACP_BRANCH > other", { depends_on: ["base"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!exists(called), "the filter was asked for the content");
    assertStringIncludes(repository.log("base"), pointer);
    assertEquals(repository.result("base").files_changed, ["new.bin"]);
    const { branch } = repository.result("base");
    assertEquals(await repository.git("cat-file", "-p", `${branch}:new.bin`), "pointer");
    assertStringIncludes(repository.log("dependant"), "\npointer\n");
  });
});

Deno.test("macp works in a shallow clone, dependencies included", async () => {
  await withRepository(async (origin) => {
    for (const text of ["1\n", "2\n", "3\n"]) await origin.commit({ "a": text, "b": text });
    const folder = origin.outside("clone");
    Deno.mkdirSync(folder);
    const clone = new Repository(folder);
    Deno.removeSync(clone.path);
    await origin.git("clone", "--quiet", "--depth", "1", `file://${origin.path}`, clone.path);
    clone.writeConfig({ macp: { base_ref: "origin/main" } });
    clone.writeQueue([
      execTask("one", "echo one > a"),
      execTask("two", "echo two > b"),
      execTask("both", "cat a b > c", { depends_on: ["one", "two"], type: "coding" }),
    ]);
    assertEquals((await clone.macp(["drain"])).code, 0);
    assertEquals(await clone.git("rev-parse", "--is-shallow-repository"), "true");
    assertEquals(await clone.git("show", `${clone.result("both").branch}:c`), "one\ntwo");
    assertEquals(clone.result("both").files_changed, ["c"]);
  });
});

Deno.test("macp says where a branch is checked out when it is in use elsewhere", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo $MACP_ATTEMPT > x; exit 1");
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { branch } = repository.result("t");
    const elsewhere = repository.outside("elsewhere");
    await repository.git("worktree", "add", "--quiet", elsewhere, branch ?? "");
    await repository.macp(["retry", "t"]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { metadata, error } = repository.result("t");
    assertEquals(metadata?.outcome, "worktree_failed");
    assertStringIncludes(error ?? "", `branch ${branch} is checked out at ${elsewhere}`);
    assert(exists(elsewhere));
  });
});

Deno.test("macp goes on when git was killed in a worktree and left locks there", async () => {
  await withRepository(async (repository) => {
    const lock =
      'for l in index HEAD ORIG_HEAD; do touch "$(git rev-parse --git-dir)/$l.lock"; done';
    repository.writeQueue([
      execTask("good", `echo x > x; ${lock}`),
      execTask("again", `echo $MACP_ATTEMPT >> x; ${lock}; test "$MACP_ATTEMPT" = 2`, {
        max_attempts: 2,
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const show = (id: string) => repository.git("show", `${repository.result(id).branch}:x`);
    assertEquals([await show("good"), await show("again")], ["x", "1\n2"]);
  });
});

Deno.test("macp names a lock in the repository and never removes it", async () => {
  await withRepository(async (repository) => {
    const lock = join(repository.path, ".git/refs/heads/feat/t-task-t.lock");
    Deno.mkdirSync(join(lock, ".."), { recursive: true });
    Deno.writeTextFileSync(lock, "");
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "worktree_failed");
    assertStringIncludes(repository.result("t").error ?? "", lock);
    assertStringIncludes(repository.result("t").error ?? "", "remove that file");
    assert(exists(lock));
  });
});

Deno.test("macp makes a worktree again whose folder is gone and that git still holds locked", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 0 } });
    const command =
      'echo x > x; git worktree lock --reason initializing "$PWD"; test "$MACP_ATTEMPT" = 2';
    repository.writeQueue([execTask("t", command, { max_attempts: 2 })]);
    await repository.macp(["run", "--once"]);
    Deno.removeSync(repository.worktree("t"), { recursive: true });
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:x`), "x");
  });
});

Deno.test("macp runs no hook of the repository, so that one that fails stops nothing", async () => {
  await withRepository(async (repository) => {
    for (
      const name of ["post-checkout", "pre-commit", "prepare-commit-msg", "reference-transaction"]
    ) {
      const path = join(repository.path, ".git/hooks", name);
      Deno.mkdirSync(join(path, ".."), { recursive: true });
      Deno.writeTextFileSync(path, `#!/bin/sh\ntouch ${repository.outside("hook")}\nexit 1\n`, {
        mode: 0o755,
      });
    }
    await repository.submit("t", "echo x > x");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!exists(repository.outside("hook")));
  });
});

Deno.test("macp works from a sparse checkout, and keeps what lies outside of it", async () => {
  await withRepository(async (repository) => {
    Deno.mkdirSync(join(repository.path, "in"));
    Deno.mkdirSync(join(repository.path, "out"));
    await repository.commit({ ".gitignore": ".mosaic/\n", "in/a": "a\n", "out/b": "b\n" });
    await repository.git("sparse-checkout", "set", "in");
    await repository.submit("t", "echo 2 > in/a", "--type", "coding");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").files_changed, ["in/a"]);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:out/b`), "b");
    assertEquals(repository.result("t").metadata?.main_checkout_dirtied, false);
  });
});

Deno.test("macp gives each attempt a block of free ports of its own, and none when it shall not", async () => {
  await withRepository(async (repository) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    try {
      const first = port - 1;
      repository.writeConfig({ macp: { port_base: first, ports_per_slot: 3, jobs: 2 } });
      const meet = (own: string, other: string) =>
        `touch ${repository.outside(own)}; while [ ! -e ${
          repository.outside(other)
        } ]; do sleep 0.02; done; ` +
        'echo "base $MACP_PORT_BASE slot $MACP_SLOT"';
      repository.writeQueue([execTask("a", meet("a", "b")), execTask("b", meet("b", "a"))]);
      assertEquals((await repository.macp(["drain"])).code, 0);
      const read = (id: string) =>
        /base (\d+) slot (\d)/.exec(repository.log(id))?.slice(1).map(Number);
      const [a, b] = [read("a") ?? [], read("b") ?? []];
      assert((a[0] ?? 0) > port && (b[0] ?? 0) > port, `${a} ${b}`);
      assertEquals([a[1], b[1]].sort(), [0, 1]);
      assert(Math.abs((a[0] ?? 0) - (b[0] ?? 0)) >= 3, `${a} ${b}`);
    } finally {
      listener.close();
    }
    repository.writeConfig({ macp: { ports_per_slot: 0 } });
    await repository.submit("none", 'echo "base ${MACP_PORT_BASE-unset}"');
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertStringIncludes(repository.log("none"), "base unset");
  });
});

Deno.test("A worker that leaves changes inside a submodule has failed, and nothing is committed", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    for (
      const [id, left] of [["new", "echo fixed > libs/lib/new"], [
        "old",
        "echo fixed > libs/lib/lib.txt",
      ]]
    ) {
      await repository.submit(id ?? "", left ?? "", "--gate", "grep -rq fixed libs/lib");
      assertEquals((await repository.macp(["drain"])).code, 1);
      const { metadata, error, branch } = repository.result(id ?? "");
      assertEquals(metadata?.outcome, "worker_failed");
      assertStringIncludes(error ?? "", "left changes inside submodule libs/lib");
      assertEquals(await repository.git("rev-list", "--count", `main..${branch}`), "0");
    }
  });
});

Deno.test("A gate that changes files inside a submodule is broken, and none that builds there", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const gates = [
      "--gate",
      "echo good > libs/lib/lib.txt",
      "--gate",
      "grep good libs/lib/lib.txt",
    ];
    await repository.submit("fixes", "echo x > x", ...gates);
    await repository.submit("builds", "echo x > y", "--gate", "echo made > libs/lib/made");

    await repository.macp(["drain"]);

    const { outcome, reason } = repository.task("fixes");
    assertEquals(outcome, "gate_broken");
    assertStringIncludes(
      String(reason),
      "what git sees of them, and gates judge what is committed: libs/lib",
    );
    assertEquals(repository.task("builds").outcome, "completed");
  });
});

Deno.test("macp lands no commit of a submodule that only the task's worktree has", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const work = `(cd libs/lib && echo 2 > new && ${commitAll}); ${commitAll}`;
    await repository.submit("t", work, "--gate", "test -e libs/lib/new || test -e libs/lib");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const main = await repository.git("rev-parse", "main");
    const refused = await repository.macp(["land", "t"]);
    assertEquals(refused.code, 3, refused.stdout + refused.stderr);
    const said = refused.stdout + refused.stderr;
    assertStringIncludes(said, "submodule libs/lib would stand at ");
    assertEquals(await repository.git("rev-parse", "main"), main);
    const [, place = "", commit = ""] = /git -C libs\/lib fetch (\S+) ([0-9a-f]{40})/.exec(said) ??
      [];
    await repository.git("-C", "libs/lib", "fetch", "--quiet", place, commit);
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    await repository.git("-C", "libs/lib", "cat-file", "-e", commit);
  });
});

/** A newer commit of the submodule, which its checkout holds and does not stand on. */
async function newerLib(repository: Repository, files: Record<string, string>): Promise<string> {
  const inside = (...args: string[]) => repository.git("-C", "libs/lib", ...args);
  const old = await inside("rev-parse", "HEAD");
  for (const [name, text] of Object.entries(files)) repository.write(`libs/lib/${name}`, text);
  await inside("add", "--all");
  await inside("commit", "--quiet", "--message", "newer");
  const newer = await inside("rev-parse", "HEAD");
  await inside("reset", "--quiet", "--hard", old);
  return newer;
}

Deno.test("The gates of a landing see the submodules that the merge records", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const newer = await newerLib(repository, { "lib.txt": "v2\n" });
    const gate = ["--gate", "test ! -e check.sh || sh check.sh"];
    for (const id of ["red", "green"]) {
      await repository.submit(id, `git -C libs/lib checkout -q ${newer}; echo > ${id}`, ...gate);
    }
    assertEquals((await repository.macp(["drain"])).code, 0);
    await repository.commit({ "check.sh": "! grep v2 libs/lib/lib.txt\n" });
    const main = await repository.git("rev-parse", "main");
    const red = await repository.macp(["land", "red"]);
    assertEquals(red.code, 3, red.stdout + red.stderr);
    assertEquals(await repository.git("rev-parse", "main"), main);
    await repository.commit({ "check.sh": "grep v2 libs/lib/lib.txt\n" });
    const green = await repository.macp(["land", "green"]);
    assertEquals(green.code, 0, green.stdout + green.stderr);
  });
});

Deno.test("The gates of a landing see no submodule that the merge takes away", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    const gate = ["--gate", "test ! -e libs/lib/lib.txt"];
    await repository.submit("t", `git rm -q libs/lib; ${commitAll}`, ...gate);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
  });
});

Deno.test("No gates of a landing run where a submodule cannot be brought", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    await repository.submit("t", "echo x > x", "--gate", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const ahead = "160000,1234567890123456789012345678901234567890,libs/lib";
    await repository.git("update-index", "--cacheinfo", ahead);
    await repository.git("commit", "--quiet", "--message", "ahead");
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 3, landed.stdout + landed.stderr);
    assertStringIncludes(
      landed.stdout + landed.stderr,
      "Gate broken: submodule libs/lib is empty, it could not be brought",
    );
  });
});

Deno.test("Gates in a clean checkout see what the worker committed inside a submodule", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    repository.writeConfig({ macp: { gate_checkout: "clean" } });
    const work = (text: string) => `cd libs/lib && echo ${text} > lib.txt && ${commitAll}`;
    const gate = ["--gate", "test ! -e libs/lib/lib.txt || ! grep broken libs/lib/lib.txt"];
    await repository.submit("red", work("broken"), ...gate, "--max-attempts", "1");
    await repository.submit("green", work("well"), "--gate", "grep well libs/lib/lib.txt");
    const lost = "git update-index --cacheinfo " +
      "160000,1234567890123456789012345678901234567890,libs/lib; " +
      "git -c user.name=w -c user.email=w@localhost commit -qm lost; " +
      "rm -r libs/lib; mkdir libs/lib";
    await repository.submit("lost", lost, "--gate", "true", "--max-attempts", "1");
    await repository.macp(["drain"]);
    assertEquals(repository.result("red").metadata?.outcome, "gate_failed");
    assertEquals(repository.result("green").metadata?.outcome, "completed");
    const { metadata, error } = repository.result("lost");
    assertEquals(metadata?.outcome, "gate_broken", error ?? "");
    assertStringIncludes(error ?? "", "submodule libs/lib is empty, it could not be brought");
  });
});

Deno.test("Another commit of a submodule changes the files in it that a gate names", async () => {
  await withRepository(async (repository) => {
    await addSubmodule(repository);
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const newer = await newerLib(repository, { "check.sh": "exit 0\n" });
    const work = `git -C libs/lib checkout -q ${newer}`;
    await repository.submit("named", work, "--gate", "sh libs/lib/check.sh");
    await repository.submit("looked", work, "--gate", "grep -q lib libs/lib/lib.txt");
    await repository.submit("other", work, "--gate", "true");
    assertEquals((await repository.macp(["drain"])).code, 3);
    for (
      const [id, changed] of [["named", ["libs/lib"]], ["looked", ["libs/lib"]], ["other", []]]
    ) {
      const { metadata } = repository.result(String(id));
      assertEquals(metadata?.gate_files_changed, changed, String(id));
    }
  });
});

Deno.test("A landing writes the user's checkout through the user's filters, those of LFS too", async () => {
  await withRepository(async (repository) => {
    await repository.git("config", "filter.lfs.clean", "sed s/content/pointer/");
    await repository.git("config", "filter.lfs.smudge", "sed s/pointer/content/");
    await repository.git("config", "filter.lfs.required", "true");
    await repository.commit({
      ".gitattributes": "*.big filter=lfs -text\n",
      "f.big": "content 1\n",
    });
    for (const n of [2, 3]) {
      const id = `t${n}`;
      const task = `cat f.big; echo content ${n} > f.big`;
      await repository.submit(id, task, "--gate", "test -e f.big");
      assertEquals((await repository.macp(["drain"])).code, 0);
      assertStringIncludes(repository.log(id), `\npointer ${n - 1}\n`);
      // Written again with the same content: git has to look into it.
      Deno.utimeSync(join(repository.path, "f.big"), n, n);
      const landed = await repository.macp(["land", id]);
      assertEquals(landed.code, 0, landed.stdout + landed.stderr);
      assertEquals(textOf(join(repository.path, "f.big")), `content ${n}\n`);
      assertEquals(await repository.git("cat-file", "-p", "main:f.big"), `pointer ${n}`);
      assertEquals(await repository.git("status", "--porcelain", "f.big"), "");
    }
    await repository.submit("t4", "echo content 4 > f.big; echo a > a");
    assertEquals((await repository.macp(["drain"])).code, 0);
    await repository.git("config", "filter.lfs.smudge", "false");
    const refused = await repository.macp(["land", "t4"]);
    assertEquals(refused.code, 3, refused.stdout + refused.stderr);
    assertStringIncludes(refused.stdout + refused.stderr, "smudge filter lfs failed");
    assertEquals(await repository.git("status", "--porcelain", "f.big", "a"), "");
    assertEquals(await repository.git("cat-file", "-p", "main:f.big"), "pointer 3");
    const left = [...Deno.readDirSync(join(repository.path, ".git"))].map(({ name }) => name);
    assertEquals(left.filter((name) => name.startsWith("macp-")), []);
  });
});
