import { assertEquals } from "@std/assert";
import {
  parseFolders,
  parseLockLimit,
  parsePsTable,
  parseStat,
  pidsWithEntry,
  startedBefore,
} from "../../../src/sys/process_table.ts";

const rest = "0 -1 4194304 56 0 0 0 0 0 0 0 20 0 1 0 150538 2703360 324 18446744073709551615";

Deno.test("parseStat() reads the identity and the family when the process runs", () => {
  assertEquals(parseStat(`4183 (cat) R 4182 4181 4180 ${rest}`, "abcd1234"), {
    pid: 4183,
    parent: 4182,
    group: 4181,
    session: 4180,
    start_time: "abcd1234:150538",
  });
});

Deno.test("parseStat() counts from the last parenthesis when the name holds some", () => {
  const entry = parseStat(`7 (a) R 1 (b c) S 5 6 7 ${rest}`, "b");
  assertEquals([entry?.pid, entry?.parent, entry?.start_time], [7, 5, "b:150538"]);
});

Deno.test("parseStat() returns null when the process is a zombie", () => {
  assertEquals(parseStat(`7 (sh) Z 5 6 7 ${rest}`, "b"), null);
});

Deno.test("parseStat() returns null when the text is cut off", () => {
  assertEquals(parseStat("7 (sh) S 5 6 7", "b"), null);
  assertEquals(parseStat("", "b"), null);
});

Deno.test("parseLockLimit() reads the hard limit, and null when there is none", () => {
  const line = (soft: string, hard: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \n` +
    `Max file locks            ${soft.padEnd(20)} ${hard.padEnd(20)} locks     \n`;
  assertEquals(parseLockLimit(line("7", "4611686018427387903")), 4611686018427387903n);
  assertEquals(parseLockLimit(line("unlimited", "12")), 12n);
  assertEquals([parseLockLimit(line("7", "unlimited")), parseLockLimit("")], [null, null]);
});

Deno.test("parsePsTable() reads rows and leaves out zombies and noise", () => {
  const rows = parsePsTable([
    "  501     1   501      0 Ss   Mon Sep  1 09:05:07 2025    ",
    "77 501 77 ffee S+ Tue Sep  2 10:00:00 2025",
    "78 501 77 ffee Z+ Tue Sep  2 10:00:00 2025",
    "something else",
  ]);
  assertEquals(rows, [
    { pid: 501, parent: 1, group: 501, session: 0, start_time: "Mon Sep  1 09:05:07 2025" },
    { pid: 77, parent: 501, group: 77, session: 0xffee, start_time: "Tue Sep  2 10:00:00 2025" },
  ]);
});

Deno.test("pidsWithEntry() finds whole words behind the pid", () => {
  const lines = ["  12 sleep 5 A=1 ID=x HOME=/", " 13 sleep 5 ID=xy", "14 echo ID=", "ID=x 15"];
  assertEquals(pidsWithEntry(lines, "ID=x"), [12]);
});

Deno.test("startedBefore() compares ticks as numbers when the boot is the same", () => {
  assertEquals(startedBefore("ab:99", "ab:100"), true);
  assertEquals(startedBefore("ab:100", "ab:99"), false);
  assertEquals(startedBefore("ab:100", "ab:100"), false);
});

Deno.test("startedBefore() returns false when the times do not tell", () => {
  assertEquals(startedBefore("ab:1", "cd:2"), false);
  assertEquals(startedBefore("Mon Sep  1 09:05:07 2025", "Mon Sep  1 09:05:08 2025"), false);
});

Deno.test("parseFolders() reads the folder of each process", () => {
  const lines = ["p12", "fcwd", "n/home/a b", "p13", "fcwd", "p14", "n/"];
  assertEquals([...parseFolders(lines)], [[12, "/home/a b"], [14, "/"]]);
});
