import { assertEquals, assertThrows } from "@std/assert";
import { MacpError } from "../../../src/protocol/errors.ts";
import { expandTemplate } from "../../../src/protocol/legacy_command.ts";

async function argumentsOf(template: string, title: string): Promise<string[]> {
  const output = await new Deno.Command("sh", {
    args: ["-c", expandTemplate(template)],
    env: { MACP_TASK_TITLE: title, MACP_TASK_ID: "T 1", MACP_TASK_FILE: "/f" },
  }).output();
  return new TextDecoder().decode(output.stdout).split("\n").slice(0, -1);
}

const hostile = `$(echo pwned) \`echo pwned\` "; echo pwned; ' $HOME *`;

Deno.test("expandTemplate() hands a hostile title over as one argument, outside quotes", async () => {
  const found = await argumentsOf(`printf '%s\\n' {task_id} {task_title}`, hostile);
  assertEquals(found, ["T 1", hostile]);
});

Deno.test("expandTemplate() hands a hostile title over as one argument, inside double quotes", async () => {
  const found = await argumentsOf(`printf '%s\\n' "<{task_title}>" \\"{task_file}`, hostile);
  assertEquals(found, [`<${hostile}>`, '"/f']);
});

Deno.test("expandTemplate() refuses a placeholder that could not expand, or would become code", () => {
  const refused = [
    "echo '{task_title}'",
    `sh -c "echo {task_title}"`,
    `bash -lc "run {task_title}"`,
    "eval {task_title}",
  ];
  for (const template of refused) {
    const error = assertThrows(() => expandTemplate(template), MacpError, "{task_title}");
    assertEquals(error.kind, "usage", template);
  }
});

Deno.test("expandTemplate() leaves other braces alone", () => {
  assertEquals(expandTemplate("a ${B} {c} '{d}' {task}"), "a ${B} {c} '{d}' {task}");
});
