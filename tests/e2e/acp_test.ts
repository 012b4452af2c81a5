import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, type Repository, textOf, withRepository } from "./harness.ts";

const reason = "ACP dispatch requires OpenClaw integration (Phase 2)";

async function submitAcp(repository: Repository, id: string, ...more: string[]): Promise<void> {
  const args = ["submit", "--task-id", id, "--title", `Task ${id}`, "--dispatch", "acp", ...more];
  const ran = await repository.macp(args);
  assertEquals(ran.code, 0, ran.stderr);
}

Deno.test("macp show --acp prints the hand-over alone, also with --json", async () => {
  await withRepository(async (repository) => {
    await submitAcp(repository, "TASK.1", "--runtime", "claude", "--timeout", "90.5");
    const task = { ...repository.task("TASK.1"), metadata: { model: "opus", thinking: 3 } };
    repository.writeQueue([task]);
    assertEquals((await repository.macp(["drain"])).code, 3);

    const plain = await repository.macp(["show", "TASK.1", "--acp"]);
    assertEquals([plain.code, plain.stderr], [0, ""]);
    assertEquals(
      plain.stdout,
      (await repository.macp(["show", "TASK.1", "--acp", "--json"])).stdout,
    );
    const { taskName, ...handover } = JSON.parse(plain.stdout);
    assertEquals(handover, {
      task: "# Task TASK.1\n",
      runtime: "acp",
      agentId: "claude",
      mode: "run",
      cwd: repository.worktree("task.1"),
      label: "Task TASK.1",
      cleanup: "keep",
      runTimeoutSeconds: 91,
      model: "opus",
    });
    assert(/^task_1_[0-9a-f]{8}$/.test(taskName), taskName);
    const path = repository.state("handover", "TASK.1.json");
    assertEquals(JSON.parse(textOf(path) ?? ""), { ...handover, taskName });
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("macp escalates an acp task with exit code 1 in a result that names its hand-over", async () => {
  await withRepository(async (repository) => {
    await submitAcp(repository, "t");
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { status, exit_code, escalation_reason, metadata } = repository.result("t");
    assertEquals([status, exit_code, escalation_reason], ["escalated", 1, reason]);
    assertEquals([metadata?.outcome, metadata?.handover_path], [
      "handed_over",
      repository.state("handover", "t.json"),
    ]);
    assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
    assertEquals(
      repository.events("t").at(-1)?.message,
      `${reason}; its worktree is ready, hand it over: macp show t --acp. Human review needed.`,
    );
    assert(exists(repository.worktree("t")), "the worktree is gone");
    const shown = (await repository.macp(["show", "t"])).stdout;
    assertStringIncludes(shown, "macp show t --acp");
    assertStringIncludes(shown, "macp accept t");
  });
});

Deno.test("macp show --acp exits 2 with the reason and the way out when nothing is handed over", async () => {
  await withRepository(async (repository) => {
    await repository.submit("plain", "true");
    await submitAcp(repository, "waits");
    const refused = async (id: string, why: string, hint: string) => {
      const ran = await repository.macp(["show", id, "--acp"]);
      assertEquals([ran.code, ran.stdout], [2, ""]);
      assertStringIncludes(ran.stderr, why);
      assertStringIncludes(ran.stderr, hint);
      const report = await repository.macp(["show", id, "--acp", "--json"]);
      assertEquals([report.code, report.stdout], [2, ""]);
      assertEquals(JSON.parse(report.stderr).error.code, "no_handover");
    };
    await refused("plain", "its dispatch is exec", "--dispatch acp");
    await refused("waits", "it still waits to be handed over", "macp drain");

    await repository.macp(["drain"]);
    assertEquals((await repository.macp(["show", "waits", "--acp"])).code, 0);
    // What an earlier attempt handed over is not what the next one will.
    assertEquals((await repository.macp(["retry", "waits"])).code, 0);
    await refused("waits", "it still waits to be handed over", "macp drain");

    repository.writeQueue([
      execTask("legacy", "true", { dispatch: undefined }),
      execTask("stuck", "", { dispatch: "acp", status: "escalated", reason: "No such base" }),
      { ...repository.task("waits"), status: "escalated" },
    ]);
    await refused("legacy", "it is no acp task", "--dispatch acp");
    await refused("stuck", "it escalated before that: No such base", "macp retry stuck");
    await repository.git("worktree", "remove", "--force", repository.worktree("waits"));
    await refused("waits", "its worktree is gone", "macp retry waits");
  });
});

Deno.test("macp show --acp prints no secret, and says where the whole hand-over is", async () => {
  await withRepository(async (repository) => {
    const env = { MY_TOKEN: "marker-5f1d2c3b4a" };
    Deno.mkdirSync(`${repository.path}/docs/tasks`, { recursive: true });
    repository.write("docs/tasks/s.md", `Use "${env.MY_TOKEN}" well.\n`);
    await submitAcp(repository, "s", "--brief", "docs/tasks/s.md");
    await repository.macp(["drain"], { env });
    const ran = await repository.macp(["show", "s", "--acp"], { env });
    assertEquals(ran.code, 0);
    assert(!ran.stdout.includes(env.MY_TOKEN), "the secret was printed");
    assertEquals(JSON.parse(ran.stdout).task, 'Use "[redacted:MY_TOKEN]" well.\n');
    assertStringIncludes(ran.stderr, repository.state("handover", "s.json"));
  });
});

Deno.test("macp show tells a person all that a result and the queue know", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo one > a.txt", "--gate", "echo nothing works; false");
    assertEquals((await repository.macp(["drain"])).code, 3);
    const path = repository.state("results", "t.json");
    const result = repository.result("t");
    const gates = (result.metadata?.gates ?? []).map((gate) => ({
      ...gate,
      baseline: "already_red",
    }));
    const more = {
      gates,
      usage: { input_tokens: 1234, output_tokens: null, cost_usd: 0.25 },
      session_id: "session-7",
      screen_tail: "Do you trust this folder?\n",
      main_checkout_changes: ["stray.txt"],
      gate_files_changed: ["package.json"],
      ignored_left_out: ["node_modules/"],
      warnings: ["The base is old"],
    };
    const metadata = { ...result.metadata, ...more };
    Deno.writeTextFileSync(path, JSON.stringify({ ...result, metadata }));
    const replies = [{ at: "2026-01-01T00:00:00.000Z", question: "Which?", text: "The first" }];
    repository.writeQueue([{ ...repository.task("t"), replies }]);

    const { code, stdout } = await repository.macp(["show", "t"]);

    assertEquals(code, 0);
    const snapshot = result.metadata?.snapshot_ref ?? "";
    for (
      const text of [
        "1,234 tokens in, $0.2500",
        "session-7",
        "| Do you trust this folder?",
        "main checkout changed while it ran:\n  stray.txt",
        "gate files changed:\n  package.json",
        "not in the snapshot (ignored by git):\n  node_modules/",
        "warning: The base is old",
        "(exit code 1, already red on the base)",
        "| nothing works",
        `${repository.worktree("t")} (removed)`,
        `${snapshot} (it comes back with: macp restore t)`,
        "asked: Which?",
        "answer of 2026-01-01T00:00:00Z (",
        "  macp restore t",
      ]
    ) assertStringIncludes(stdout, text);
  });
});

for (const name of ["handover", "attempts", "logs"]) {
  Deno.test(`macp writes nothing to where a link in the place of ${name} leads, and exits 5`, async () => {
    await withRepository(async (repository) => {
      await submitAcp(repository, "t", "--max-attempts", "2");
      const elsewhere = repository.outside("elsewhere");
      Deno.mkdirSync(elsewhere);
      Deno.symlinkSync(elsewhere, repository.state(name));
      const { code, stderr } = await repository.macp(["drain"]);
      assertEquals(code, 5, stderr);
      assertStringIncludes(stderr, repository.state(name));
      assertEquals([...Deno.readDirSync(elsewhere)], []);
      Deno.removeSync(repository.state(name));
      assertEquals((await repository.macp(["drain"])).code, 3);
      assert(exists(repository.state("handover", "t.json")));
    });
  });
}
