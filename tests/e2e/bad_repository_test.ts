import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { commitAll, exists, fingerprint, inFolder, Repository, withRepository } from "./harness.ts";

/** The commands that need a repository. */
const commands = [["init"], ["status"], ["drain"], [
  "submit",
  "--task-id",
  "t",
  "--title",
  "x",
  "--command",
  "true",
]];

Deno.test("Outside of a git repository: exit 2, with the way out, and nothing made", async () => {
  await inFolder(async (folder) => {
    const repository = new Repository(folder);
    for (const args of commands) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, repository.path);
      assertStringIncludes(stderr, "git init");
      assertStringIncludes(stderr, "--repo");
    }
    assertEquals([...Deno.readDirSync(repository.path)], []);
  });
});

Deno.test("--repo that is no folder: exit 2, named", async () => {
  await withRepository(async (repository) => {
    for (const name of ["nowhere", "gitconfig"]) {
      const path = repository.outside(name);
      const { code, stderr } = await repository.macp(["--repo", path, "status"]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, path);
    }
  });
});

Deno.test("A bare repository, and a folder inside .git: exit 2", async () => {
  await withRepository(async (repository) => {
    await repository.git("clone", "--quiet", "--bare", ".", repository.outside("bare.git"));
    for (const cwd of [repository.outside("bare.git"), join(repository.path, ".git")]) {
      const before = fingerprint(cwd);
      for (const args of commands) {
        const { code, stderr } = await repository.macp(args, { cwd });
        assertEquals(code, 2, `${args.join(" ")}: ${stderr}`);
        assertStringIncludes(stderr, cwd);
        assertStringIncludes(stderr, "hint: ");
      }
      assertEquals(fingerprint(cwd), before);
    }
  });
});

Deno.test("A repository without a commit: exit 2 with the way out, the task still pending", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(join(repository.path, ".git"), { recursive: true });
    await repository.git("init", "--quiet");
    await repository.submit("t", `touch ${repository.outside("ran")}`);
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "no commit");
    assertStringIncludes(stderr, "git commit");
    assertEquals([repository.task("t").status, repository.task("t").attempts ?? 0], ["pending", 0]);
    assert(!exists(repository.outside("ran")));
    await repository.git("commit", "--quiet", "--allow-empty", "--message", "start");
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("A detached HEAD and no remote: tasks run from the base, with a warning", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ x: "x\n" });
    await repository.git("checkout", "--quiet", "--detach");
    await repository.git("branch", "-D", "main");
    repository.writeConfig({ macp: { base_ref: "origin/main" } });
    await repository.submit("t", "cat x > y");
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stderr);
    assertStringIncludes((repository.result("t").metadata?.warnings ?? []).join(), "origin/main");
    assertEquals(await repository.git("show", `${repository.result("t").branch}:y`), "x");
  });
});

Deno.test("With an origin, tasks start from origin/main and not from the checkout", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ version: "origin\n" });
    await repository.git("clone", "--quiet", "--bare", ".", repository.outside("origin.git"));
    await repository.git("remote", "add", "origin", repository.outside("origin.git"));
    await repository.git("fetch", "--quiet", "origin");
    await repository.commit({ version: "local\n" });
    repository.writeConfig({ macp: { base_ref: "origin/main" } });
    await repository.submit("t", "cat version > seen");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:seen`), "origin");
    assertEquals(repository.result("t").metadata?.warnings, []);
    assertEquals(
      await repository.git("config", "--get-regexp", "branch\\..*", "x").catch(() => ""),
      "",
    );
  });
});

for (const name of ["with space and ünïcödé 漢字", 'it\'s "quoted" $(touch CODE)', "-dash"]) {
  Deno.test(`A repository whose path holds ${JSON.stringify(name)} works`, async () => {
    await withRepository(async (repository) => {
      const gate = 'test "$(git rev-parse --show-toplevel)" = "$MACP_WORKTREE"';
      repository.writeConfig({ macp: { worktree_base: `${repository.folder}/{repo}-trees` } });
      await repository.submit("t", "echo hi > hi", "--type", "coding", "--gate", gate);
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      assertEquals(repository.result("t").worktree, join(repository.folder, `${name}-trees`, "t"));
      for (const args of [["status"], ["show", "t"], ["diff", "t"], ["logs", "t"]]) {
        assertEquals((await repository.macp(args)).code, 0, args.join(" "));
      }
      assert(!exists(join(repository.path, "CODE")));
    }, name);
  });
}

Deno.test("A repository whose path holds a line break works or is refused, never taken for another", async () => {
  await withRepository(async (repository) => {
    const { code, stdout, stderr } = await repository.macp(["status", "--json"]);
    if (code === 0) assertEquals(JSON.parse(stdout).repository, repository.path);
    else assertEquals([code, /line break/.test(stderr)], [2, true], stderr);
  }, "new\nline");
});

Deno.test("Called in a subfolder or in a linked worktree, macp works on the main checkout", async () => {
  await withRepository(async (repository) => {
    await repository.git("worktree", "add", "--quiet", "-b", "other", repository.outside("linked"));
    Deno.mkdirSync(join(repository.path, "deep", "er"), { recursive: true });
    for (
      const [id, cwd] of [["a", repository.outside("linked")], [
        "b",
        join(repository.path, "deep", "er"),
      ]] as const
    ) {
      const args = ["submit", "--task-id", id, "--title", id, "--command", "true"];
      assertEquals((await repository.macp(args, { cwd })).code, 0);
      const { repository: root } = await repository.json<{ repository: string }>(["status"], {
        cwd,
      });
      assertEquals(root, repository.path);
    }
    assertEquals(repository.readQueue().map(({ id }) => id), ["a", "b"]);
    assert(!exists(repository.outside("linked", ".mosaic")));
  });
});

Deno.test("Variables that tie git to another repository are not obeyed", async () => {
  await withRepository(async (repository) => {
    await repository.git("init", "--quiet", repository.outside("other"));
    const env = {
      GIT_DIR: repository.outside("other", ".git"),
      GIT_WORK_TREE: repository.outside("other"),
      GIT_INDEX_FILE: repository.outside("other", "index"),
    };
    await repository.submit("t", `echo hi > hi && ${commitAll}`);
    const ran = await repository.macp(["drain"], { env });
    assertEquals(ran.code, 0, ran.stderr);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:hi`), "hi");
  });
});

Deno.test("core.worktree beside .git is named with its cure, and is right in a submodule", async () => {
  await withRepository(async (repository) => {
    const module = join(repository.path, "libs", "own");
    const local = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    await repository.git(...local, repository.path, "libs/own");
    assert((await repository.git("-C", module, "config", "core.worktree")).includes("libs/own"));
    await repository.git("worktree", "add", "--quiet", repository.outside("linked"));
    for (const cwd of [module, repository.outside("linked")]) {
      assertEquals((await repository.macp(["init", "--enable"], { cwd })).code, 0);
      assertEquals((await repository.macp(["status"], { cwd })).code, 0);
    }
    await repository.git("config", "core.worktree", repository.outside("nowhere"));
    for (const args of [...commands, ["doctor"], ["--repo", repository.path, "status"]]) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, `Cannot use ${repository.path} as its setting core.worktree`);
      assertStringIncludes(stderr, "git config --unset core.worktree");
    }
    assert(!exists(repository.outside("nowhere")));
    await repository.git("config", "--unset", "core.worktree");
    assertEquals((await repository.macp(["status"])).code, 0);
  });
});
