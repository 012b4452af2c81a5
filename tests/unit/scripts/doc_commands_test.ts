import { assertEquals } from "@std/assert";
import { commandsIn, splitShell, unknownIn } from "../../../scripts/lib/doc_commands.ts";

const markdown = `# macp run outside a block
\`\`\`sh
# macp comment
macp submit --title "Add a --flag" \\
  --task-id A
cd x && macp run --once | tail -1   # macp none
npx macp other
*/5 * * * * cd ~/x && ~/.local/bin/macp watch >/dev/null
\`\`\`
\`\`\`json
macp none
\`\`\`
\`\`\`console
$ macp status
macp-plugin x
\`\`\`
`;

Deno.test("commandsIn() finds the calls of macp in shell blocks", () => {
  assertEquals(commandsIn(markdown), [
    { line: 4, words: ["submit", "--title", "Add a --flag", "--task-id", "A"] },
    { line: 6, words: ["run", "--once"] },
    { line: 8, words: ["watch"] },
    { line: 14, words: ["status"] },
  ]);
});

Deno.test("splitShell() takes quotes off and keeps what they hold together", () => {
  assertEquals(splitShell(`a 'b; c' "d \\"e\\"" f\\ g'h'; i > j`), [
    ["a", "b; c", `d "e"`, "f gh"],
    ["i"],
    ["j"],
  ]);
});

function help(name: string): string | null {
  const texts: Record<string, string> = {
    "": "Commands: run\n  --repo DIR\n  -q, --quiet",
    run: "Usage: macp run [--once | --poll-sec N]",
  };
  return texts[name] ?? null;
}

Deno.test("unknownIn() accepts options of the command and of the program", () => {
  assertEquals(unknownIn(["--repo", "x", "run", "--poll-sec=3", "-q", "--", "--any"], help), []);
  assertEquals(unknownIn(["--quiet"], help), []);
});

Deno.test("unknownIn() tells a command that does not exist", () => {
  assertEquals(unknownIn(["dance", "--once"], help), ["no command dance"]);
});

Deno.test("unknownIn() tells options that do not exist, also parts of others", () => {
  assertEquals(unknownIn(["run", "--poll", "--once", "-x"], help), [
    "macp run has no option --poll",
    "macp run has no option -x",
  ]);
});
