import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, macpPath, type Repository, textOf, withRepository } from "./harness.ts";

/** A worker that asks on its first attempt, and keeps its brief on each. */
function asking(repository: Repository): string {
  const briefs = repository.outside("briefs");
  return `mkdir -p ${briefs}; cp "$MACP_BRIEF_FILE" ${briefs}/$MACP_ATTEMPT; ` +
    `if [ "$MACP_ATTEMPT" = 1 ]; then echo '{"status": "escalated", ` +
    `"escalation_reason": "Which colour?"}' > "$MACP_RESULT_FILE"; else echo done > done; fi`;
}

function brief(repository: Repository, attempt: number): string {
  return textOf(repository.outside("briefs", String(attempt))) ?? "";
}

Deno.test("show 7: an escalated task waits in the inbox, is answered, and completes", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", asking(repository), "--max-attempts", "1");
    assertEquals((await repository.macp(["drain"])).code, 3);

    const inbox = await repository.macp(["inbox"]);
    assertEquals(inbox.code, 0);
    assertStringIncludes(inbox.stdout, "Which colour?");
    assertStringIncludes(inbox.stdout, "macp reply t");
    const replied = await repository.macp(["reply", "t", "Blue, as the sky"]);

    assertEquals(replied.code, 0, replied.stderr);
    const { status, attempts, replies, outcome } = repository.task("t");
    assertEquals([status, attempts, outcome], ["pending", 0, undefined]);
    assertEquals(replies?.map(({ question, text }) => [question, text]), [
      ["Which colour?", "Blue, as the sky"],
    ]);
    const event = repository.events("t").at(-1);
    assertEquals([event?.event_type, event?.message], [
      "task.retry.scheduled",
      "Answered by a person",
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!brief(repository, 1).includes("Answers of a person"));
    assertStringIncludes(
      brief(repository, 2),
      "## Answers of a person\n\nQuestion:\n\n> Which colour?\n\nAnswer:\n\nBlue, as the sky\n",
    );
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["completed", 1]);
    assertStringIncludes((await repository.macp(["inbox"])).stdout, "nothing waits for a person");
  });
});

Deno.test("Answers add up, oldest first, and stand before what went wrong", async () => {
  await withRepository(async (repository) => {
    const command = `cp "$MACP_BRIEF_FILE" ${repository.outside("brief")}; echo x > x`;
    const gate = `test "$MACP_ATTEMPT" = 3`;
    await repository.submit("t", command, "--gate", gate);
    for (const answer of ["first answer", "second answer"]) {
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals((await repository.macp(["reply", "t", answer])).code, 0);
    }
    assertEquals((await repository.macp(["drain"])).code, 0);
    const text = textOf(repository.outside("brief")) ?? "";
    const places = ["# Task t", "first answer", "second answer", "## What went wrong"]
      .map((part) => text.indexOf(part));
    assertEquals(places.includes(-1), false, text);
    assertEquals(places, [...places].sort((a, b) => a - b));
    assertEquals(repository.task("t").replies?.length, 2);
  });
});

Deno.test("An answer comes from a file or from standard input, and is never a command", async () => {
  await withRepository(async (repository) => {
    const escalated = { status: "escalated", outcome: "needs_input", reason: "Go on?" };
    const keep = `cp "$MACP_BRIEF_FILE" ${repository.outside("brief")}`;
    repository.writeQueue([
      execTask("file", keep, escalated),
      execTask("stdin", "true", escalated),
      execTask("dash", "true", escalated),
    ]);
    const answer = `"; touch ${repository.outside("pwned")}; $(touch ${
      repository.outside("pwned")
    }) \`id\`\n## A heading 😀\n`;
    repository.write("answer.md", answer);
    assertEquals((await repository.macp(["reply", "file", "--file", "answer.md"])).code, 0);
    assertEquals(repository.task("file").replies?.[0]?.text, answer);
    const piped = await repository.macp(["-c", `cat answer.md | ${macpPath} reply stdin -`], {
      program: "/bin/sh",
    });
    assertEquals(piped.code, 0, piped.stderr);
    assertEquals(repository.task("stdin").replies?.[0]?.text, answer);
    assertEquals((await repository.macp(["reply", "dash", "--", "-v"])).code, 0);
    assertEquals(repository.task("dash").replies?.[0]?.text, "-v");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertStringIncludes(textOf(repository.outside("brief")) ?? "", answer.trim());
    assert(!exists(repository.outside("pwned")));
  });
});

Deno.test("reply refuses what waits for no answer, with the way out, and changes nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("failed", "true", { status: "failed" }),
      execTask("pending", "true"),
      execTask("running", "true", { status: "running" }),
      execTask("completed", "true", { status: "completed" }),
      execTask("handed", "true", { status: "escalated", outcome: "handed_over" }),
      execTask("invalid", "true", { status: "escalated", outcome: "invalid_task" }),
      execTask("asks", "true", { status: "escalated", outcome: "needs_input" }),
    ]);
    const before = repository.queueText();
    const calls: [string[], string][] = [
      [["failed", "x"], "macp retry failed"],
      [["pending", "x"], "macp drain"],
      [["running", "x"], "macp cancel running"],
      [["completed", "x"], "Submit new work"],
      [["handed", "x"], "macp accept handed"],
      [["invalid", "x"], "macp retry invalid"],
      [["nobody", "x"], "nobody"],
      [["asks", "  \n"], "empty"],
      [["asks"], "missing"],
      [["asks", "x", "--file", "y"], "exclude each other"],
      [["asks", "--file", "nowhere.md"], "Cannot read the answer"],
    ];
    for (const [args, says] of calls) {
      const { code, stderr } = await repository.macp(["reply", ...args]);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, says);
    }
    const dry = await repository.macp(["reply", "asks", "yes", "--dry-run"]);
    assertEquals(dry.code, 0);
    assertStringIncludes(dry.stdout, "would");
    assertEquals(repository.queueText(), before);
    assertEquals(repository.events(), []);
  });
});

Deno.test("A secret in an answer reaches the worker, and no event, log, result or output", async () => {
  await withRepository(async (repository) => {
    const secret = "marker-9f31c7d2a4";
    const env = { DEPLOY_TOKEN: secret };
    repository.writeQueue([
      execTask(
        "t",
        `cp "$MACP_BRIEF_FILE" ${repository.outside("brief")}; cat "$MACP_BRIEF_FILE"`,
        {
          status: "escalated",
          outcome: "needs_input",
          reason: `Is it ${secret}?`,
        },
      ),
    ]);
    const outputs: string[] = [];
    const call = async (...args: string[]) => {
      const { stdout, stderr } = await repository.macp(args, { env });
      outputs.push(stdout, stderr);
    };
    await call("inbox");
    await call("inbox", "--json");
    await call("reply", "t", `It is ${secret}`, "--json");
    await call("drain");
    await call("show", "t");
    await call("show", "t", "--json");
    assertStringIncludes(textOf(repository.outside("brief")) ?? "", `It is ${secret}`);
    assertStringIncludes(repository.queueText(), secret);
    const told = [...outputs, repository.log("t"), textOf(repository.state("events.ndjson"))];
    assert(!told.join("\n").includes(secret));
    assertStringIncludes(repository.log("t"), "[redacted:DEPLOY_TOKEN]");
  });
});
