import { assert, assertEquals } from "@std/assert";
import { leftoverMessage } from "../../../src/dispatcher/leftover_message.ts";

const log = { redacted: (text: string) => text.replaceAll("s3cret", "[redacted:KEY]") };

function message(title: string, leftBy?: "person"): string {
  const by = leftBy === undefined ? {} : { leftBy };
  return leftoverMessage({ task: { id: "GREET", title }, serial: 2, log, ...by });
}

Deno.test("leftoverMessage() has the task's title as its subject, and says who left and committed it", () => {
  assertEquals(
    message("Add a greeting"),
    "Add a greeting (GREET)\n\n" +
      "Left uncommitted by the worker, committed by macp after attempt 2.\n",
  );
  assertEquals(
    message("Add a greeting", "person").split("\n")[2],
    "Left uncommitted by a person, committed by macp before its gates ran (attempt 2).",
  );
});

Deno.test("leftoverMessage() keeps any title to one short line without secrets", () => {
  const subject = (title: string) => message(title).split("\n")[0] ?? "";
  assertEquals(
    subject("Use s3cret\n\nSigned-off-by: x"),
    "Use [redacted:KEY] Signed-off-by: x (GREET)",
  );
  assertEquals(subject("   "), "Work of a task (GREET)");
  const long = subject("word ".repeat(100));
  assert(long.length <= 72 + " (GREET)".length, long);
  assert(long.endsWith("… (GREET)"), long);
});
