import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commitAll, execTask, exists, fingerprint, textOf, withRepository } from "./harness.ts";

Deno.test("A foreign folder at the worktree's place stays untouched and the task fails", async () => {
  await withRepository(async (repository) => {
    const place = repository.worktree("t");
    Deno.mkdirSync(place, { recursive: true });
    Deno.writeTextFileSync(`${place}/precious`, "do not touch");
    const before = fingerprint(place);
    await repository.submit("t", `touch ${repository.outside("ran")}`, "--max-attempts", "3");
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "worktree_failed");
    assertStringIncludes(repository.result("t").error ?? "", place);
    assertEquals(repository.task("t").attempts, 1);
    assertEquals(fingerprint(place), before);
    assert(!exists(repository.outside("ran")));
  });
});

Deno.test("An empty folder of somebody else at the worktree's place stays, and stays empty", async () => {
  await withRepository(async (repository) => {
    const place = repository.worktree("t");
    Deno.mkdirSync(place, { recursive: true });
    const before = Deno.lstatSync(place).ino;
    await repository.submit("t", `touch ${repository.outside("ran")}`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "worktree_failed");
    assert(exists(place), "the folder was removed");
    assertEquals([Deno.lstatSync(place).ino, [...Deno.readDirSync(place)]], [before, []]);
    assert(!exists(repository.outside("ran")));
  });
});

Deno.test("A foreign worktree of the same repository at its place stays untouched", async () => {
  await withRepository(async (repository) => {
    const place = repository.worktree("t");
    await repository.git("worktree", "add", "--quiet", "-b", "mine", place);
    Deno.writeTextFileSync(`${place}/precious`, "do not touch");
    await repository.submit("t", `touch ${repository.outside("ran")}`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "worktree_failed");
    assertEquals(textOf(`${place}/precious`), "do not touch");
    assertStringIncludes(await repository.git("worktree", "list"), place);
  });
});

Deno.test("A symbolic link at the worktree's place, or on the way to it, leads nowhere", async () => {
  await withRepository(async (repository) => {
    const target = repository.outside("target");
    Deno.mkdirSync(target);
    Deno.writeTextFileSync(`${target}/precious`, "do not touch");
    Deno.mkdirSync(repository.outside("worktrees"));
    Deno.symlinkSync(target, repository.worktree("link"));
    Deno.symlinkSync("/nowhere/at/all", repository.worktree("dangling"));
    Deno.symlinkSync(target, repository.worktree("way"));
    const before = fingerprint(target);
    const ran = `touch ${repository.outside("ran")}`;
    repository.writeQueue([
      execTask("link", ran),
      execTask("dangling", ran),
      execTask("deep", ran, { worktree: repository.worktree("way/deep") }),
      execTask("up", ran, { worktree: `${repository.outside("worktrees")}/../elsewhere` }),
      execTask("abroad", ran, { worktree: repository.outside("abroad") }),
      execTask("base", ran, { worktree: repository.outside("worktrees") }),
      execTask("beside", ran, { worktree: repository.outside("worktrees-of-others/x") }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    for (const { id } of repository.readQueue()) {
      assertEquals(repository.result(id).metadata?.outcome, "worktree_failed", id);
      assertEquals(repository.task(id).status, "failed", id);
    }
    assertEquals(fingerprint(target), before);
    assert(!exists(repository.outside("ran")));
    for (const name of ["elsewhere", "abroad", "worktrees-of-others"]) {
      assert(!exists(repository.outside(name)), name);
    }
  });
});

Deno.test("A branch that exists and is not the task's is not used", async () => {
  await withRepository(async (repository) => {
    await repository.git("branch", "release");
    const head = await repository.git("rev-parse", "release");
    const command = `touch ${repository.outside("ran")}`;
    repository.writeQueue([
      execTask("t", command, { branch: "release" }),
      execTask("current", command, { branch: "main" }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    for (const id of ["t", "current"]) {
      assertEquals(repository.result(id).metadata?.outcome, "worktree_failed", id);
    }
    assertStringIncludes(repository.result("t").error ?? "", "release");
    assertEquals(await repository.git("rev-parse", "release"), head);
    assert(!exists(repository.outside("ran")));
  });
});

Deno.test("What a failed worker left, untracked and staged, is pinned and can be had back", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ tracked: "one\n", ".gitignore": "ignored\n" });
    const command = "echo two > tracked; echo new > untracked; echo st > staged; git add staged; " +
      "mkdir -p 'deep/ä b'; echo deep > 'deep/ä b/file'; echo i > ignored; ln -s /nowhere link; exit 1";
    await repository.submit("t", command);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const ref = "refs/macp/snapshots/t/1";
    const { metadata, branch } = repository.result("t");
    assertEquals(metadata?.snapshot_ref, ref);
    assertEquals(metadata?.dirty, true);
    assert(!exists(repository.worktree("t")), "the worktree stayed");
    for (
      const [file, text] of [["tracked", "two"], ["untracked", "new"], ["staged", "st"], [
        "deep/ä b/file",
        "deep",
      ], ["link", "/nowhere"]]
    ) {
      assertEquals(await repository.git("show", `${ref}:${file}`), text);
    }
    assertEquals(await repository.git("ls-tree", ref, "ignored"), "");
    assertEquals(
      await repository.git("rev-parse", `${branch}`),
      await repository.git("rev-parse", "main"),
    );
    const diff = (await repository.macp(["diff", "t"])).stdout;
    for (const part of ["+two", "+new", "+deep"]) assertStringIncludes(diff, part);
  });
});

Deno.test("A worker's unpushed commits are pinned also when their branch is deleted", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `echo hi > hi; ${commitAll}`, "--type", "coding");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const { branch, metadata } = repository.result("t");
    assertEquals(metadata?.snapshot_ref, "refs/macp/snapshots/t/1");
    await repository.git("branch", "-D", branch ?? "");
    assertEquals(await repository.git("show", "refs/macp/snapshots/t/1:hi"), "hi");
  });
});

Deno.test("A retry works on in the same worktree, with what the attempt before left", async () => {
  await withRepository(async (repository) => {
    await repository.submit(
      "t",
      'echo $MACP_ATTEMPT >> tries; test "$MACP_ATTEMPT" = 3',
      "--max-attempts",
      "3",
    );
    assertEquals((await repository.macp(["drain"])).code, 0);
    const { branch } = repository.result("t");
    assertEquals(await repository.git("show", `${branch}:tries`), "1\n2\n3");
  });
});

Deno.test("A task that is retried after its end finds its branch and its last snapshot", async () => {
  await withRepository(async (repository) => {
    const mended = repository.outside("mended");
    await repository.submit("t", `echo $MACP_ATTEMPT >> tries; test -e ${mended}`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    Deno.writeTextFileSync(mended, "");
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:tries`), "1\n2");
    assertEquals(repository.result("t").metadata?.attempt_serial, 2);
  });
});

Deno.test("cleanup_worktrees false leaves the worktree; worktree . makes none and no branch", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    repository.writeQueue([
      execTask("stays", "echo hi > hi"),
      execTask("here", `pwd > ${repository.outside("pwd")}`, { worktree: "." }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(`${repository.worktree("stays")}/hi`), "hi\n");
    assertEquals(textOf(repository.outside("pwd")), `${repository.path}\n`);
    assertEquals(repository.result("here").branch, null);
    assertEquals(
      await repository.git("branch", "--format=%(refname:short)"),
      "feat/stays-task-stays\nmain",
    );
  });
});

Deno.test("Worktrees start from base_ref; where it does not exist, from the next one, with a warning", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ version: "main\n" });
    await repository.git("checkout", "--quiet", "-b", "develop");
    await repository.commit({ version: "develop\n" });
    repository.writeConfig({ macp: { base_ref: "no/such/ref" } });
    await repository.submit("fallback", "cat version > seen");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(
      (await repository.macp([
        "submit",
        "--task-id",
        "named",
        "--title",
        "x",
        "--command",
        "cat version > seen",
      ])).code,
      0,
    );
    assertEquals((await repository.macp(["drain", "--set", "macp.base_ref=develop"])).code, 0);
    const seen = (id: string) => repository.git("show", `${repository.result(id).branch}:seen`);
    assertEquals([await seen("fallback"), await seen("named")], ["main", "develop"]);
    assertStringIncludes(
      (repository.result("fallback").metadata?.warnings ?? []).join(),
      "no/such/ref",
    );
    assertEquals(repository.result("named").metadata?.warnings, []);
  });
});

Deno.test("Ids that differ from their slugs do not share a worktree", async () => {
  await withRepository(async (repository) => {
    const pwd = (id: string) => execTask(id, 'basename "$PWD" > name');
    repository.writeQueue([pwd("A.b_c-1"), pwd("Ab--1"), pwd("x..y"), pwd("x.lock")]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const name = (id: string) => repository.git("show", `${repository.result(id).branch}:name`);
    assertEquals(await name("A.b_c-1"), "a.b_c-1");
    assertEquals(await name("Ab--1"), "ab--1");
    assertEquals(new Set(repository.readQueue().map(({ branch }) => branch)).size, 4);
  });
});

Deno.test("A worktree that holds a repository of its own, or is locked, is not lost", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("nested", "git init -q inner && echo x > inner/x"),
      execTask("locked", "echo hi > hi; git worktree lock ."),
    ]);
    await repository.macp(["drain"]);
    const nested = exists(`${repository.worktree("nested")}/inner/x`);
    assert(nested, "a repository inside the worktree was removed and is in no snapshot");
    assertStringIncludes((repository.result("nested").metadata?.warnings ?? []).join(), "stays");
    assertEquals(await repository.git("show", `${repository.result("locked").branch}:hi`), "hi");
  });
});

Deno.test("A lock that a worker left in its index costs no work", async () => {
  await withRepository(async (repository) => {
    const lock = 'touch "$(git rev-parse --git-path index.lock)"';
    repository.writeQueue([
      execTask("failed", `echo x > x; ${lock}; exit 1`),
      execTask("good", `echo x > x; ${lock}`),
    ]);
    await repository.macp(["drain"]);
    for (const id of ["failed", "good"]) {
      const ref = repository.result(id).metadata?.snapshot_ref ?? null;
      const kept = ref === null
        ? textOf(`${repository.worktree(id)}/x`)?.trimEnd()
        : await repository.git("show", `${ref}:x`);
      assertEquals([id, kept], [id, "x"]);
    }
  });
});

Deno.test("Files of every name are committed and listed as they are", async () => {
  await withRepository(async (repository) => {
    const names = [" sp ", "--", "-n", ":(glob)x", "a\nb", 'q"\t', "é漢", "$(touch CODE)"];
    const files = names.map((name) => `'${name}'`).join(" ");
    const command = `for f in ${files}; do echo x > "./$f"; done; rm -f CODE`;
    await repository.submit("t", command, "--type", "coding");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(new Set(repository.result("t").files_changed), new Set(names));
  });
});
