import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  fingerprint,
  isAlive,
  type Repository,
  startProgram,
  textOf,
  until,
  withRepository,
} from "./harness.ts";

/** Runs tasks to their end; each writes its own file, unless `command` says otherwise. */
async function complete(
  repository: Repository,
  id: string,
  command = `echo ${id} > ${id}.txt`,
  ...more: string[]
): Promise<void> {
  await repository.submit(id, command, "--type", "coding", ...more);
  const drained = await repository.macp(["drain"]);
  assertEquals(drained.code, 0, drained.stdout + drained.stderr);
}

/** Commits files of the main checkout, and nothing else of it. */
async function commitOnMain(repository: Repository, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) repository.write(name, text);
  await repository.git("add", "--", ...Object.keys(files));
  await repository.git("commit", "--quiet", "--message", "on main");
}

function head(repository: Repository, name = "main"): Promise<string> {
  return repository.git("rev-parse", name);
}

/** No worktree but the main one, nothing in the ledger. */
async function checkTidy(repository: Repository): Promise<void> {
  const worktrees = await repository.git("worktree", "list", "--porcelain");
  assertEquals(worktrees.match(/^worktree /gm)?.length, 1, worktrees);
  const { running, scratch } = JSON.parse(textOf(repository.state("state.json")) ?? "");
  assertEquals([running, scratch ?? {}], [{}, {}]);
  const left = exists(repository.outside("worktrees"))
    ? [...Deno.readDirSync(repository.outside("worktrees"))]
    : [];
  assertEquals(left.map(({ name }) => name), []);
}

Deno.test("show 7: land fast-forwards main to a green task, and says so in queue, result and event", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t", undefined, "--gate", "test -e t.txt", "--issue", "#7");
    const branch = repository.task("t").branch ?? "";
    const commit = await head(repository, branch);

    const landed = await repository.macp(["land", "t"]);

    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertEquals(await head(repository), commit);
    assertEquals(textOf(`${repository.path}/t.txt`), "t\n");
    const { metadata, status } = repository.task("t");
    const said = metadata?.landed as Record<string, string>;
    assertEquals([status, said.into, said.commit], ["completed", "main", commit]);
    assertEquals(repository.result("t").metadata?.landed?.commit, commit);
    const event = repository.events("t").at(-1);
    assertEquals([event?.event_type, event?.status, event?.message], [
      "task.progress",
      "completed",
      `Landed on main as ${commit.slice(0, 12)}`,
    ]);
    assertEquals((event?.metadata?.landed as Record<string, string>).into, "main");
    assertEquals(event?.metadata?.issue, "#7");
    assertStringIncludes(repository.log("t", 2), "test -e t.txt");
    await checkTidy(repository);
    assertEquals((await repository.macp(["validate"])).code, 0);

    const before = fingerprint(repository.state());
    const again = await repository.macp(["land", "t"]);
    assertEquals(again.code, 0);
    assertStringIncludes(again.stdout, "already");
    assertEquals(fingerprint(repository.state()), before);
  });
});

Deno.test("A merge is made where main moved on, with the author's name and all work of both", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t");
    await commitOnMain(repository, { "main.txt": "main\n" });
    const main = await head(repository);
    await repository.git("config", "user.name", "A Person");
    await repository.git("config", "user.email", "person@example.org");
    const landed = await repository.macp(["land", "t", "--message", "Bring t"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertEquals(
      await repository.git("log", "-1", "--format=%an <%ae> %s"),
      "A Person <person@example.org> Bring t",
    );
    assertEquals(await head(repository, "main^1"), main);
    assertEquals([exists(`${repository.path}/t.txt`), exists(`${repository.path}/main.txt`)], [
      true,
      true,
    ]);
    // What the repository holds beside it is as clean as before.
    assertEquals(await repository.git("status", "--porcelain", "--", "t.txt", "main.txt"), "");
    await checkTidy(repository);
  });
});

Deno.test("show 7: with a gate that is red only on the merge, main stays", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t", undefined, "--gate", "! test -e main.txt");
    await commitOnMain(repository, { "main.txt": "main\n" });
    const main = await head(repository);
    const events = repository.events().length;

    const red = await repository.macp(["land", "t"]);

    assertEquals(red.code, 3);
    assertStringIncludes(red.stdout, "failed (exit 1)");
    assertEquals(await head(repository), main);
    assert(!exists(`${repository.path}/t.txt`));
    assertEquals(repository.task("t").metadata?.landed, undefined);
    assertEquals(repository.events().length, events);
    await checkTidy(repository);
    await repository.git("rm", "--quiet", "main.txt");
    await repository.git("commit", "--quiet", "--message", "mended");
    assertEquals((await repository.macp(["land", "t"])).code, 0);
  });
});

Deno.test("A conflict names its files, in a dry run too, and is never resolved", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, { "a file.txt": "one\n", "b.txt": "one\n", "c.txt": "one\n" });
    await complete(repository, "t", "echo t | tee 'a file.txt' b.txt > c.txt");
    await commitOnMain(repository, { "a file.txt": "main\n", "b.txt": "main\n" });
    const main = await head(repository);
    const before = fingerprint(repository.folder);
    for (const more of [["--dry-run"], []]) {
      const { code, stdout } = await repository.macp(["land", "t", ...more]);
      assertEquals(code, 3);
      assertStringIncludes(stdout, "  a file.txt\n  b.txt\n");
      assert(!stdout.includes("c.txt"));
      if (more.length > 0) assertEquals(fingerprint(repository.folder), before);
    }
    const json = JSON.parse((await repository.macp(["land", "t", "--json"])).stdout);
    assertEquals([json.kind, json.paths, json.exit_code], [
      "conflict",
      ["a file.txt", "b.txt"],
      3,
    ]);
    assertEquals(await head(repository), main);
    await checkTidy(repository);
    // As it says: merged by hand into the branch, it lands.
    await repository.git("switch", "--quiet", repository.task("t").branch ?? "");
    await repository.git("merge", "--quiet", "--strategy-option=theirs", "main");
    await repository.git("switch", "--quiet", "main");
    assertEquals((await repository.macp(["land", "t"])).code, 0);
    assertEquals(textOf(`${repository.path}/c.txt`), "t\n");
  });
});

Deno.test("Local changes that a landing would overwrite stay, ignored files too; others are no matter", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, { "t.txt": "before\n", ".gitignore": "ignored\n" });
    const ran = repository.outside("gates");
    const command = "echo t > t.txt; echo t > new.txt; echo t > ignored; git add -f ignored";
    await complete(repository, "t", command, "--gate", `echo ran >> ${ran}`);
    const main = await head(repository);
    const gated = textOf(ran);
    const cases: [string, string][] = [["t.txt", "mine\n"], ["new.txt", "mine too\n"]];
    for (const [name, text] of cases) {
      repository.write(name, text);
      const { code, stdout } = await repository.macp(["land", "t"]);
      assertEquals(code, 3);
      assertStringIncludes(stdout, `  ${name}\n`);
      assertEquals([await head(repository), textOf(`${repository.path}/${name}`)], [main, text]);
      if (name === "new.txt") Deno.removeSync(`${repository.path}/${name}`);
      else await repository.git("restore", name);
    }
    assertEquals(textOf(ran), gated, "gates ran although the merge could not come in");
    repository.write("ignored", "mine as well\n");
    assertEquals((await repository.macp(["land", "t"])).code, 3);
    assertEquals(textOf(`${repository.path}/ignored`), "mine as well\n");
    assertEquals(await head(repository), main);
    Deno.removeSync(`${repository.path}/ignored`);
    repository.write("unrelated.txt", "mine\n");
    repository.write(".gitignore", "ignored\nmore\n");
    assertEquals((await repository.macp(["land", "t"])).code, 0);
    assertEquals(textOf(`${repository.path}/unrelated.txt`), "mine\n");
    assertEquals(textOf(`${repository.path}/.gitignore`), "ignored\nmore\n");
    await checkTidy(repository);
  });
});

Deno.test("A target that nobody has checked out moves alone, and only from where it was", async () => {
  await withRepository(async (repository) => {
    const gate = `touch ${repository.outside("gating")}; ` +
      `while ! test -e ${repository.outside("go")}; do sleep 0.05; done`;
    await complete(repository, "t");
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].quality_gates = [gate];
    repository.writeQueue(queue.tasks);
    await repository.git("branch", "release");
    const main = await head(repository);
    for (const into of ["release", "main"]) {
      const land = repository.start(["land", "t", "--into", into]);
      await until("the gate", () => exists(repository.outside("gating")));
      // Meanwhile the target moves.
      const moved = await repository.git("commit-tree", "-p", into, "-m", "x", `${into}^{tree}`);
      await repository.git("update-ref", `refs/heads/${into}`, moved);
      Deno.writeTextFileSync(repository.outside("go"), "");
      const { code, stdout } = await land.ended;
      assertEquals(code, 4, stdout);
      assertStringIncludes(stdout, "moved while the gates ran");
      assertEquals(await head(repository, into), moved);
      for (const name of ["gating", "go"]) Deno.removeSync(repository.outside(name));
      assertEquals(repository.task("t").metadata?.landed, undefined);
    }
    Deno.writeTextFileSync(repository.outside("go"), "");
    const release = await repository.macp(["land", "t", "--into", "release"]);
    assertEquals(release.code, 0, release.stdout + release.stderr);
    assertEquals(await repository.git("show", "release:t.txt"), "t");
    assertEquals(await head(repository, "main^1"), main);
    assert(!exists(`${repository.path}/t.txt`));
    await checkTidy(repository);
  });
});

Deno.test("A dependant lands with its dependency, and says so; the other then landed already", async () => {
  await withRepository(async (repository) => {
    await repository.submit("a", "echo a > a.txt", "--type", "coding");
    await complete(repository, "b", "test -e a.txt && echo b > b.txt", "--depends-on", "a");
    const landed = await repository.macp(["land", "b"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertStringIncludes(landed.stdout, "the work of its dependency a comes along");
    const other = await repository.macp(["land", "a"]);
    assertEquals(other.code, 0);
    assertStringIncludes(other.stdout, "already");
    const said = repository.task("a").metadata?.landed as Record<string, string>;
    assertEquals(said.commit, await head(repository, repository.task("a").branch));
    assertEquals(repository.events("a").at(-1)?.event_type, "task.progress");
  });
});

Deno.test("A dependency that moved on must land first", async () => {
  await withRepository(async (repository) => {
    await repository.submit("a", "echo a > a.txt", "--type", "coding");
    await complete(repository, "b", "echo b > b.txt", "--depends-on", "a");
    await repository.git("switch", "--quiet", repository.task("a").branch ?? "");
    await commitOnMain(repository, { "more.txt": "more\n" });
    await repository.git("switch", "--quiet", "main");
    const refused = await repository.macp(["land", "b"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "macp land a");
    assertEquals((await repository.macp(["land", "a"])).code, 0);
    assertEquals((await repository.macp(["land", "b"])).code, 0);
  });
});

Deno.test("land refuses what is not completed, has no branch, or names no branch", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("pending", "true"),
      execTask("failed", "true", { status: "failed" }),
      execTask("escalated", "true", { status: "escalated" }),
      execTask("inside", "true", { status: "completed", worktree: "." }),
      { id: "legacy", title: "l", status: "completed", command: "true" },
      execTask("gone", "true", { status: "completed", branch: "feat/gone" }),
    ]);
    await repository.git("branch", "feat/here");
    const queue = JSON.parse(repository.queueText());
    queue.tasks.push(execTask("here", "true", { status: "completed", branch: "feat/here" }));
    repository.writeQueue(queue.tasks);
    const before = fingerprint(repository.folder);
    const calls: [string[], string][] = [
      [["pending"], "pending"],
      [["failed"], "macp retry failed"],
      [["escalated"], "macp accept escalated"],
      [["inside"], "without a branch"],
      [["legacy"], "without a branch"],
      [["gone"], "feat/gone"],
      [["here", "--into", "nowhere"], "Local branches: feat/here, main"],
      [["here", "--into", "feat/here"], "its own branch"],
    ];
    for (const [args, says] of calls) {
      const { code, stderr } = await repository.macp(["land", ...args]);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, says);
    }
    assertEquals(fingerprint(repository.folder), before);
  });
});

Deno.test("land --dry-run says what would come, and changes no byte", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t", undefined, "--gate", "test -e t.txt");
    await commitOnMain(repository, { "main.txt": "main\n" });
    const before = fingerprint(repository.folder);
    const { code, stdout } = await repository.macp(["land", "t", "--dry-run"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "would land t on main by a merge commit");
    assertStringIncludes(stdout, "test -e t.txt");
    const json = JSON.parse((await repository.macp(["land", "t", "--dry-run", "--json"])).stdout);
    assertEquals([json.kind, json.into, json.gates], ["would_land", "main", ["test -e t.txt"]]);
    assertEquals(fingerprint(repository.folder), before);
  });
});

/** Lands t with a gate that waits, and calls `meanwhile` while it does. */
async function landWhile(
  repository: Repository,
  meanwhile: () => Promise<void>,
) {
  const gate = `touch ${repository.outside("gating")}; ` +
    `while ! test -e ${repository.outside("go")}; do sleep 0.05; done`;
  const queue = JSON.parse(repository.queueText());
  queue.tasks[0].quality_gates = [gate];
  repository.writeQueue(queue.tasks);
  const land = repository.start(["land", "t"]);
  await until("the gate", () => exists(repository.outside("gating")));
  await meanwhile();
  Deno.writeTextFileSync(repository.outside("go"), "");
  return await land.ended;
}

Deno.test("A checkout that leaves the target while gates run stays as it is; the target moves alone", async () => {
  for (const leave of [["switch", "--quiet", "release"], ["switch", "--quiet", "--detach"]]) {
    await withRepository(async (repository) => {
      await repository.git("branch", "release");
      await commitOnMain(repository, { "main.txt": "main\n" });
      await complete(repository, "t");
      const [main, release] = [await head(repository), await head(repository, "release")];
      const { code, stdout } = await landWhile(repository, async () => {
        await repository.git(...leave);
      });
      assertEquals(code, 0, stdout);
      assertEquals(await head(repository, "main^1"), main);
      assertEquals(await head(repository, "release"), release);
      assertEquals(await head(repository, "HEAD"), leave.includes("release") ? release : main);
      assert(!exists(`${repository.path}/t.txt`));
      assertEquals(await repository.git("status", "--porcelain", "--untracked-files=no"), "");
      assertEquals(await repository.git("show", "main:t.txt"), "t");
      await checkTidy(repository);
    });
  }
});

Deno.test("A target that is checked out elsewhere meanwhile takes the files there along", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t");
    const { code, stdout } = await landWhile(repository, async () => {
      await repository.git("switch", "--quiet", "-c", "other");
      await repository.git("worktree", "add", "--quiet", repository.outside("second"), "main");
    });
    assertEquals(code, 0, stdout);
    assertEquals(textOf(repository.outside("second", "t.txt")), "t\n");
    assert(!exists(`${repository.path}/t.txt`));
    assertEquals(await repository.git("-C", repository.outside("second"), "status", "-s"), "");
  });
});

Deno.test("A landing that was cut off between files and branch is made whole by the next", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, { "a.txt": "one\n" });
    await complete(repository, "t", "echo two > a.txt; echo t > t.txt");
    const branch = repository.task("t").branch ?? "";
    await repository.git("read-tree", "-m", "-u", "main", branch);
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertEquals(await head(repository), await head(repository, branch));
    assertEquals(await repository.git("status", "--porcelain", "--untracked-files=no"), "");
  });
});

Deno.test("land leaves alone a target that git is in the middle of something with", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, { "a.txt": "one\n" });
    await complete(repository, "t");
    await repository.git("switch", "--quiet", "-c", "other");
    await commitOnMain(repository, { "a.txt": "other\n" });
    await repository.git("switch", "--quiet", "main");
    await commitOnMain(repository, { "a.txt": "two\n" });
    const main = await head(repository);
    const second = repository.outside("second");
    const begun: [string, string[], string[]][] = [
      ["rebase", ["rebase", "other"], ["rebase", "--abort"]],
      ["merge", ["merge", "other"], ["merge", "--abort"]],
      ["bisection", ["bisect", "start", "main", "main~1"], ["bisect", "reset"]],
    ];
    await repository.git("switch", "--quiet", "--detach");
    await repository.git("worktree", "add", "--quiet", second, "main");
    for (const [what, start, end] of begun) {
      await repository.git("-C", second, ...start).catch(() => {});
      for (const more of [["--dry-run"], []]) {
        const { code, stdout } = await repository.macp(["land", "t", ...more]);
        assertEquals(code, 3, what + stdout);
        assertStringIncludes(stdout, `a ${what} of main is under way in ${second}`);
      }
      assertEquals(await head(repository), main);
      await repository.git("-C", second, ...end);
    }
    assertEquals((await repository.macp(["land", "t"])).code, 0);
  });
});

Deno.test("What is hidden from git in the checkout is named before any gate runs, and stays", async () => {
  await withRepository(async (repository) => {
    const names = ["skipped.txt", "assumed.txt", "a [b]*.txt"];
    await commitOnMain(repository, {
      ...Object.fromEntries(names.map((name) => [name, "one\n"])),
      ".gitignore": "ignored\nbuild/\n",
    });
    const ran = repository.outside("gates");
    const command = `for f in ${names.map((n) => `'${n}'`).join(" ")}; do echo t > "$f"; done; ` +
      "mkdir build; echo t > ignored; echo t > build/x; git add -f ignored build/x";
    await complete(repository, "t", command, "--gate", `echo ran >> ${ran}`);
    const [main, gated] = [await head(repository), textOf(ran)];
    const hide = (on: boolean, name: string) => {
      const flag = name === "skipped.txt" ? "skip-worktree" : "assume-unchanged";
      return repository.git("update-index", on ? `--${flag}` : `--no-${flag}`, "--", name);
    };
    const stays = async (name: string, text: string) => {
      const { code, stdout } = await repository.macp(["land", "t"]);
      assertEquals(code, 3, name + stdout);
      assertStringIncludes(stdout, `  ${name}\n`);
      assertEquals([textOf(`${repository.path}/${name}`), textOf(ran)], [text, gated]);
      assertEquals(await head(repository), main);
    };
    for (const name of names) {
      await hide(true, name);
      repository.write(name, "mine\n");
      await stays(name, "mine\n");
      await hide(false, name);
      await repository.git("restore", "--", name);
    }
    Deno.mkdirSync(`${repository.path}/build`);
    for (const name of ["ignored", "build/x"]) {
      repository.write(name, "mine\n");
      await stays(name, "mine\n");
      Deno.removeSync(`${repository.path}/${name}`);
    }
    repository.write("build/other", "mine\n");
    // An index with conflicts lets nothing in.
    const blob = await repository.git("rev-parse", "HEAD:.gitignore");
    const entry = `100644 ${blob} 1\tconflict\n100644 ${blob} 2\tconflict\n`;
    Deno.writeTextFileSync(repository.outside("entry"), entry);
    await repository.git(
      "-c",
      `alias.enter=!git update-index --index-info < ${repository.outside("entry")}`,
      "enter",
    );
    const { code, stdout } = await repository.macp(["land", "t"]);
    assertEquals([code, textOf(ran)], [3, gated]);
    assertStringIncludes(stdout, "  conflict\n");
    await repository.git("reset", "--quiet");
    assertEquals((await repository.macp(["land", "t"])).code, 0);
    assertEquals(textOf(`${repository.path}/build/other`), "mine\n");
    await checkTidy(repository);
  });
});

Deno.test("A gate that commits in the merge is broken, and nothing lands", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t");
    await commitOnMain(repository, { "main.txt": "main\n" });
    const main = await head(repository);
    const gate = "git -c user.name=g -c user.email=g@localhost commit -q --allow-empty -m gate";
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].quality_gates = [gate];
    repository.writeQueue(queue.tasks);
    const { code, stdout } = await repository.macp(["land", "t"]);
    assertEquals(code, 3, stdout);
    assertStringIncludes(stdout, "Gate broken: the merge moved while gates ran");
    assertEquals(await head(repository), main);
    assertEquals(repository.task("t").metadata?.landed, undefined);
    await checkTidy(repository);
  });
});

Deno.test("land warns of what no gate checked: a task without gates, a dependency that comes along", async () => {
  await withRepository(async (repository) => {
    await repository.submit("a", "echo a > a.txt", "--type", "coding", "--gate", "test -e a.txt");
    await complete(repository, "b", "echo b > b.txt", "--depends-on", "a", "--gate", "true");
    await complete(repository, "none");
    const calls: [string, string][] = [
      ["b", "warning: the gates are those of b alone; those of a do not run"],
      ["none", "warning: none has no gates: nothing checks that it works on main"],
    ];
    for (const [id, warning] of calls) {
      for (const more of [["--dry-run"], ["--json", "--dry-run"], []]) {
        const { code, stdout } = await repository.macp(["land", id, ...more]);
        assertEquals(code, 0, stdout);
        assertStringIncludes(stdout, warning.slice(more.includes("--json") ? 9 : 0));
      }
    }
    await complete(repository, "gated", undefined, "--gate", "true");
    const { stdout } = await repository.macp(["land", "gated"]);
    assert(!stdout.includes("warning"), stdout);
  });
});

/** A landing whose gate runs for ever; gives the pid of the gate. */
async function landHanging(repository: Repository) {
  await complete(repository, "t");
  await commitOnMain(repository, { "main.txt": "main\n" });
  const pid = repository.outside("pid");
  const queue = JSON.parse(repository.queueText());
  queue.tasks[0].quality_gates = [`echo $$ > ${pid}; exec sleep 600`];
  repository.writeQueue(queue.tasks);
  const land = repository.start(["land", "t"]);
  const gate = Number(await repository.untilWritten(pid));
  queue.tasks[0].quality_gates = ["true"];
  repository.writeQueue(queue.tasks);
  return { land, gate };
}

Deno.test("A landing that is interrupted exits 130; nothing lands, nothing is left", async () => {
  await withRepository(async (repository) => {
    const { land, gate } = await landHanging(repository);
    const main = await head(repository);
    land.kill("SIGINT");
    assertEquals((await land.ended).code, 130);
    assertEquals([await head(repository), isAlive(gate)], [main, false]);
    await checkTidy(repository);
  });
});

for (const by of ["land", "drain"] as const) {
  Deno.test(`What a landing that was killed left is gone after the next ${by}`, async () => {
    await withRepository(async (repository) => {
      const { land, gate } = await landHanging(repository);
      const main = await head(repository);
      land.kill("SIGKILL");
      await land.ended;
      assertEquals([await head(repository), isAlive(gate)], [main, true]);
      assertEquals((await repository.macp(by === "land" ? ["land", "t"] : ["drain"])).code, 0);
      assertEquals(isAlive(gate), false);
      assertEquals(exists(`${repository.path}/t.txt`), by === "land");
      await checkTidy(repository);
    });
  });
}

Deno.test("Killed at any moment, again and again, a landing is whole or not there", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "t", undefined, "--gate", "sleep 0.02");
    await commitOnMain(repository, { "main.txt": "main\n" });
    const main = await head(repository);
    for (let round = 0; round < 16; round++) {
      const land = repository.start(["land", "t", "--quiet"]);
      const killed = new Promise((resolve) => setTimeout(resolve, 60 + (round * 41) % 450));
      await Promise.race([killed, land.ended]);
      try {
        land.kill("SIGKILL");
      } catch {
        // It had come to its end.
      }
      await land.ended;
      const now = await head(repository);
      if (now !== main) assertEquals(await head(repository, "main^1"), main);
    }
    // A git of a landing that was killed may still be at it.
    await until("git", async () => {
      const { code } = await repository.macp(["land", "t"]);
      return code === 0;
    });
    assertEquals([textOf(`${repository.path}/t.txt`), await head(repository, "main^1")], [
      "t\n",
      main,
    ]);
    const types = repository.events("t").filter(({ metadata }) => metadata?.landed);
    assertEquals(types.length, 1);
    const said = repository.task("t").metadata?.landed as Record<string, string>;
    assertEquals(said.commit, await head(repository));
    assertEquals(repository.result("t").metadata?.landed?.commit, said.commit);
    await repository.macp(["drain"]);
    await checkTidy(repository);
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});

Deno.test("The branch of the base ref is the target: origin/develop lands on develop", async () => {
  await withRepository(async (repository) => {
    await repository.git("init", "--quiet", "--bare", repository.outside("origin.git"));
    await repository.git("remote", "add", "origin", repository.outside("origin.git"));
    await repository.git("branch", "develop");
    await repository.git("push", "--quiet", "origin", "main", "develop");
    const remote = await head(repository, "refs/remotes/origin/develop");
    repository.writeConfig({ macp: { base_ref: "origin/develop" } });
    const main = await head(repository);
    await complete(repository, "t");
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 0, landed.stderr);
    assertEquals(await repository.git("show", "develop:t.txt"), "t");
    assertEquals(await head(repository), main);
    const bare = await repository.git(
      "-C",
      repository.outside("origin.git"),
      "rev-parse",
      "develop",
    );
    assertEquals(bare, remote, "something was pushed");
  });
});

Deno.test("A git that cannot merge without a checkout names the same conflicts", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, { "a.txt": "one\n" });
    await complete(repository, "t", "echo t > a.txt");
    await commitOnMain(repository, { "a.txt": "main\n" });
    const main = await head(repository);
    const bin = repository.outside("bin");
    Deno.mkdirSync(bin);
    Deno.writeTextFileSync(
      `${bin}/git`,
      '#!/bin/sh\ncase " $* " in *" merge-tree "*) exit 129 ;; esac\nexec /usr/bin/git "$@"\n',
      { mode: 0o755 },
    );
    const env = { PATH: `${bin}:${repository.env.PATH}` };
    const { code, stdout } = await repository.macp(["land", "t"], { env });
    assertEquals(code, 3);
    assertStringIncludes(stdout, "  a.txt\n");
    assertEquals(await head(repository), main);
    await checkTidy(repository);
  });
});

Deno.test("The merge is prepared as a task's worktree is: ignored files, setup, before its gates", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, {
      ".gitignore": "tools\n.env\n.mosaic\n",
      ".worktreeinclude": ".env\n",
    });
    repository.write(".env", "A=1\n");
    repository.writeConfig({ macp: { setup: "echo ok > tools" } });
    await complete(repository, "t", undefined, "--gate", "test -e tools && test -e .env");
    repository.writeConfig({ macp: { setup: "echo half > tools; exit 9" } });
    const failed = await repository.macp(["land", "t"]);
    assertEquals(failed.code, 3);
    assertStringIncludes(failed.stdout, "Setup ended with exit code 9");
    repository.writeConfig({ macp: { setup: "echo ok > tools" } });
    const landed = await repository.macp(["land", "t"]);
    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    await checkTidy(repository);
  });
});

Deno.test("land takes the branch that tasks start from where there is neither main nor an origin", async () => {
  await withRepository(async (repository) => {
    await repository.git("branch", "--move", "main", "trunk");
    repository.writeConfig({ macp: { base_ref: "origin/main" } });
    await complete(repository, "t");

    const landed = await repository.macp(["land", "t"]);

    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertStringIncludes(landed.stdout, "t landed on trunk");
    assertEquals(landed.stderr, "");
    assertEquals(
      await head(repository, "trunk"),
      await head(repository, repository.task("t").branch),
    );
  });
});

Deno.test("land takes the local branch of origin/HEAD where the base ref does not exist", async () => {
  await withRepository(async (repository) => {
    await repository.git("branch", "--move", "main", "trunk");
    await repository.git("clone", "--quiet", "--bare", ".", repository.outside("origin.git"));
    await repository.git("remote", "add", "origin", repository.outside("origin.git"));
    await repository.git("fetch", "--quiet", "origin");
    await repository.git("remote", "set-head", "origin", "trunk");
    await repository.git("switch", "--quiet", "--create", "aside");
    repository.writeConfig({ macp: { base_ref: "origin/main" } });
    await complete(repository, "t");

    const landed = await repository.macp(["land", "t"]);

    assertEquals(landed.code, 0, landed.stdout + landed.stderr);
    assertStringIncludes(landed.stdout, "t landed on trunk");
    assertStringIncludes(landed.stderr, "git push origin trunk, or set macp.base_ref to trunk");
  });
});

Deno.test("land says that the next tasks start without what landed, until it is pushed", async () => {
  await withRepository(async (repository) => {
    await repository.git("clone", "--quiet", "--bare", ".", repository.outside("origin.git"));
    await repository.git("remote", "add", "origin", repository.outside("origin.git"));
    await repository.git("fetch", "--quiet", "origin");
    repository.writeConfig({ macp: { base_ref: "origin/main" } });
    await complete(repository, "t");
    const note = "note: the next tasks start from origin/main, which does not hold this yet: " +
      "git push origin main, or set macp.base_ref to main\n";

    const landed = await repository.macp(["land", "t"]);

    assertEquals([landed.code, landed.stderr], [0, note]);
    assertEquals((await repository.macp(["land", "t"])).stderr, note);
    assertEquals((await repository.json(["land", "t"])).behind, {
      ref: "origin/main",
      push: "origin main",
    });
    await repository.git("push", "--quiet", "origin", "main");
    assertEquals((await repository.macp(["land", "t"])).stderr, "");
    assertEquals((await repository.json(["land", "t"])).behind, null);
    const local = await repository.macp(["land", "t", "--set", "macp.base_ref=main"]);
    assertEquals(local.stderr, "");
  });
});

Deno.test("show says that work is in the target already, however it came there", async () => {
  await withRepository(async (repository) => {
    await complete(repository, "a");
    await complete(repository, "b", "echo b > b.txt", "--depends-on", "a");
    const before = (await repository.macp(["show", "a"])).stdout;
    assertStringIncludes(before, "macp land a");
    assertEquals((await repository.macp(["land", "b"])).code, 0);

    const shown = (await repository.macp(["show", "a"])).stdout;

    assert(!shown.includes("macp land a"), shown);
    assertStringIncludes(shown, "landed: already in main");
    assertEquals(repository.task("a").metadata?.landed, undefined);
    assertStringIncludes((await repository.macp(["show", "b"])).stdout, "landed on: main");
    await repository.submit("none", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const none = (await repository.macp(["show", "none"])).stdout;
    assert(!none.includes("land"), none);
  });
});

/** Runs a line in the main checkout as a person does, or a worker that goes there. */
async function inShell({ path: cwd, env }: Repository, line: string): Promise<void> {
  const who = { GIT_AUTHOR_NAME: "p", GIT_AUTHOR_EMAIL: "p@localhost" };
  const committer = { GIT_COMMITTER_NAME: "p", GIT_COMMITTER_EMAIL: "p@localhost" };
  const options = { cwd, env: { ...env, ...who, ...committer } };
  const { code, stderr } = await startProgram("sh", ["-c", line], options).ended;
  assertEquals(code, 0, `${line}: ${stderr}`);
}

/** Commits what a command does on a task's branch, from the main checkout; gives its new head. */
async function moveBranch(repository: Repository, id: string, command: string): Promise<string> {
  const branch = repository.task(id).branch ?? "";
  const worker = `git checkout -q ${branch} && ${command} && ` +
    "git add --all -- . ':!.mosaic' && git commit -q -m later && git checkout -q main";
  await inShell(repository, worker);
  return await head(repository, branch);
}

const gated = ["--gate", "sh check.sh"];
const check = { "check.sh": "grep -q good h.txt\n" };
const weaken = "echo bad > h.txt && echo true > check.sh";

Deno.test("A branch that moved since its verdict lands with a warning that names both commits", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, check);
    await complete(repository, "t", "echo good > h.txt", ...gated);
    const judged = await head(repository, repository.task("t").branch);
    const plain = await repository.json(["land", "t", "--dry-run"]);
    assertEquals([plain.warnings, plain.sinceVerdict], [[], undefined]);
    const now = await moveBranch(repository, "t", "echo more > more.txt");
    const moved = `${repository.task("t").branch} moved since the verdict on t: ` +
      `${judged.slice(0, 12)} was judged, it is at ${now.slice(0, 12)} now`;
    // A person's own commit is no matter of the policy.
    repository.writeConfig({ macp: { gate_files_policy: "block" } });

    const dry = await repository.macp(["land", "t", "--dry-run"]);
    assertEquals(dry.code, 0);
    assertStringIncludes(dry.stdout, `warning: ${moved}\n`);
    const landed = await repository.json(["land", "t"]);

    assertEquals([landed.kind, landed.warnings], ["landed", [moved]]);
    assertEquals(landed.sinceVerdict, { judged, head: now, gateFiles: [] });
    assertEquals(await head(repository), now);
  });
});

Deno.test("Gate files that changed since the verdict are named, and with block they do not land", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, check);
    await complete(repository, "t", "echo good > h.txt", ...gated);
    const judged = await head(repository, repository.task("t").branch);
    const now = await moveBranch(repository, "t", weaken);
    const main = await head(repository);
    const named = "files that decide what gates check changed since: check.sh";
    const reported = await repository.macp(["land", "t", "--dry-run"]);
    assertEquals(reported.code, 0);
    assertStringIncludes(reported.stdout, named);
    repository.writeConfig({ macp: { gate_files_policy: "block" } });

    for (const more of [["--dry-run"], []]) {
      const { code, stdout } = await repository.macp(["land", "t", ...more]);
      assertEquals(code, 3);
      assertStringIncludes(stdout, named);
      assertStringIncludes(stdout, "main stays as it was");
      assertStringIncludes(
        stdout,
        `next: git diff ${judged.slice(0, 12)} ${now.slice(0, 12)}\n`,
      );
    }
    const refused = JSON.parse((await repository.macp(["land", "t", "--json"])).stdout);
    assertEquals([refused.kind, refused.exit_code], ["gate_files_blocked", 3]);
    assertStringIncludes(refused.warnings.join(), named);
    assertEquals([await head(repository), repository.task("t").metadata?.landed], [
      main,
      undefined,
    ]);
    await checkTidy(repository);
    const taken = await repository.json([
      ...["land", "t", "--set", "macp.gate_files_policy=report"],
    ]);
    assertEquals([taken.kind, taken.commit], ["landed", now]);
    assertStringIncludes((taken.warnings as string[]).join(), named);
  });
});

Deno.test("What was judged lands after the command that a refusal for gate files names", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, check);
    await complete(repository, "t", "echo good > h.txt", ...gated);
    const branch = repository.task("t").branch ?? "";
    const judged = await head(repository, branch);
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const back = async () => {
      const { stdout } = await repository.macp(["land", "t"]);
      const line = /^to land only what was judged: (.*), then: macp land t$/m.exec(stdout)?.[1];
      await inShell(repository, line ?? "exit 1");
      assertEquals(await head(repository, branch), judged);
    };
    await moveBranch(repository, "t", weaken);
    await back();
    await moveBranch(repository, "t", weaken);
    await repository.git("worktree", "add", "--quiet", repository.outside("a place"), branch);
    await back();
    assertEquals((await repository.json(["land", "t"])).warnings, []);
    assertEquals(await head(repository), judged);
  });
});

Deno.test("Gate files of the target that were merged into the branch do not keep it from landing", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    await commitOnMain(repository, check);
    await complete(repository, "t", "echo good > h.txt", ...gated);
    await commitOnMain(repository, { "check.sh": "grep -qx good h.txt\n" });
    await moveBranch(repository, "t", "git merge -q main && echo more > more.txt");
    await commitOnMain(repository, { "check.sh": "grep -qx good ./h.txt\n" });
    const landed = await repository.json(["land", "t"]);
    assertEquals(landed.kind, "landed");
    assertEquals((landed.sinceVerdict as { gateFiles: string[] }).gateFiles, []);
  });
});

Deno.test("Gate files are found where what was judged is not in the repository any more", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    await commitOnMain(repository, check);
    for (const id of ["t", "u"]) await complete(repository, id, `echo good > h.txt`, ...gated);
    const judged = repository.result("t").metadata?.head_commit ?? "";
    await moveBranch(repository, "t", "git reset -q --hard main && echo good > h.txt");
    await moveBranch(repository, "u", `git reset -q --hard main && ${weaken}`);
    const pinned = await repository.git("for-each-ref", "--format=delete %(refname)", "refs/macp");
    await inShell(repository, `echo '${pinned}' | git update-ref --stdin`);
    await repository.git("reflog", "expire", "--expire=now", "--all");
    await repository.git("gc", "--quiet", "--prune=now");
    await assertRejects(() => repository.git("cat-file", "-e", judged));

    const landed = await repository.json(["land", "t"]);
    assertEquals(landed.kind, "landed");
    assertStringIncludes((landed.warnings as string[]).join(), judged.slice(0, 12));
    const refused = JSON.parse((await repository.macp(["land", "u", "--json"])).stdout);
    assertEquals(refused.kind, "gate_files_blocked");
    assertEquals(refused.sinceVerdict.gateFiles, ["check.sh"]);
  });
});

Deno.test("Work that a person accepted lands without a word, also with the policy block, or no result", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    await commitOnMain(repository, check);
    await repository.submit("t", weaken, "--type", "coding", ...gated);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals((await repository.macp(["accept", "t"])).code, 0);
    assertEquals((await repository.json(["land", "t", "--dry-run"])).warnings, []);
    Deno.removeSync(repository.state("results", "t.json"));
    const landed = await repository.json(["land", "t"]);
    assertEquals([landed.kind, landed.warnings], ["landed", []]);
  });
});

Deno.test("What was judged is known where the result is damaged or gone", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    await commitOnMain(repository, check);
    for (const id of ["t", "u"]) {
      await complete(repository, id, `echo good > h.txt; echo ${id} > ${id}`, ...gated);
      await moveBranch(repository, id, weaken);
    }
    Deno.writeTextFileSync(repository.state("results", "t.json"), "{");
    Deno.removeSync(repository.state("results", "u.json"));
    for (const id of ["t", "u"]) {
      const refused = JSON.parse((await repository.macp(["land", id, "--json"])).stdout);
      assertEquals(refused.kind, "gate_files_blocked", id);
    }
  });
});

Deno.test("land tells gates that judged a task and do not any more, and looks at their files", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, check);
    await complete(repository, "t", "echo good > h.txt", ...gated);
    const tasks = repository.queueText().replaceAll("sh check.sh", "true");
    repository.writeQueue(tasks);
    const told = "gates that judged it before do not any more, as tasks.json or config.json " +
      "changed: sh check.sh";
    const plain = await repository.json(["land", "t", "--dry-run"]);
    assertEquals([plain.kind, plain.warnings], ["would_land", [told]]);
    await moveBranch(repository, "t", weaken);
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const refused = JSON.parse((await repository.macp(["land", "t", "--json"])).stdout);
    assertEquals([refused.kind, refused.sinceVerdict.gateFiles], ["gate_files_blocked", [
      "check.sh",
    ]]);
  });
});

Deno.test("A gate that names a secret is the gate that judged, though the result shows it redacted", async () => {
  await withRepository(async (repository) => {
    const env = { OWN_TOKEN: "tokenVALUE-12345678" };
    await commitOnMain(repository, check);
    await repository.submit("t", "echo good > h.txt", "--gate", `true ${env.OWN_TOKEN}`);
    assertEquals((await repository.macp(["drain"], { env })).code, 0);
    assertEquals(repository.result("t").metadata?.gates?.[0]?.command, "true [redacted:OWN_TOKEN]");
    const { stdout } = await repository.macp(["land", "t", "--dry-run", "--json"], { env });
    assertEquals(JSON.parse(stdout).warnings, []);
  });
});

Deno.test("land tells that a task is completed in tasks.json alone", async () => {
  await withRepository(async (repository) => {
    await commitOnMain(repository, check);
    await repository.submit("t", "echo bad > h.txt", "--type", "coding", ...gated);
    assertEquals((await repository.macp(["drain"])).code, 3);
    repository.writeQueue(repository.queueText().replace('"escalated"', '"completed"'));
    const told = "t: tasks.json says completed, its result says escalated (gate_failed)";
    const { kind, warnings } = JSON.parse((await repository.macp(["land", "t", "--json"])).stdout);
    assertEquals([kind, warnings], ["gates_red", [told]]);
    await repository.submit("use", "echo use > use", "--depends-on", "t", "--gate", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("use").metadata?.warnings, [told]);
    const brought = await repository.json(["land", "use", "--dry-run"]);
    assertEquals((brought.warnings as string[]).includes(told), true, String(brought.warnings));
  });
});
