import { assert, assertEquals } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import { endAttemptProcesses, endProcesses } from "../../../src/process/end_processes.ts";
import { markScript } from "../../../src/process/mark_script.ts";
import { findAttemptProcesses } from "../../../src/process/find_attempt_processes.ts";
import type { ProcessEntry, Signal } from "../../../src/sys/processes.ts";
import type { World } from "../../../src/sys/world.ts";
import { isAlive, newEnvironment, withBystander } from "./real_commands.ts";

function row(pid: number, group = pid): ProcessEntry {
  return { pid, parent: 1, group, session: group, start_time: `t${pid}` };
}

/** A world of a few processes, in which only the given reaction to signals ends one. */
function smallWorld(table: ProcessEntry[], react: (pid: number, signal: Signal) => number[]) {
  const sent: string[] = [];
  let now = 0;
  const real = realWorld();
  const world: World = {
    ...real,
    clock: {
      ...real.clock,
      elapsed: () => now,
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
    },
    processes: {
      ...real.processes,
      list: () => [...table],
      identify: (pid) => table.find((entry) => entry.pid === pid) ?? null,
      signal: (pid, signal) => {
        sent.push(`${signal} ${pid} ${Math.round(now)}`);
        const gone = react(pid, signal);
        table.splice(0, Infinity, ...table.filter((entry) => !gone.includes(entry.pid)));
        return true;
      },
    },
  };
  return { world, sent, find: () => [...table] };
}

Deno.test("endProcesses() sends TERM alone when that ends them", async () => {
  const { world, sent, find } = smallWorld([row(20), row(30)], (pid) => [pid]);
  const { ended, remaining } = await endProcesses(world, { find, graceMs: 1000 });
  assertEquals(sent, ["SIGTERM 20 0", "SIGTERM 30 0"]);
  assertEquals([ended.map(({ pid }) => pid), remaining], [[20, 30], []]);
});

Deno.test("endProcesses() sends nothing when nothing is found", async () => {
  const { world, sent } = smallWorld([row(20)], () => []);
  const outcome = await endProcesses(world, { find: () => [], graceMs: 1000 });
  assertEquals([outcome, sent], [{ ended: [], remaining: [] }, []]);
});

Deno.test("endProcesses() sends KILL when the grace is over", async () => {
  const onKill = (pid: number, signal: Signal) => signal === "SIGKILL" ? [pid] : [];
  const { world, sent, find } = smallWorld([row(20)], onKill);
  const { ended } = await endProcesses(world, { find, graceMs: 1000 });
  assertEquals(sent, ["SIGTERM 20 0", "SIGKILL 20 1000"]);
  assertEquals(ended.length, 1);
});

Deno.test("endProcesses() sends one TERM to each when the leader of the group lives", async () => {
  const all = [20, 21, 30];
  const { world, sent, find } = smallWorld([row(20), row(21, 20), row(30)], (pid, signal) => {
    return signal === "SIGKILL" && pid === -20 ? all : [];
  });
  await endProcesses(world, { find, graceMs: 0, groupLeader: row(20) });
  assertEquals(sent, ["SIGTERM -20 0", "SIGTERM 30 0", "SIGKILL -20 0"]);
});

Deno.test("endProcesses() spares the group when its leader is another process now", async () => {
  const { world, sent, find } = smallWorld([row(20), row(21, 20)], (pid) => [pid]);
  const groupLeader = { pid: 20, start_time: "earlier" };
  await endProcesses(world, { find: () => find().slice(1), graceMs: 0, groupLeader });
  assertEquals(sent, ["SIGTERM 21 0"]);
});

Deno.test("endProcesses() sends KILL to what appears while it kills", async () => {
  const table = [row(20)];
  const fork = (pid: number, signal: Signal) => {
    if (signal === "SIGTERM") return [];
    if (pid < 25) table.push(row(pid + 1));
    return [pid];
  };
  const { world, find } = smallWorld(table, fork);
  const { ended, remaining } = await endProcesses(world, { find, graceMs: 0 });
  assertEquals([ended.map(({ pid }) => pid), remaining], [[20, 21, 22, 23, 24, 25], []]);
});

Deno.test("endProcesses() gives up and tells what remains when KILL does not end it", async () => {
  const { world, find } = smallWorld([row(20), row(30)], (pid) => pid === 20 ? [20] : []);
  const { ended, remaining } = await endProcesses(world, { find, graceMs: 1000 });
  assertEquals([ended, remaining], [[row(20)], [row(30)]]);
  assert(world.clock.elapsed() < 20_000);
});

Deno.test("endProcesses() never signals a process whose start time does not match", async () => {
  await withBystander(async (pid) => {
    const wrong = { ...row(pid, 1), start_time: "another" };
    const answers = [[wrong], [wrong], [wrong], []];
    const find = () => answers.shift() ?? [];
    await endProcesses(realWorld(), { find, graceMs: 0, groupLeader: wrong });
    assertEquals([answers.length, isAlive(pid)], [0, true]);
  });
});

/** Starts a marked session leader with a daemon in a session of its own. */
async function startAttempt(env: Record<string, string>) {
  const script = markScript(realWorld(), env["MACP_ATTEMPT_ID"]) +
    "setsid sleep 300 >/dev/null & env -i sleep 300 >/dev/null & echo $!; wait";
  const child = realWorld().processes.spawn({
    command: "sh",
    args: ["-c", script],
    env,
    ownSession: true,
    stdin: "null",
    stderr: "null",
  });
  const reader = child.stdout.getReader();
  const cleared = Number(new TextDecoder().decode((await reader.read()).value));
  return { child, reader, cleared };
}

Deno.test("endAttemptProcesses() ends an attempt of another run, by leader or by marker", async () => {
  for (const knowsLeader of [true, false]) {
    const env = newEnvironment();
    const world = realWorld();
    const attemptId = env["MACP_ATTEMPT_ID"] ?? "";
    const { child, reader, cleared } = await startAttempt(env);
    const leader = knowsLeader ? world.processes.identify(child.pid) : null;
    const found = findAttemptProcesses(world, { attemptId, leader });
    const { ended, remaining } = await endAttemptProcesses(world, {
      attemptId,
      leader,
      graceMs: 5000,
    });
    await child.exited;
    await reader.cancel();
    assert(found.some(({ pid }) => pid === cleared));
    assertEquals([ended.length >= 3, remaining, isAlive(cleared)], [true, [], false]);
  }
});

Deno.test("findAttemptProcesses() finds nothing when the leader's pid is another's now", async () => {
  await withBystander((pid) => {
    const leader = { pid, start_time: "another" };
    const found = findAttemptProcesses(realWorld(), { attemptId: crypto.randomUUID(), leader });
    assertEquals(found, []);
    return Promise.resolve();
  });
});
