import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, isAlive, textOf, withRepository } from "./harness.ts";

Deno.test("A red gate that is mended on the retry completes the same task", async () => {
  await withRepository(async (repository) => {
    const told = repository.outside("told");
    const command =
      `cp "$MACP_PREVIOUS_FAILURE_FILE" ${told}; cp "$MACP_BRIEF_FILE" ${told}.brief; ` +
      "echo $MACP_ATTEMPT > answer";
    await repository.submit(
      "t",
      command,
      "--gate",
      'grep -qx 2 answer || { echo "wanted: 2"; exit 7; }',
      "--max-attempts",
      "2",
    );

    assertEquals((await repository.macp(["drain"])).code, 0);

    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "gate_failed");
    assertEquals(repository.attemptResult("t", 1).gate_results?.[0]?.exit_code, 7);
    assertEquals(repository.result("t").metadata?.outcome, "completed");
    const failure = JSON.parse(textOf(told) ?? "");
    assertEquals(failure.metadata.gates[0].exit_code, 7);
    const brief = textOf(`${told}.brief`) ?? "";
    assertStringIncludes(brief, "grep -qx 2 answer");
    assertStringIncludes(brief, "exit code 7");
    assertStringIncludes(brief, "wanted: 2");
  });
});

Deno.test("All gates run, also after a red one, in order and in the worktree", async () => {
  await withRepository(async (repository) => {
    const order = repository.outside("order");
    const gate = (name: string, code: number) => `echo ${name} $PWD >> ${order}; exit ${code}`;
    repository.writeQueue([
      execTask("t", "true", { quality_gates: [gate("a", 1), gate("b", 0), gate("c", 127)] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const place = repository.worktree("t");
    assertEquals(textOf(order), `a ${place}\nb ${place}\nc ${place}\n`);
    const { metadata } = repository.result("t");
    assertEquals(metadata?.gates?.map(({ outcome }) => outcome), ["failed", "passed", "broken"]);
    assertEquals(metadata?.outcome, "gate_failed");
  });
});

Deno.test("A gate's processes end with it, and its time-out does not hang the run", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    repository.writeQueue([
      execTask("t", "true", {
        quality_gates: [{
          command: `setsid sleep 600 & echo $! > ${pid}; sleep 600`,
          timeout_seconds: 0.5,
        }],
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const left = Number(textOf(pid));
    assert(left > 0);
    assertEquals(isAlive(left), false);
  });
});

Deno.test("Gates judge what the branch holds, and their env is their own", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "ignored\n" });
    repository.writeQueue([
      execTask("t", "echo a > new; echo b > ignored", {
        quality_gates: [
          'test -z "$(git status --porcelain)"',
          "git show HEAD:new",
          "! git cat-file -e HEAD:ignored",
          { command: 'test "$STAGE" = two', env: { STAGE: "two" } },
          'test -z "$STAGE"',
        ],
      }),
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertEquals(repository.result("t").metadata?.dirty, true);
  });
});

Deno.test("A task's own gates replace those of the configuration", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ quality_gates: ["false"] });
    repository.writeQueue([
      execTask("own", "true", { quality_gates: ["true"] }),
      execTask("none", "true", { quality_gates: [] }),
      execTask("inherits", "true"),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "completed",
      "completed",
      "escalated",
    ]);
  });
});

Deno.test("A coding task without a commit over its base is no_changes, unless it is waived", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("idle", "true", { type: "coding" }),
      execTask("waived", "true", { type: "coding", metadata: { expects_changes: false } }),
      execTask("research", "true", { type: "research" }),
      execTask("typeless", "true"),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("idle").metadata?.outcome, "no_changes");
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "failed",
      "completed",
      "completed",
      "completed",
    ]);
  });
});

Deno.test("A gate that changes files which git tracks is broken: what it judged is in no commit", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ f: "hi\n" });
    const worker = "printf '#!/bin/sh\\necho GOOD > f\\n' > t.sh; chmod +x t.sh";
    await repository.submit("t", worker, "--gate", "./t.sh", "--gate", "grep -q GOOD f");

    assertEquals((await repository.macp(["drain"])).code, 3);

    assertStringIncludes(repository.result("t").error ?? "", "It changed files that git tracks");
    const { status, outcome } = repository.task("t");
    assertEquals([status, outcome], ["escalated", "gate_broken"]);
  });
});

Deno.test("A gate in a clean checkout that changes files which git tracks is broken too", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ f: "hi\n" });
    repository.writeConfig({ macp: { gate_checkout: "clean" } });
    await repository.submit("t", "echo x > x", "--gate", "echo GOOD > f", "--gate", "grep GOOD f");

    assertEquals((await repository.macp(["drain"])).code, 3);

    assertEquals(repository.task("t").outcome, "gate_broken");
  });
});

Deno.test("A gate that changes a file further that the setup had changed is broken", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ lock: "1\n" });
    const gates = ["echo 3 > lock", "grep -q 3 lock"];
    repository.writeConfig({ macp: { setup: "echo 2 > lock", gate_checkout: "clean" } });
    repository.writeQueue([
      execTask("t", "git checkout -q lock; echo x > x", { quality_gates: gates }),
      execTask("reads", "git checkout -q lock; echo x > y", {
        quality_gates: ["grep -q 2 lock", "touch lock", "cp lock copy; cat copy > lock"],
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.task("t").outcome, "gate_broken");
    assertStringIncludes(repository.result("t").error ?? "", "It changed files that git tracks");
    assertEquals(repository.task("reads").outcome, "completed");
  });
});

const blinding = {
  "leaves files out of the checkout": "git sparse-checkout set --no-cone /f",
  "has git overlook that a file can be run": "git config core.fileMode false; chmod +x f",
};

for (const [what, gate] of Object.entries(blinding)) {
  Deno.test(`A gate that ${what} is broken`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ f: "hi\n", bad: "bad\n" });
      await repository.submit("t", "echo x > x", "--gate", gate, "--gate", "test -f f");

      assertEquals((await repository.macp(["drain"])).code, 3);

      assertEquals(repository.task("t").outcome, "gate_broken");
      assertStringIncludes(repository.result("t").error ?? "", "or what git sees of them");
    });
  });
}

Deno.test("A gate that sets what changes nothing that git sees is as it would be without", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ f: "hi\n" });
    await repository.submit("t", "echo x > x", "--gate", "git config core.hooksPath hooks");

    assertEquals((await repository.macp(["drain"])).code, 0);

    assertEquals(repository.task("t").outcome, "completed");
  });
});

for (const mark of ["assume-unchanged", "skip-worktree"]) {
  Deno.test(`A gate that tells git not to look at what it changes (${mark}) is broken`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ f: "hi\n" });
      await repository.submit(
        "t",
        "echo x > x",
        "--gate",
        `git update-index --${mark} f; echo GOOD > f`,
        "--gate",
        "grep -q GOOD f",
      );
      await repository.submit("looks", "echo x > y", "--gate", "touch f; git status");
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals(repository.task("t").outcome, "gate_broken");
      assertStringIncludes(repository.result("t").error ?? "", "git tracks");
      assertEquals(repository.task("looks").outcome, "completed");
    });
  });
}

Deno.test("A gate whose expect takes for ever on its output is broken, and the queue goes on", async () => {
  await withRepository(async (repository) => {
    const command = `printf '%060d!\\n' 0 | tr 0 a`;
    repository.writeQueue([
      execTask("slow", "true", { quality_gates: [{ command, expect: "(?=a)^(a+)+$" }] }),
      execTask("next", "true", { quality_gates: [{ command, expect: "^a+!$" }] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { outcome, reason } = repository.task("slow");
    assertEquals(outcome, "gate_broken");
    assertStringIncludes(String(reason), "could not be searched within 5 s for what is expected");
    assertEquals(repository.task("next").outcome, "completed");
  });
});
