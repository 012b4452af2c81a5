import { assertEquals } from "@std/assert";
import { changedSince, parseRows } from "../../../src/dispatcher/main_checkout.ts";

const hash = "1".repeat(40);

Deno.test("parseRows() reads every kind of row, also with spaces and line breaks in names", () => {
  const rows = parseRows([
    `# branch.oid ${hash}`,
    "# branch.head main",
    "# branch.upstream origin/main",
    "# branch.ab +1 -2",
    `1 .M N... 100644 100644 100644 ${hash} ${hash} a b\nc`,
    `u UU N... 100644 100644 100644 100644 ${hash} ${hash} ${hash} both sides`,
    "? new file",
    "? nested/",
    "! ignored",
    "",
  ].join("\0"));
  assertEquals([...rows.keys()], ["HEAD", "a b\nc", "both sides", "new file", "nested/"]);
  assertEquals(rows.get("HEAD"), `# branch.oid ${hash}# branch.head main`);
  assertEquals(rows.get("a b\nc"), `1 .M N... 100644 100644 100644 ${hash} ${hash}`);
});

Deno.test("changedSince() gives what came, went and changed, HEAD first", () => {
  const before = new Map([["HEAD", "a"], ["B", "1"], ["calm", "1"], ["went", "1"]]);
  const after = new Map([["HEAD", "b"], ["B", "2"], ["calm", "1"], ["came", "1"]]);
  assertEquals(changedSince(before, after), ["HEAD", "B", "came", "went"]);
});

Deno.test("changedSince() does not know when one of the looks was not possible", () => {
  assertEquals(changedSince(null, new Map()), null);
  assertEquals(changedSince(new Map(), null), null);
});
