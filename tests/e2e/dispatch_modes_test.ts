import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, textOf, withRepository } from "./harness.ts";

/** A stand-in of mosaic that needs a terminal, shows its brief, and ends as it is told. */
const mosaic = `#!/bin/sh
test -t 0 && test -t 1 || { echo "no terminal"; exit 9; }
echo "arguments: $*"
stty size
cat "$MACP_BRIEF_FILE"
echo done > work.txt
exit "\${MOSAIC_EXIT:-0}"
`;

const noScript = !exists("/usr/bin/script");

for (const [exit, outcome, code] of [["0", "completed", 0], ["37", "worker_failed", 1]] as const) {
  Deno.test({
    name: `A yolo worker that exits ${exit} in a terminal of its own ends ${outcome}`,
    ignore: noScript,
    fn: async () => {
      await withRepository(async (repository) => {
        const brief = 'A brief with "quotes", $(dollars) and 😀';
        const bin = repository.outside("home", ".config", "mosaic", "bin");
        Deno.mkdirSync(bin, { recursive: true });
        Deno.writeTextFileSync(`${bin}/mosaic`, mosaic, { mode: 0o755 });
        Deno.mkdirSync(`${repository.path}/docs/tasks`, { recursive: true });
        repository.write("docs/tasks/y.md", `${brief}\n`);
        const args = ["submit", "--task-id", "y", "--title", "t", "--brief", "docs/tasks/y.md"];
        assertEquals((await repository.macp(args)).code, 0);
        const env = { HOME: repository.outside("home"), MOSAIC_EXIT: exit };
        assertEquals((await repository.macp(["drain"], { env })).code, code);
        assertEquals(repository.result("y").metadata?.outcome, outcome);
        const log = repository.log("y");
        assertStringIncludes(log, "40 120");
        assertStringIncludes(log, brief);
        const line = log.split("\n").find((line) => line.startsWith("arguments: ")) ?? "";
        assertStringIncludes(line, "yolo codex ");
        assert(!line.includes("quotes"), "the brief stands in the arguments");
        assert(!exists(repository.state("attempts", "y")), "the brief was not removed");
      });
    },
  });
}

Deno.test("An acp task is handed over with its worktree, and escalates with exit code 1", async () => {
  await withRepository(async (repository) => {
    const args = ["submit", "--task-id", "A-1", "--title", "Do it", "--dispatch", "acp"];
    assertEquals((await repository.macp([...args, "--runtime", "claude"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const result = repository.result("A-1");
    assertEquals([result.exit_code, result.escalation_reason], [
      1,
      "ACP dispatch requires OpenClaw integration (Phase 2)",
    ]);
    const handover = JSON.parse(textOf(repository.state("handover", "A-1.json")) ?? "");
    assertEquals(handover, {
      task: "# Do it\n",
      runtime: "acp",
      agentId: "claude",
      mode: "run",
      cwd: repository.worktree("a-1"),
      label: "Do it",
      taskName: "a-1",
      cleanup: "keep",
      runTimeoutSeconds: 7200,
    });
    assert(exists(handover.cwd), "the worktree is gone");
    assertEquals(result.metadata?.handover_path, repository.state("handover", "A-1.json"));
  });
});
