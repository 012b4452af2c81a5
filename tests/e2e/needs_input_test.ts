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
        "DO: print Do you trust the files in this folder? I saw that question in the source.",
        "DO: sleep 17",
        "DO: print the README says: Press Enter to continue",
        "DO: sleep 17",
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

Deno.test({
  name: "macp drain escalates yolo workers that ask for a key, a code, an answer or a choice",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      const asks = {
        key: ["DO: ask Enter your API key: "],
        answer: ["DO: print Retry? (y/N)", "DO: ask > "],
        code: ["DO: print Enter the code ABCD-EFGH at https://login.test/device", "DO: hang"],
        menu: ["DO: print How shall this go on?", "DO: print ❯ Allow", "DO: ask   Deny"],
        clock: ["DO: clock Overwrite it? (y/n)"],
      };
      for (const [id, brief] of Object.entries(asks)) await submitBrief(repository, id, brief);
      const ran = await repository.macp(["drain", "--jobs", "5"], { env: { PATH: agentsPath } });
      assertEquals(ran.code, 3, ran.stderr);
      const lines = Object.keys(asks).map((id) => {
        const { metadata, error } = repository.result(id);
        assertEquals(metadata?.outcome, "needs_input", id);
        return error?.replace("Worker waits for a person: ", "");
      });
      assertEquals(lines, [
        "Enter your API key:",
        "Retry? (y/N)",
        "Enter the code ABCD-EFGH at https://login.test/device",
        "How shall this go on?",
        "Overwrite it? (y/n)",
      ]);
    });
  },
});
