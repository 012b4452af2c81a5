import { assertEquals } from "@std/assert";
import { pathAtStart } from "../../../src/cli/submission_doubts.ts";

Deno.test("pathAtStart() gives a relative path inside, and nothing else", () => {
  const cases: [string, string | null][] = [
    ["./agent.sh", "./agent.sh"],
    ["  tools/run --all", "tools/run"],
    ["./a.sh; true", "./a.sh"],
    ["./a.sh>log", "./a.sh"],
    ["node_modules/.bin/@x/y", "node_modules/.bin/@x/y"],
    ["agent.sh", null],
    ["/usr/bin/env x", null],
    ["../agent.sh", null],
    ["a/../../b", null],
    ["echo ./a.sh", null],
    ["$HOME/a", null],
    ["A=b/c ./a.sh", null],
    ['"./a b"', null],
    ["~/a.sh", null],
    ["", null],
  ];
  for (const [command, path] of cases) assertEquals(pathAtStart(command), path, command);
});
