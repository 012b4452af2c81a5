import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withRepository } from "./harness.ts";
import { agentsPath, noScript, submitBrief } from "./yolo.ts";

Deno.test({
  name:
    "macp drain escalates yolo workers that wait for a person, not one that prints such words and goes on",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      const secret = "hunter2-hunter2-hunter2";
      await submitBrief(
        repository,
        "y",
        [
          "DO: edit work.txt begun",
          "DO: print gone with the next screen",
          "DO: trust",
          "DO: print never",
        ],
        "--max-attempts",
        "3",
      );
      await submitBrief(repository, "z", [`DO: print ${secret}`, "DO: ask Proceed? (y/n) "]);
      await submitBrief(repository, "w", [
        "DO: print Do you trust the files in this folder?",
        "DO: sleep 2",
        "DO: print I do, and go on",
        "DO: sleep 7",
        "DO: print Press Enter to continue",
        "DO: sleep 1",
        "DO: edit work.txt done",
      ]);
      const env = { PATH: agentsPath, SOME_TOKEN: secret };
      const ran = await repository.macp(["drain", "--jobs", "3"], { env });
      assertEquals(ran.code, 3, ran.stderr);
      const { status, metadata, error, escalation_reason } = repository.result("y");
      assertEquals([status, metadata?.outcome], ["escalated", "needs_input"]);
      assertStringIncludes(error ?? "", "Do you trust the files in this folder?");
      assertEquals(escalation_reason, error);
      const tail = metadata?.screen_tail ?? "";
      assertStringIncludes(tail, "\n❯ 1. Yes, proceed\n  2. No, exit\n");
      assert(!tail.includes("gone with"), tail);
      assert(!repository.log("y").includes("never"));
      assertEquals(repository.eventTypes("y").at(-1), "task.escalated");
      const other = repository.result("z").metadata?.screen_tail ?? "";
      assertStringIncludes(other, "[redacted:SOME_TOKEN]\nProceed? (y/n)");
      assert(!other.includes(secret), other);
      assertEquals(repository.result("w").status, "completed");
    });
  },
});
