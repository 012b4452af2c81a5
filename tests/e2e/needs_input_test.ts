import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withRepository } from "./harness.ts";
import { agentsPath, drain, noScript, submitBrief } from "./yolo.ts";

Deno.test({
  name: "macp drain escalates a yolo worker that asks for trust, with the screen it shows",
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
      const env = { PATH: agentsPath, SOME_TOKEN: secret };
      const ran = await repository.macp(["drain", "--jobs", "2"], { env });
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
    });
  },
});

Deno.test({
  name: "macp drain lets a yolo worker go on that prints such words",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      await submitBrief(repository, "y", [
        "DO: print Do you trust the files in this folder?",
        "DO: sleep 2",
        "DO: print I do, and go on",
        "DO: sleep 7",
        "DO: print Press Enter to continue",
        "DO: sleep 1",
        "DO: edit work.txt done",
      ]);
      const ran = await drain(repository);
      assertEquals([ran.code, repository.result("y").status], [0, "completed"]);
    });
  },
});
