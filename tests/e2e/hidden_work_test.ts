import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commitAll, exists, type Repository, textOf, withRepository } from "./harness.ts";
import { inventory } from "./inventory.ts";

/** A worker that commits, and is on its branch again without an uncommitted change. */
const commit = (name: string) => `echo ${name} > ${name}; ${commitAll}`;

/** Ways in which a worker leaves a repository where git does not look for one. */
const hiddenRepositories: Record<string, [command: string, told: RegExp]> = {
  "in an ignored folder": [
    `mkdir build; git init -q build/x; cd build/x; echo 1 > f; ${commitAll}`,
    /build\/x \(1 commit of its own\)/,
  ],
  "in an ignored folder, with a .git that git cannot read": [
    `mkdir build; git init -q build/x; cd build/x; echo 1 > f; ${commitAll}; rm .git/HEAD`,
    /build\/x \(git cannot read its .git\)/,
  ],
  "with a .git that git cannot read": [
    `git init -q inner; cd inner; echo 1 > f; ${commitAll}; rm .git/HEAD`,
    /inner \(git cannot read its .git\)/,
  ],
  "in a folder that git tracks": [
    `cd src; git init -q; ${commitAll}`,
    /src \(1 commit of its own\)/,
  ],
  "in a clone of another, without a commit": [
    "git clone -q . build/x; echo 1 > build/x/new",
    /build\/x \(uncommitted changes\)/,
  ],
  "as a worktree on no branch": [
    `git worktree add -q --detach build/x; cd build/x; echo 1 > f; ${commitAll}`,
    /build\/x \(1 commit of its own\)/,
  ],
};

for (const [what, [command, told]] of Object.entries(hiddenRepositories)) {
  Deno.test(`A worktree stays, and says why, that holds work in a repository ${what}`, async () => {
    await withRepository(async (repository) => {
      Deno.mkdirSync(`${repository.path}/src`);
      await repository.commit({ ".gitignore": "build/\n.mosaic/\n", "src/code": "code\n" });
      await repository.submit("t", command);
      const ran = await repository.macp(["drain"]);
      assert(exists(repository.worktree("t")), ran.stdout + ran.stderr);
      assertMatch((repository.result("t").metadata?.warnings ?? []).join(), told);
      assertMatch(ran.stdout + ran.stderr, told);
      const cleaned = await repository.macp(["clean", "--all"]);
      assertMatch(cleaned.stdout, told);
      assert(exists(repository.worktree("t")), cleaned.stdout);
    });
  });
}

Deno.test("A worktree goes that holds clones without work of their own, and says what it leaves out", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "build/\n.mosaic/\n" });
    const clones = "git clone -q . build/x; git worktree add -q -b mine build/y";
    await repository.submit("t", `${clones}; mkdir -p build/z/.git; git init -q build/new`);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assert(!exists(repository.worktree("t")), ran.stdout + ran.stderr);
    assertEquals(repository.result("t").metadata?.ignored_left_out, ["build/"]);
    assertStringIncludes(ran.stdout + ran.stderr, "of a repository of their own: build/");
  });
});

/** Ways in which a worker leaves its worktree on a commit that nothing names. */
const deletions: Record<string, string> = {
  "its branch": 'git update-ref -d "refs/heads/$MACP_BRANCH"',
  "its branch, on no branch": 'git checkout -q --detach; git branch -qD "$MACP_BRANCH"',
  "its branch, on a new one": 'git checkout -q --orphan zz; git branch -qD "$MACP_BRANCH"',
  "its branch and the refs of macp":
    "git for-each-ref --format='delete %(refname)' refs/heads/feat refs/macp | git update-ref --stdin",
};

for (const [what, deletion] of Object.entries(deletions)) {
  Deno.test(`macp restore brings all back of a worker that deleted ${what}`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ ".gitignore": ".mosaic/\n", tracked: "one\n" });
      const copy = repository.outside("copy");
      const work = `${commit("own")}; echo two > tracked; echo new > new`;
      await repository.submit("t", `${work}; cp -a . ${copy}; rm ${copy}/.git; ${deletion}`);
      assertEquals((await repository.macp(["drain"])).code, 1);
      assert(!exists(repository.worktree("t")), "the worktree stayed");
      const branch = repository.result("t").branch ?? "";
      const restored = await repository.macp(["restore", "t"]);
      assertEquals(restored.code, 0, restored.stderr);
      assertEquals(inventory(repository.worktree("t")), inventory(copy));
      const subjects = await repository.git("log", "--format=%s", branch);
      assertEquals(subjects, "work\nwork of a person\nstart");
      const accepted = await repository.macp(["accept", "t"]);
      assertEquals(accepted.code, 0, accepted.stdout + accepted.stderr);
    });
  });

  Deno.test(`A retry goes on with the work of an attempt that deleted ${what}`, async () => {
    await withRepository(async (repository) => {
      const first = `${commit("own")}; echo new > new; ${deletion}; exit 1`;
      await repository.submit(
        "t",
        `if [ $MACP_ATTEMPT = 1 ]; then ${first}; fi; cat own new > both`,
        "--max-attempts",
        "2",
      );
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      const { branch, metadata } = repository.result("t");
      assertEquals(await repository.git("show", `${branch}:both`), "own\nnew");
      assertMatch((metadata?.warnings ?? []).join(), /an earlier attempt deleted .* is back at/);
      assertEquals((await repository.macp(["land", "t"])).code, 0);
    });
  });
}

Deno.test("macp land names the way out when the branch is gone and a snapshot is there", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", commit("own"));
    assertEquals((await repository.macp(["drain"])).code, 0);
    await repository.git("branch", "-D", repository.result("t").branch ?? "");
    const refused = await repository.macp(["land", "t"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "macp restore t");
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    assertEquals((await repository.macp(["land", "t"])).code, 0);
    assertEquals(await repository.git("show", "main:own"), "own");
  });
});

/** Ways in which a worker makes commits and leaves them. */
const departures: Record<string, string> = {
  "on a detached HEAD": `git checkout -q --detach; ${commit("gone")}; ${commit("top")}; ` +
    'git checkout -q "$MACP_BRANCH"',
  "on a branch that it deleted": `git checkout -q -b side; ${commit("gone")}; ${commit("top")}; ` +
    'git checkout -q "$MACP_BRANCH"; git branch -qD side',
  "by a reset": `${commit("gone")}; ${commit("top")}; git reset -q --hard HEAD~2`,
};

async function leftCommits(repository: Repository): Promise<string[]> {
  const refs = await repository.git(
    "for-each-ref",
    "--format=%(refname)",
    "refs/macp/snapshots/t/detached-*",
  );
  return refs.split("\n").filter(Boolean);
}

for (const [what, departure] of Object.entries(departures)) {
  Deno.test(`Commits that a worker left ${what} are pinned and told of`, async () => {
    await withRepository(async (repository) => {
      await repository.submit("t", `${commit("own")}; ${departure}; echo rest > rest`);
      assertEquals((await repository.macp(["drain"])).code, 0);
      assert(!exists(repository.worktree("t")), "the worktree stayed");
      const [ref, ...more] = await leftCommits(repository);
      assertEquals([await repository.git("show", `${ref}:gone`), more], ["gone", []]);
      const told = "git log '--glob=refs/macp/snapshots/t/detached-*' --not --branches";
      for (const command of ["show", "restore"]) {
        const { stdout, stderr } = await repository.macp([command, "t"]);
        assertStringIncludes((stdout + stderr).replaceAll(/\s+/g, " "), told);
      }
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", told],
        cwd: repository.path,
      }).output();
      assertEquals(new TextDecoder().decode(stdout).match(/^commit /gm)?.length, 2);
    });
  });
}

Deno.test("Commits that a branch holds are not pinned as left ones", async () => {
  await withRepository(async (repository) => {
    const side = `git checkout -q -b side; ${commit("a")}; git checkout -q "$MACP_BRANCH"`;
    const merge = "git -c user.name=w -c user.email=w@localhost merge -q --no-edit side";
    await repository.submit("t", `${side}; ${commit("own")}; ${merge}; git reset -q --hard HEAD`);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(await leftCommits(repository), []);
    assertEquals(repository.result("t").metadata?.warnings, []);
  });
});

/** What a worker puts in the place of its worktree. */
const replacements: Record<string, [command: string, told: string]> = {
  "a clone": ["cd ..; rm -rf t; git clone -q ../other t", "a repository of its own stands"],
  "a repository of its own": ["rm .git; git init -q", "a repository of its own stands"],
  "a folder": ["rm .git", "its .git is gone"],
};

for (const [what, [command, told]] of Object.entries(replacements)) {
  Deno.test(`macp says so when a worker puts ${what} in the place of its worktree, and goes on`, async () => {
    await withRepository(async (repository) => {
      await repository.git("init", "--quiet", repository.outside("other"));
      const exclude = repository.outside("other", ".git", "info", "exclude");
      Deno.writeTextFileSync(exclude, "something else\n");
      await repository.submit("t", `${command}; exit 0`);
      await repository.submit("next", "echo hi > hi");
      assertEquals((await repository.macp(["drain"])).code, 1);
      const { error, metadata } = repository.result("t");
      assertStringIncludes(error ?? "", told);
      assertStringIncludes((metadata?.warnings ?? []).join(), "The worktree stays");
      assertEquals(repository.task("next").status, "completed");
      assert(exists(repository.worktree("t")));
      assertEquals(textOf(exclude), "something else\n");
    });
  });
}
