import { assertEquals } from "@std/assert";
import { onlyGrew, parseHeadLog } from "../../../src/git/head_log.ts";

const none = "0".repeat(40);
const id = (digit: string) => digit.repeat(40);
const line = (from: string, to: string, message?: string) =>
  `${from} ${to} A Name <a@b> 1795311466 +0000${message === undefined ? "" : `\t${message}`}\n`;
/** What git writes when a worktree is made. */
const made = line(none, id("a")) + line(id("a"), id("a"), "reset: moving to HEAD");

Deno.test("parseHeadLog() reads moves with and without a message, and those from and to no commit", () => {
  assertEquals(parseHeadLog(made + line(id("a"), none) + "half a li"), [
    { from: null, to: id("a"), message: "" },
    { from: id("a"), to: id("a"), message: "reset: moving to HEAD" },
    { from: id("a"), to: null, message: "" },
  ]);
});

/** Lines behind those of the making, the commit that HEAD is on, whether nothing was left. */
const cases: Record<string, [lines: string, head: string | null, grew: boolean]> = {
  "nothing happened": ["", id("a"), true],
  "it was committed and merged": [
    line(id("a"), id("b"), "commit: Add: a thing") +
    line(id("b"), id("c"), "merge feat/x: Merge made by the 'ort' strategy.") +
    line(id("c"), id("d"), "commit (merge): Merge") + line(id("d"), id("e"), "cherry-pick: Pick"),
    id("e"),
    true,
  ],
  "it was amended": [line(id("a"), id("b"), "commit (amend): Again"), id("b"), false],
  "it was reset": [line(id("a"), id("b"), "reset: moving to HEAD~1"), id("b"), false],
  "another branch was checked out": [
    line(id("a"), id("b"), "checkout: moving from a to b"),
    id("b"),
    false,
  ],
  "a root commit was made": [line(none, id("b"), "commit (initial): New"), id("b"), false],
  "the branch moved unseen": [line(id("b"), id("c"), "commit: On another"), id("c"), false],
  "the branch stands elsewhere": [line(id("a"), id("b"), "commit: One"), id("c"), false],
  "the branch is gone": [line(id("a"), none), null, false],
};

for (const [what, [lines, head, grew]] of Object.entries(cases)) {
  Deno.test(`onlyGrew() is ${grew} when ${what}`, () => {
    assertEquals(onlyGrew(parseHeadLog(made + lines), head), grew);
  });
}

Deno.test("onlyGrew() is false when the beginning of the log is missing", () => {
  assertEquals(onlyGrew(parseHeadLog(line(id("a"), id("b"), "commit: One")), id("b")), false);
});
