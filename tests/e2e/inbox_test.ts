import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, fingerprint, type Repository, withRepository } from "./harness.ts";

interface Item {
  id: string | null;
  title: string;
  kind: string;
  since: string | null;
  outcome: string | null;
  reason: string | null;
  blocked_by: string | null;
  blocks: string[];
  evidence: {
    log: string | null;
    result: string | null;
    worktree: string | null;
    snapshot_ref: string | null;
    gate: { command: string; exit_code: number } | null;
  };
  next: { command: string; why: string }[];
}

async function inboxOf(repository: Repository): Promise<Item[]> {
  return (await repository.json<{ items: Item[] }>(["inbox"])).items;
}

Deno.test("inbox shows what waits, oldest first, with evidence and the commands to type", async () => {
  await withRepository(async (repository) => {
    const asks = `echo '{"status": "escalated", "escalation_reason": "Which one?"}' > ` +
      `"$MACP_RESULT_FILE"`;
    repository.writeQueue([
      execTask("red", "echo x > x", { quality_gates: ["echo seen; exit 7"] }),
      execTask("lost", "exit 5"),
      execTask("alone", "exit 5"),
      execTask("behind", "true", { depends_on: ["lost"] }),
      execTask("further", "true", { depends_on: ["behind"] }),
      execTask("asks", asks),
      { id: "handed", title: "Hand over", status: "pending", dispatch: "acp" },
      execTask("fine", "true"),
    ]);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 3);
    assertStringIncludes(drained.stdout, "4 need a person: macp inbox");
    const before = fingerprint(repository.folder);

    const items = await inboxOf(repository);

    assertEquals(items.map(({ id, kind, outcome }) => [id, kind, outcome]), [
      ["red", "escalated", "gate_failed"],
      ["lost", "failed", "worker_failed"],
      ["behind", "blocked", null],
      ["further", "blocked", null],
      ["asks", "escalated", "worker_escalated"],
      ["handed", "escalated", "handed_over"],
    ]);
    const [red, lost, behind, further, asking, handed] = items;
    assertEquals(red?.since, repository.result("red").completed_at);
    assertEquals([red?.evidence.gate?.command, red?.evidence.gate?.exit_code], [
      "echo seen; exit 7",
      7,
    ]);
    assertEquals(red?.evidence.log, repository.state("logs", "red", "1.log"));
    assertEquals(red?.evidence.result, repository.state("results", "red.json"));
    assertEquals(red?.evidence.snapshot_ref, repository.result("red").metadata?.snapshot_ref);
    const commands = (item: Item | undefined) => item?.next.map(({ command }) => command);
    assertEquals(commands(red), [
      "macp logs red",
      "macp diff red",
      "macp restore red",
      "macp accept red",
      'macp reply red "…"',
      "macp retry red",
    ]);
    assertEquals([lost?.blocks, behind?.blocked_by, further?.blocked_by], [
      ["behind"],
      "lost",
      "behind",
    ]);
    assertEquals([behind?.since, further?.since], [lost?.since, lost?.since]);
    assertEquals(asking?.reason, "Which one?");
    assert(commands(asking)?.includes('macp reply asks "…"'));
    assertEquals(commands(handed), [
      "macp logs handed",
      "macp show handed --acp",
      "macp accept handed",
    ]);
    assertEquals(handed?.evidence.worktree, repository.worktree("handed"));
    const { stdout, code } = await repository.macp(["inbox"]);
    assertEquals(code, 0);
    assertEquals(commands(further), ["macp show lost"]);
    for (
      const text of [
        "4 tasks wait for a person, 2 more behind them",
        "failed (exit 7): seen",
        "Which one?",
        "blocks: behind",
      ]
    ) {
      assertStringIncludes(stdout, text);
    }
    assert(!stdout.includes("alone"));
    assertEquals(fingerprint(repository.folder), before, "inbox changed something");
  });
});

Deno.test("Every command that inbox names for a task is one that macp takes", async () => {
  await withRepository(async (repository) => {
    const outcomes = ["needs_input", "gate_broken", "baseline_red", "gate_files_blocked"];
    outcomes.push("merge_conflict", "invalid_task", "worktree_failed", "timed_out");
    repository.writeQueue(
      outcomes.map((outcome) =>
        execTask(outcome, "true", { status: "escalated", outcome, reason: `Because of ${outcome}` })
      ),
    );
    const help = (await repository.macp(["help"])).stdout;
    for (const { id, next, reason } of await inboxOf(repository)) {
      assertEquals(reason, `Because of ${id}`);
      assert(next.length > 0, id ?? "");
      for (const { command, why } of next) {
        assert(why.length > 0);
        const [program, verb] = command.split(" ");
        if (program !== "macp") continue;
        assertStringIncludes(help, `  ${verb} `, command);
      }
    }
  });
});

Deno.test("inbox shows elements without an id, invalid tasks, and those it knows no age of last", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      { title: "nameless", status: "pending" },
      execTask("odd", "true", { status: "someday" }),
      execTask("invalid", "true", { max_attempts: "many" }),
      execTask("unknown", "true", { depends_on: ["nobody"] }),
      execTask("it's; odd", "true", { status: "escalated", outcome: "gate_failed" }),
      execTask("old", "true", { status: "escalated", outcome: "needs_input", reason: "Well?" }),
      execTask("ready", "true"),
    ]);
    const event = {
      event_id: crypto.randomUUID(),
      event_type: "task.escalated",
      task_id: "old",
      status: "escalated",
      timestamp: "2026-01-02T03:04:05.000Z",
      source: "controller",
      message: "Well?",
      metadata: {},
    };
    Deno.writeTextFileSync(repository.state("events.ndjson"), `${JSON.stringify(event)}\n{"half`);
    const items = await inboxOf(repository);
    assertEquals(items.map(({ id, kind, since }) => [id, kind, since]), [
      ["old", "escalated", "2026-01-02T03:04:05.000Z"],
      [null, "invalid", null],
      ["odd", "invalid", null],
      ["invalid", "invalid", null],
      ["unknown", "invalid", null],
      ["it's; odd", "escalated", null],
    ]);
    assertStringIncludes(items[2]?.reason ?? "", "someday");
    assertStringIncludes(items[4]?.reason ?? "", "nobody");
    const quoted = items[5]?.next.map(({ command }) => command) ?? [];
    assert(quoted.includes(`macp retry 'it'\\''s; odd'`), quoted.join("\n"));
    assertStringIncludes((await repository.macp(["inbox"])).stdout, "element 1 of the queue");
  });
});

Deno.test("An empty inbox says so, and run does not speak of it", async () => {
  await withRepository(async (repository) => {
    assertEquals((await repository.macp(["inbox"])).stdout, "nothing waits for a person\n");
    await repository.submit("t", "true");
    const { stdout } = await repository.macp(["drain"]);
    assert(!stdout.includes("inbox"), stdout);
    const empty = await repository.json<{ waiting: number; items: Item[] }>(["inbox"]);
    assertEquals([empty.waiting, empty.items], [0, []]);
  });
});
