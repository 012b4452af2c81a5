import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, type Ran, type Repository, until, withRepository } from "./harness.ts";

const asks = `echo '{"status": "escalated", "escalation_reason": "Which one?"}' > ` +
  `"$MACP_RESULT_FILE"`;

/** What people read after a drain: its own lines, status, inbox, and `show` of a task. */
async function toldOf(repository: Repository, id: string): Promise<Record<string, string>> {
  const drained = await repository.macp(["drain"]);
  const said = async (...args: string[]) => (await repository.macp(args)).stdout;
  return {
    drain: drained.stdout,
    status: await said("status"),
    inbox: await said("inbox"),
    show: await said("show", id),
  };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

Deno.test("Why a gate is red stands wherever people read that it is, without secrets", async () => {
  await withRepository(async (repository) => {
    const gate = "echo FAIL test_a: expected 3, got $MY_TOKEN; exit 1";
    repository.writeQueue([execTask("t", "echo x > x", { quality_gates: [gate] })]);
    repository.env.MY_TOKEN = "hunter2-hunter2";
    const told = await toldOf(repository, "t");
    for (const [where, text] of Object.entries(told)) {
      assertStringIncludes(
        text,
        "failed (exit 1): FAIL test_a: expected 3, got [redacted:MY_TOKEN]",
        where,
      );
      assert(!text.includes("hunter2"), text);
    }
    assertEquals(count(told.show ?? "", "It exited with code"), 0, told.show);
    const { metadata, gate_results } = repository.result("t");
    assertEquals(metadata?.gates?.[0]?.reason, "It exited with code 1");
    assertEquals(gate_results?.[0]?.exit_code, 1);
  });
});

Deno.test("Why a worker failed stands wherever people read it, and in show after a green retry", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 0.01 } });
    const flaky = "if [ $MACP_ATTEMPT = 1 ]; then echo no disk left >&2; exit 9; fi";
    repository.writeQueue([
      execTask("t", "./agent.sh"),
      execTask("after", "true", { depends_on: ["t"] }),
      execTask("flaky", flaky, { max_attempts: 2 }),
    ]);
    const told = await toldOf(repository, "t");
    for (const [where, text] of Object.entries(told)) {
      assertMatch(text, /Worker ended with exit code 127: .*\.\/agent\.sh: .*not found/, where);
    }
    const { stdout } = await repository.macp(["show", "flaky"]);
    assertStringIncludes(stdout, "status: completed");
    assertStringIncludes(stdout, "worker_failed: Worker ended with exit code 9: no disk left");
  });
});

Deno.test("A worktree that disappears under its worker is called that", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `rm -rf "$MACP_WORKTREE"; exit 2`);
    const { drain = "" } = await toldOf(repository, "t");
    const error = `The worktree disappeared during the attempt: ${repository.worktree("t")}`;
    assertEquals(repository.result("t").error, error);
    assertStringIncludes(drain, error);
  });
});

Deno.test("A task without gates says so, and no gates are announced", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("bare", "true"),
      execTask("gated", "true", { quality_gates: ["true"] }),
    ]);
    const { drain = "", status = "" } = await toldOf(repository, "bare");
    assertStringIncludes(drain, "bare  task.gated  No gates to run");
    assertStringIncludes(drain, "bare  task.completed  Task completed (no gates)");
    assertStringIncludes(drain, "gated  task.gated  Quality gates running...");
    assertMatch(drain, /gated {2}task\.completed {2}Task completed\n/);
    assertMatch(status, /bare {3}completed \(no gates\) · 1\/1/);
    assertMatch(status, /gated {2}completed · 1\/1/);
    const { stdout } = await repository.macp(["watch", "--once"]);
    assertStringIncludes(stdout, "**Task bare gated** — No gates to run");
  });
});

Deno.test("No agent is named where a shell command ran that names none", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("shell", "true"),
      execTask("named", "true", { runtime: "mine" }),
      { id: "legacy", title: "Legacy", status: "pending", command: "true" },
    ]);
    await repository.macp(["drain"]);
    const runtimes = (id: string) => [
      ...new Set(repository.events(id).map(({ metadata }) => metadata?.runtime)),
    ];
    assertEquals([runtimes("shell"), runtimes("named"), runtimes("legacy")], [
      [null],
      ["mine"],
      [null],
    ]);
    assertEquals(repository.result("shell").runtime, undefined);
    assertEquals(repository.result("named").runtime, "mine");
    const { stdout } = await repository.macp(["watch", "--once"]);
    assertEquals(count(stdout, "Worker: "), 1, stdout);
    assertStringIncludes(stdout, "**Task shell started** — dispatch: exec");
  });
});

Deno.test("A question has a mark of its own, and one that was cancelled has not failed", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("asks", asks),
      execTask("red", "true", { quality_gates: ["false"] }),
      execTask("gone", "true"),
    ]);
    await repository.macp(["cancel", "gone"]);
    const { drain = "", status = "" } = await toldOf(repository, "asks");
    assertStringIncludes(drain, "asks  task.escalated  ? Which one? Human review needed.");
    assertStringIncludes(drain, "red  task.escalated  false failed (exit 1). Human review needed.");
    assertMatch(status, /^2 escalated, 1 cancelled\n/);
    assertMatch(status, /gone {2}cancelled/);
    assert(!status.includes("1 failed"), status);
    const { counts } = await repository.json<{ counts: Record<string, number> }>(["status"]);
    assertEquals([counts.failed, counts.cancelled], [1, undefined]);
  });
});

Deno.test("show marks what is of the attempt before, heads the changes, and tells times shortly", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo x > made.txt; exit 0", "--gate", "false");
    await repository.macp(["drain"]);
    await repository.macp(["retry", "t"]);
    const { stdout } = await repository.macp(["show", "t"]);
    assertMatch(stdout, /status: pending\n(?:[^]*\n)?last attempt:\noutcome {2,}gate_failed/);
    assertStringIncludes(stdout, "changes:\n  made.txt\n");
    assertMatch(stdout, /\nended {2,}[-\dT:]{19}Z \(\d+s ago\)\n/);
    const document = await repository.json<{ result: { completed_at: string } }>(["show", "t"]);
    assertMatch(document.result.completed_at, /\.\d{3}Z$/);
  });
});

Deno.test("macp diff is coloured where that is wanted, and never in the middle of a secret", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo hunter2-hunter2 > made.txt");
    await repository.macp(["drain"]);
    const env = { MY_TOKEN: "hunter2-hunter2" };
    const painted = await repository.macp(["diff", "t", "--color", "always"], { env });
    assertStringIncludes(painted.stdout, "\x1b[32m+[redacted:MY_TOKEN]\x1b[39m\n");
    const plain = await repository.macp(["diff", "t"], { env });
    assertStringIncludes(plain.stdout, "\n+[redacted:MY_TOKEN]\n");
    assert(!plain.stdout.includes("\x1b"), plain.stdout);
  });
});

/** Sends an interrupt twice to a drain whose worker ignores TERM. */
async function interrupt(repository: Repository): Promise<Ran> {
  const ready = repository.outside("ready");
  await repository.submit("S", `trap '' TERM; echo > ${ready}; while :; do sleep 0.2; done`);
  const drain = repository.start(["drain"]);
  await until("a worker", () => {
    try {
      return Deno.statSync(ready).isFile;
    } catch {
      return false;
    }
  });
  drain.kill("SIGINT");
  await until("the first answer", () => drain.printed.stdout.includes("10 s to end"));
  drain.kill("SIGINT");
  await until("the second answer", () => drain.printed.stdout.includes("still stopping S"));
  return await drain.ended;
}

Deno.test("An interrupt is answered at once while a worker ignores TERM, and so is a second one", async () => {
  await withRepository(async (repository) => {
    const { code, stdout } = await interrupt(repository);
    assertEquals(code, 130);
    assertStringIncludes(stdout, "stopping S: its worker has 10 s to end\n");
    assertMatch(
      stdout,
      /still stopping S: what does not end is killed in (?:9|10) s; nothing is quicker\n/,
    );
    assertEquals(repository.task("S").status, "pending");
  });
});
