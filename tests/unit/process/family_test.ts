import { assertEquals } from "@std/assert";
import { familyIn } from "../../../src/process/family.ts";
import type { ProcessEntry } from "../../../src/sys/processes.ts";

const self = { pid: 10, start_time: "t10" };
const me = row(10, 5, 10, 5);
const shell = row(5, 1, 5, 5);

function row(pid: number, parent: number, group: number, session: number): ProcessEntry {
  return { pid, parent, group, session, start_time: `t${pid}` };
}

function pids(table: ProcessEntry[], before: ProcessEntry[], certain: ProcessEntry[] = []) {
  return familyIn(table, { before, certain, self }).map(({ pid }) => pid).sort((a, b) => a - b);
}

Deno.test("familyIn() follows parents, sessions and groups to the end", () => {
  const leader = row(100, 10, 100, 100);
  const table = [
    row(105, 104, 105, 105), // Child of a daemon.
    row(104, 1, 103, 103), // In the session that 103 founded.
    row(103, 102, 103, 103),
    row(102, 100, 100, 100),
    row(101, 1, 100, 100), // Lost its parent.
    leader,
    me,
    shell,
    row(200, 1, 200, 200),
  ];
  assertEquals(pids(table, [leader]), [100, 101, 102, 103, 104, 105]);
});

Deno.test("familyIn() finds the session of a member that ended", () => {
  assertEquals(pids([me, shell, row(101, 1, 101, 100)], [row(100, 10, 100, 100)]), [101]);
});

Deno.test("familyIn() leaves out a session whose number a new process has", () => {
  const recycled = { ...row(100, 1, 100, 100), start_time: "later" };
  const table = [me, recycled, row(101, 100, 100, 100)];
  assertEquals(pids(table, [row(100, 10, 100, 100)]), []);
});

Deno.test("familyIn() ignores unknown groups and sessions when the clues hold none", () => {
  const table = [me, row(100, 1, 0, 0), row(101, 1, 0, 0), row(102, 1, 1, 1)];
  assertEquals(pids(table, [row(100, 10, 0, 0)]), [100]);
});

Deno.test("familyIn() takes what is certain, its children and its session", () => {
  const daemon = row(300, 1, 300, 300);
  const table = [me, daemon, row(301, 300, 301, 301), row(302, 1, 302, 300), row(400, 1, 400, 400)];
  assertEquals(pids(table, [], [daemon]), [300, 301, 302]);
});

Deno.test("familyIn() leaves out the process that asks, and those beside it", () => {
  const inMine = row(11, 1, 10, 5);
  assertEquals(pids([me, shell, inMine, row(12, 10, 12, 5)], [], [inMine]), [11]);
});
