import { assertEquals } from "@std/assert";
import { lagsOf } from "../../../src/cli/doctor/check_events.ts";
import { programOf } from "../../../src/cli/doctor/check_programs.ts";
import { placesIn } from "../../../src/cli/doctor/check_secrets.ts";
import { freeBytes } from "../../../src/cli/doctor/check_state.ts";

Deno.test("programOf() is the first word of a plain command, and null for anything else", () => {
  assertEquals(programOf("claude -p --verbose"), "claude");
  assertEquals(programOf(" /opt/x/agent"), "/opt/x/agent");
  assertEquals(programOf('"my agent" --do'), null);
  assertEquals(programOf("A=1 claude"), null);
  assertEquals(programOf("cd x\nclaude"), null);
});

Deno.test("freeBytes() reads what df -Pk prints, also with blanks in the mount point", () => {
  const head = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
  assertEquals(
    freeBytes(`${head}/dev/vda 263940380 25000000 80000000 24% /my disk\n`),
    80000000 * 1024,
  );
  assertEquals(freeBytes(""), null);
});

Deno.test("placesIn() gives file and line of each hit, and nothing of the line itself", () => {
  assertEquals(placesIn("a b.txt\x0012\x00token here\nc\x003\x00x\n"), ["a b.txt:12", "c:3"]);
});

Deno.test("lagsOf() tells the bytes that each sink is behind, also in the older form", () => {
  const cursors = { schema_version: 1, sinks: { webhook: { offset: 10 }, slack: { offset: 2e6 } } };
  assertEquals(lagsOf(cursors, 2e6).map(({ level, message }) => [level, message]), [
    ["warn", "webhook lags 1999990 bytes behind"],
    ["ok", "slack lags 0 bytes behind"],
  ]);
  assertEquals(lagsOf(5, 3).map(({ message }) => message), ["(older form) lags 0 bytes behind"]);
});
