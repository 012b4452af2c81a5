import { assertEquals } from "@std/assert";
import { hasOpenPipe } from "../../../src/gates/open_pipe.ts";

Deno.test("hasOpenPipe() finds a pipe whose first command nobody asks", () => {
  for (
    const command of [
      "false | tail -1",
      "npm test 2>&1|tee log",
      "make |& cat",
      "true && a | b",
      "echo 'x|y' | grep x",
      'echo "it\\"s" | cat',
      "a \\' | b",
      "true # all well\na | b",
    ]
  ) assertEquals(hasOpenPipe(command), true, command);
});

Deno.test("hasOpenPipe() finds none in quotes, in a comment, in || and >|, and beside pipefail", () => {
  for (
    const command of [
      "npm test",
      "a || b",
      "grep -E 'a|b' file",
      'grep -E "a|b" file',
      'grep "say \\"a|b\\"" file',
      "grep a\\|b file",
      "npm test >| log",
      "npm test # | tail",
      "bash -o pipefail -c 'npm test | tail -1'",
      "set -o pipefail; npm test | tail -1",
      "",
    ]
  ) assertEquals(hasOpenPipe(command), false, command);
});
