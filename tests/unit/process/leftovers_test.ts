import { assert, assertEquals } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import type { World } from "../../../src/sys/world.ts";
import { findAttemptProcesses } from "../../../src/process/find_attempt_processes.ts";
import { lineageMark } from "../../../src/process/lineage_mark.ts";
import {
  inFolder,
  isAlive,
  newEnvironment,
  readIfThere,
  run,
  withBystander,
} from "./real_commands.ts";

/** A shell that waits until a file exists. */
const waitFor = (file: string) => `until [ -s ${file} ]; do sleep 0.01; done`;

function pidsIn(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}

function assertAllGone(text: string, count: number): void {
  const pids = pidsIn(text);
  assertEquals(pids.length, count);
  assertEquals(pids.filter((pid) => !(pid > 1) || isAlive(pid)), []);
}

Deno.test("runCommand() ends a background child that keeps the pipe open", async () => {
  const { out, exitCode } = await run("sleep 300 & echo $!");
  assertEquals(exitCode, 0);
  assertAllGone(out, 1);
});

Deno.test("runCommand() ends a background child that ignores TERM after a normal exit", async () => {
  await inFolder(async (cwd) => {
    const stubborn = `sh -c 'trap "" TERM; echo 1 > ready; while :; do sleep 0.05; done'`;
    const { out, cause } = await run(`${stubborn} & echo $!; ${waitFor("ready")}`, { cwd });
    assertEquals(cause, "exited");
    assertAllGone(out, 1);
  });
});

Deno.test("runCommand() ends what forked twice and founded a session, on a time-out", async () => {
  await inFolder(async (cwd) => {
    const daemon = `setsid sh -c 'trap "" TERM; echo $$ > daemon; while :; do sleep 0.05; done'`;
    const command = `(${daemon} >/dev/null 2>&1 &); ${waitFor("daemon")}; echo ready; sleep 300`;
    const abort = new AbortController();
    const ran = await run(command, {
      cwd,
      graceMs: 100,
      signal: abort.signal,
      onOutput: () => abort.abort(),
    });
    assertEquals(ran.cause, "aborted");
    assertAllGone(Deno.readTextFileSync(`${cwd}/daemon`), 1);
  });
});

Deno.test("runCommand() ends a daemon without environment that a look at the table saw", async () => {
  await inFolder(async (cwd) => {
    const world = realWorld();
    const list = () => {
      const table = world.processes.list();
      const daemon = Number(readIfThere(`${cwd}/daemon`));
      const row = table.find(({ pid }) => pid === daemon);
      if (row && row.session === daemon) Deno.writeTextFileSync(`${cwd}/seen`, "1");
      return table;
    };
    const daemon = `setsid env -i sleep 300 >/dev/null 2>&1 & echo $! > daemon`;
    const { exitCode } = await run(
      `sh -c '${daemon}; ${waitFor("seen")}'; echo done`,
      { cwd },
      { ...world, processes: { ...world.processes, list } },
    );
    assertEquals(exitCode, 0);
    assertAllGone(Deno.readTextFileSync(`${cwd}/daemon`), 1);
  });
});

/** The real world, in which nothing can be found by its environment. */
function withoutEnvironments(): World {
  const world = realWorld();
  return { ...world, processes: { ...world.processes, withEnvironment: () => [] } };
}

Deno.test({
  name: "runCommand() ends a daemon without environment that no look saw before the end",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const daemon = `setsid env -i sh -c 'cd /; sleep 300 & echo $!' 2>/dev/null`;
    const { out, exitCode } = await run(`(${daemon} &); sleep 0.01`, {}, withoutEnvironments());
    assertEquals(exitCode, 0);
    assertAllGone(out, 1);
  },
});

Deno.test({
  name: "findAttemptProcesses() finds what an attempt inside the attempt started",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const world = withoutEnvironments();
    const outer = crypto.randomUUID();
    const fileLockLimit = (pid: number) =>
      pid === Deno.pid ? lineageMark(outer, null) : world.processes.fileLockLimit(pid);
    const abort = new AbortController();
    const found: number[] = [];
    const ofOuter = () => findAttemptProcesses(world, { attemptId: outer }).length;
    await run("echo; sleep 300", {
      signal: abort.signal,
      onOutput: () => {
        found.push(ofOuter());
        abort.abort();
      },
    }, { ...world, processes: { ...world.processes, fileLockLimit } });
    found.push(ofOuter());
    assert(found[0], "it was not found");
    assertEquals(found.at(-1), 0);
  },
});

Deno.test("runCommand() ends a command that keeps forking while it is ended", async () => {
  const forks = "i=0; while [ $i -lt 2000 ]; do setsid sleep 300 & echo $i; i=$((i+1)); done";
  const env = newEnvironment();
  const abort = new AbortController();
  let forked = 0;
  await run(`trap '' TERM; ${forks}; sleep 300`, {
    env,
    graceMs: 20,
    signal: abort.signal,
    onOutput: () => {
      forked++;
      abort.abort();
    },
  });
  const attemptId = env["MACP_ATTEMPT_ID"] ?? "";
  assert(forked > 0);
  assertEquals(findAttemptProcesses(realWorld(), { attemptId }), []);
});

Deno.test("runCommand() leaves alone what it did not start", async () => {
  await withBystander(async (pid) => {
    await run("sleep 300 & sleep 300 & exec sleep 300", { timeoutMs: 100, graceMs: 100 });
    await run("sleep 300 &");
    assert(isAlive(pid));
  });
});

/** The real world, in which a process cannot be seen once its pid is in a file. */
function blindFor(file: string): World {
  const world = realWorld();
  const list = () => world.processes.list().filter(({ pid }) => pid !== Number(readIfThere(file)));
  return { ...world, processes: { ...world.processes, list } };
}

Deno.test("runCommand() closes the pipe when someone it cannot see keeps it open", async () => {
  await inFolder(async (cwd) => {
    const command = "setsid env -i sleep 300 & echo $! > holder; printf partial";
    const { out, exitCode } = await run(command, { cwd }, blindFor(`${cwd}/holder`));
    Deno.kill(Number(readIfThere(`${cwd}/holder`)), "SIGKILL");
    assertEquals([out, exitCode], ["partial", 0]);
  });
});

Deno.test("runCommand() closes the pipe when someone it cannot see keeps printing", async () => {
  await inFolder(async (cwd) => {
    const command = "setsid env -i yes & echo $! > holder";
    let bytes = 0;
    const { exitCode } = await run(command, {
      cwd,
      onOutput: (chunk) => {
        bytes += chunk.length;
      },
    }, blindFor(`${cwd}/holder`));
    const atTheEnd = bytes;
    await realWorld().clock.sleep(0);
    assertEquals([exitCode, bytes], [0, atTheEnd]);
  });
});

/** Starts a process that has the marker of an attempt in its environment, and `limit` as a limit. */
async function withMarked(attemptId: string, limit: string, test: (pid: number) => void) {
  const child = realWorld().processes.spawn({
    command: "/bin/sh",
    args: ["-c", `${limit} echo; exec sleep 300`],
    env: { PATH: Deno.env.get("PATH") ?? "", MACP_ATTEMPT_ID: attemptId },
    ownSession: true,
    stdin: "null",
    stderr: "null",
  });
  const reader = child.stdout.getReader();
  await reader.read();
  try {
    test(child.pid);
  } finally {
    Deno.kill(child.pid, "SIGKILL");
    await child.exited;
    await reader.cancel();
  }
}

Deno.test({
  name: "findAttemptProcesses() takes a marker for a copy when the process was never marked",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const world = realWorld();
    const attemptId = crypto.randomUUID();
    const find = (other = world) =>
      findAttemptProcesses(other, { attemptId }).map(({ pid }) => pid);
    const lowered = "ulimit -w 5 2>/dev/null || ulimit -x 5;";
    await withMarked(attemptId, lowered, (pid) => assertEquals(find(), [pid]));
    await withMarked(attemptId, "", (pid) => {
      assertEquals(find(), []);
      const processes = { ...world.processes, tellsFileLockLimits: false };
      assertEquals(find({ ...world, processes }), [pid]);
      // The attempt itself could not be marked.
      const leader = world.processes.identify(pid);
      assertEquals(findAttemptProcesses(world, { attemptId, leader }).length, 1);
    });
  },
});
