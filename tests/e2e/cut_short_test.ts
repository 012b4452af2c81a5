import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, type Repository, textOf, until, withRepository } from "./harness.ts";
import { killCaller, trapGit } from "./git_trap.ts";

const ref = "refs/macp/snapshots/t/1";

/** A task that failed and left changes; its worktree is gone. */
async function failed(repository: Repository): Promise<string> {
  await repository.commit({ tracked: "one\n" });
  await repository.submit("t", "echo two > tracked; echo new > new; exit 1");
  assertEquals((await repository.macp(["drain"])).code, 1);
  return repository.worktree("t");
}

function phaseOf(repository: Repository, place: string): string | undefined {
  return JSON.parse(textOf(repository.state("state.json")) ?? "").worktrees[place]?.phase;
}

/** A restore that was killed when all files were back. */
async function killedRestore(repository: Repository): Promise<string> {
  const place = await failed(repository);
  const env = trapGit(repository, "read-tree HEAD", killCaller);
  assertEquals((await repository.macp(["restore", "t"], { env })).code, 137);
  assertEquals([textOf(`${place}/new`), phaseOf(repository, place)], ["new\n", "adding"]);
  return place;
}

Deno.test("macp show sends nobody into a worktree whose restoration was cut short", async () => {
  await withRepository(async (repository) => {
    const place = await killedRestore(repository);
    const { stdout } = await repository.macp(["show", "t"]);
    assertEquals(stdout.includes(`cd ${place}`), false, stdout);
    assertStringIncludes(stdout, "macp restore t");
  });
});

for (const by of ["restore", "clean", "accept"] as const) {
  Deno.test(`macp ${by} pins what a person put into a worktree whose restoration was cut short`, async () => {
    await withRepository(async (repository) => {
      const place = await killedRestore(repository);
      Deno.writeTextFileSync(`${place}/by-hand`, "precious\n");
      const args = by === "clean" ? ["clean", "--all"] : [by, "t"];
      const ran = await repository.macp(args);
      assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      if (by === "accept") {
        const { branch } = repository.result("t");
        assertEquals(await repository.git("show", `${branch}:by-hand`), "precious");
        return;
      }
      assertStringIncludes(ran.stdout + ran.stderr, `pinned at ${ref}.1`);
      assertEquals(await repository.git("show", `${ref}.1:by-hand`), "precious");
      if (by === "clean") assertEquals((await repository.macp(["restore", "t"])).code, 0);
      assertEquals([textOf(`${place}/by-hand`), textOf(`${place}/new`)], ["precious\n", "new\n"]);
    });
  });
}

Deno.test("macp restore pins apart what a person put into a worktree that is not whole", async () => {
  await withRepository(async (repository) => {
    const place = await killedRestore(repository);
    Deno.removeSync(`${place}/new`);
    Deno.writeTextFileSync(`${place}/by-hand`, "precious\n");
    const ran = await repository.macp(["restore", "t"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertStringIncludes(ran.stderr, `pinned at ${ref}-rest`);
    assertEquals(await repository.git("show", `${ref}-rest:by-hand`), "precious");
    assertEquals([textOf(`${place}/new`), exists(`${place}/by-hand`)], ["new\n", false]);
  });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`macp restore that ${signal} meets leaves a worktree that is ready, or none`, async () => {
    await withRepository(async (repository) => {
      const place = await failed(repository);
      const go = repository.outside("go");
      const wait = `echo x > ${go}; while test -e ${go}; do sleep 0.02; done`;
      const env = trapGit(repository, "read-tree --reset", wait);
      const restore = repository.start(["restore", "t"], { env });
      await until("the files to come", () => exists(go));
      restore.kill(signal);
      Deno.removeSync(go);
      assertEquals((await restore.ended).code, code);
      assertEquals([textOf(`${place}/new`), phaseOf(repository, place)], ["new\n", "ready"]);
      const { running } = JSON.parse(textOf(repository.state("state.json")) ?? "");
      assertEquals(running, {});
    });
  });
}

/** A removal that was killed before git took anything away. */
async function killedRemoval(repository: Repository, by: "clean" | "drain"): Promise<string> {
  const place = await failed(repository);
  const env = trapGit(repository, "worktree remove", killCaller);
  if (by === "clean") {
    await repository.macp(["restore", "t"]);
    assertEquals((await repository.macp(["clean", "--all"], { env })).code, 137);
  } else {
    await repository.macp(["retry", "t"]);
    assertEquals((await repository.macp(["drain"], { env })).code, 137);
  }
  assertEquals([textOf(`${place}/new`), phaseOf(repository, place)], ["new\n", "removing"]);
  return place;
}

for (const by of ["clean", "drain"] as const) {
  for (const next of ["clean", "drain", "restore"] as const) {
    Deno.test(`macp ${next} pins what a person put into a worktree whose removal by ${by} was cut short`, async () => {
      await withRepository(async (repository) => {
        const place = await killedRemoval(repository, by);
        const shown = await repository.macp(["show", "t"]);
        assertEquals(shown.stdout.includes(`cd ${place}`), false, shown.stdout);
        Deno.writeTextFileSync(`${place}/by-hand`, "precious\n");
        // A controller finishes the attempt first.
        if (by === "drain") assertEquals((await repository.macp(["run", "--once"])).code, 1);
        const args = { clean: ["clean", "--all"], drain: ["drain"], restore: ["restore", "t"] };
        const ran = await repository.macp(args[next]);
        assertEquals(ran.code, 0, ran.stdout + ran.stderr);
        const newest = `refs/macp/snapshots/t/${by === "clean" ? "1" : "2"}.1`;
        assertEquals(await repository.git("show", `${newest}:by-hand`), "precious");
        assertEquals(repository.result("t").metadata?.snapshot_ref, newest);
        if (next !== "restore") {
          assert(!exists(place));
          assertEquals((await repository.macp(["restore", "t"])).code, 0);
        }
        assertEquals([textOf(`${place}/by-hand`), textOf(`${place}/new`)], ["precious\n", "new\n"]);
      });
    });
  }
}

Deno.test("macp clean pins apart what a person put into what is left of a removed worktree", async () => {
  await withRepository(async (repository) => {
    const place = await killedRemoval(repository, "clean");
    Deno.removeSync(`${place}/.git`);
    Deno.removeSync(`${place}/tracked`);
    assertEquals((await repository.macp(["clean"])).code, 0);
    assertEquals(
      await repository.git("for-each-ref", "--format=%(refname)", "refs/macp/snapshots"),
      ref,
    );
    const again = await killedRemovalOf(repository, place);
    Deno.removeSync(`${again}/.git`);
    Deno.removeSync(`${again}/tracked`);
    Deno.writeTextFileSync(`${again}/by-hand`, "precious\n");
    const ran = await repository.macp(["clean"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertStringIncludes(ran.stdout, `pinned at ${ref}-rest`);
    assertEquals(await repository.git("show", `${ref}-rest:by-hand`), "precious");
    assert(!exists(place));
  });
});

async function killedRemovalOf(repository: Repository, place: string): Promise<string> {
  await repository.macp(["restore", "t"]);
  const env = trapGit(repository, "worktree remove", killCaller);
  assertEquals((await repository.macp(["clean", "--all"], { env })).code, 137);
  return place;
}

for (const by of ["drain", "accept"] as const) {
  Deno.test(`macp keeps what a result says of its snapshot when ${by} was killed behind the removal`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ ".gitignore": "*.bin\n" });
      await repository.submit("t", "echo new > new; head -c 2000000 /dev/zero > big.bin; exit 1");
      const kill = `PATH='${repository.env.PATH}' git "$@"; ${killCaller}`;
      const env = trapGit(repository, "worktree remove", kill);
      if (by === "accept") {
        assertEquals((await repository.macp(["drain"])).code, 1);
        await repository.macp(["restore", "t"]);
      }
      await repository.macp(by === "accept" ? ["accept", "t"] : ["drain"], { env });
      assert(!exists(repository.worktree("t")));
      const before = repository.result("t").metadata;
      assert(before?.snapshot_ref, "nothing was pinned");
      await repository.macp(["drain"]);
      const after = repository.result("t").metadata;
      assertEquals([after?.snapshot_ref, after?.ignored_left_out], [
        before.snapshot_ref,
        before.ignored_left_out,
      ]);
    });
  });
}

for (const precious of [false, true]) {
  const what = precious ? "pins what is not of its commit" : "makes it anew";
  Deno.test(`macp drain ends a git that goes on making a worktree after its controller was killed, and ${what}`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ tracked: "one\n", other: "two\n" });
      await repository.submit("t", "grep one tracked && ! test -e by-hand", "--max-attempts=2");
      const place = repository.worktree("t");
      const rest = [
        "kill -9 $PPID",
        `mkdir -p ${place}`,
        `cd ${place}`,
        precious ? "echo precious > by-hand" : "true",
        // As the child of git does that fills the folder.
        "echo one > tracked; while :; do touch tracked; sleep 0.01; done",
      ];
      const env = trapGit(repository, "worktree add", rest.join("; "));
      assertEquals((await repository.macp(["drain"], { env })).code, 137);
      await until("the rest", () => exists(`${place}/tracked`));
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      const pinned = (await repository.git("for-each-ref", "refs/macp/snapshots")).split("\n")
        .filter(Boolean);
      assertEquals(pinned.length, precious ? 1 : 0, pinned.join());
      if (!precious) return;
      assertEquals(
        await repository.git("show", "refs/macp/snapshots/t/1-rest:by-hand"),
        "precious",
      );
      assertStringIncludes(repository.result("t").metadata?.warnings?.join() ?? "", "pinned at");
    });
  });
}
for (
  const [when, args] of [["at the end of a run", ["drain"]], ["by clean", [
    "clean",
    "--all",
  ]]] as const
) {
  Deno.test(`What somebody writes into a worktree while it is removed ${when} keeps it, and is pinned then`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ tracked: "one\n" });
      await repository.submit("t", "echo two > tracked; echo new > new; exit 1");
      const place = repository.worktree("t");
      if (args[0] === "clean") {
        assertEquals((await repository.macp(["drain"])).code, 1);
        assertEquals((await repository.macp(["restore", "t"])).code, 0);
        Deno.writeTextFileSync(`${place}/mine`, "mine\n");
      }
      const write = `echo late > '${place}/tracked'; mkdir '${place}/d'; echo x > '${place}/d/x'`;
      const env = trapGit(
        repository,
        `update-ref ${args[0] === "clean" ? `${ref}.1` : ref}`,
        write,
      );
      const { code, stdout, stderr } = await repository.macp([...args], { env });
      assertEquals(code, args[0] === "clean" ? 5 : 1, stdout + stderr);
      assertStringIncludes(stdout + stderr, "written while it was being removed: d/x, tracked");
      assertEquals([textOf(`${place}/tracked`), textOf(`${place}/d/x`)], ["late\n", "x\n"]);
      assertEquals(phaseOf(repository, place), "ready");
      const cleaned = await repository.macp(["clean", "--all"]);
      assertEquals([cleaned.code, exists(place)], [0, false], cleaned.stdout + cleaned.stderr);
      assertEquals((await repository.macp(["restore", "t"])).code, 0);
      const brought = ["tracked", "d/x", "new"].map((name) => textOf(`${place}/${name}`));
      assertEquals(brought, ["late\n", "x\n", "new\n"]);
    });
  });
}

/** What a removal leaves during which somebody writes a file: no link to git, not listed. */
const racedRemoval = (repository: Repository, place: string, late: string) =>
  trapGit(
    repository,
    "worktree remove",
    `PATH='${repository.env.PATH}' git "$@"; mkdir -p '${place}'; ${late}; exit 1`,
  );

for (const by of ["clean", "drain"] as const) {
  for (const next of ["run", "clean", "restore", "accept"] as const) {
    Deno.test(`macp ${next} pins and removes what was written while ${by} removed a worktree, and git forgot it`, async () => {
      await withRepository(async (repository) => {
        await repository.commit({ tracked: "one\n", ".gitignore": "*.log\n" });
        await repository.submit("t", "echo two > tracked; echo old > app.log; exit 1");
        const place = repository.worktree("t");
        const env = racedRemoval(repository, place, `echo late > '${place}/app.log'`);
        if (by === "clean") {
          assertEquals((await repository.macp(["drain"])).code, 1);
          assertEquals((await repository.macp(["restore", "t"])).code, 0);
        }
        const raced = await repository.macp(by === "clean" ? ["clean", "--all"] : ["drain"], {
          env,
        });
        assertStringIncludes(raced.stdout + raced.stderr, "written while it was being removed");
        assertStringIncludes(raced.stdout + raced.stderr, "app.log; the next macp run or clean");
        assertEquals([...Deno.readDirSync(place)].map(({ name }) => name), ["app.log"]);
        assertEquals(phaseOf(repository, place), "removing");
        const shown = await repository.macp(["show", "t"]);
        assertStringIncludes(shown.stdout, "(half made or removed; macp clean ends that)");
        assertEquals(shown.stdout.includes(`cd ${place}`), false, shown.stdout);
        const args = { run: ["run", "--once"], clean: ["clean"], other: [next, "t"] };
        const ran = await repository.macp(next in args ? args[next as "run"] : args.other);
        assertEquals(ran.code, 0, ran.stdout + ran.stderr);
        if (next !== "accept") {
          assertStringIncludes(ran.stdout + ran.stderr, `pinned at ${ref}-rest`);
        }
        assertEquals(await repository.git("show", `${ref}-rest:app.log`), "late");
        assertStringIncludes(repository.result("t").metadata?.warnings?.join() ?? "", "-rest");
        assertEquals(exists(place), next === "restore");
        if (next !== "restore") assertEquals((await repository.macp(["restore", "t"])).code, 0);
        assertEquals([textOf(`${place}/app.log`), textOf(`${place}/tracked`)], ["old\n", "two\n"]);
      });
    });
  }
}

/** What else may be left then, and which refs hold it. */
const rests: Record<
  string,
  { late: (place: string, repository: Repository) => string; refs: string[] }
> = {
  "a link that leads nowhere": {
    late: (place, { path }) =>
      `echo late > '${place}/app.log'; echo 'gitdir: ${path}/.git/worktrees/t' > '${place}/.git'`,
    refs: [ref, `${ref}-rest`],
  },
  "as many files as there were": {
    late: (place, { path }) =>
      `git -C '${path}' archive HEAD | tar -xC '${place}'; echo 2 > '${place}/app.log'`,
    refs: [ref, `${ref}.1`],
  },
  "what is pinned already": {
    late: (place) => `echo old > '${place}/app.log'`,
    refs: [ref],
  },
};

for (const [what, { late, refs }] of Object.entries(rests)) {
  Deno.test(`macp clean ends a removal that left ${what}`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ tracked: "one\n", ".gitignore": "*.log\n" });
      await repository.submit("t", "echo old > app.log; exit 1");
      const place = repository.worktree("t");
      const env = racedRemoval(repository, place, late(place, repository));
      assertEquals((await repository.macp(["drain"], { env })).code, 1);
      assertEquals([exists(place), phaseOf(repository, place)], [true, "removing"]);
      const ran = await repository.macp(["clean"]);
      assertEquals([ran.code, exists(place)], [0, false], ran.stdout + ran.stderr);
      const pinned = await repository.git(
        "for-each-ref",
        "--format=%(refname)",
        "refs/macp/snapshots",
      );
      assertEquals(pinned.split("\n"), refs);
      assertEquals((await repository.macp(["restore", "t"])).code, 0);
      assertEquals(textOf(`${place}/app.log`), refs.includes(`${ref}.1`) ? "2\n" : "old\n");
    });
  });
}

Deno.test("macp drain removes an empty folder that git left of a worktree", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ tracked: "one\n" });
    await repository.submit("t", "exit 1");
    const place = repository.worktree("t");
    const ran = await repository.macp(["drain"], { env: racedRemoval(repository, place, "true") });
    assertEquals([ran.code, exists(place), phaseOf(repository, place)], [1, false, undefined]);
  });
});

Deno.test("macp says how it goes on where a removal left a repository of its own", async () => {
  await withRepository(async (repository) => {
    const place = await failed(repository);
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    const late = `cd '${place}'; git init --quiet mine; echo x > mine/x`;
    const env = racedRemoval(repository, place, late);
    assertEquals((await repository.macp(["clean", "--all"], { env })).code, 5);
    for (const args of [["clean"], ["restore", "t"]]) {
      const ran = await repository.macp(args);
      assertEquals(ran.code, 5, ran.stdout + ran.stderr);
      assertStringIncludes(ran.stdout + ran.stderr, "mine");
      assertStringIncludes(ran.stdout + ran.stderr, "move it away, and macp goes on");
      assertEquals(textOf(`${place}/mine/x`), "x\n");
    }
    Deno.renameSync(`${place}/mine`, repository.outside("mine"));
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    assertEquals(textOf(`${place}/new`), "new\n");
  });
});
