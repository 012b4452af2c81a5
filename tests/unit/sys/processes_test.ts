import { assertEquals, assertThrows } from "@std/assert";
import { realProcesses } from "../../../src/host/processes.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Child, SpawnOptions } from "../../../src/sys/processes.ts";

const path = Deno.env.get("PATH") ?? "";

function start(script: string, options: Partial<SpawnOptions> = {}): Child {
  return realProcesses.spawn({
    command: "sh",
    args: ["-c", script],
    env: { PATH: path },
    ownSession: true,
    stdin: "null",
    stderr: "null",
    ...options,
  });
}

async function end(child: Child) {
  const [text, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return { text, ...status };
}

function codeOfThrown(run: () => unknown): string {
  return assertThrows(run, MacpError).code;
}

Deno.test("spawn() starts a session of its own when asked", async () => {
  const child = start("read -r line; echo $line", { stdin: "piped" });
  const row = realProcesses.list().find(({ pid }) => pid === child.pid);
  await child.feed(new TextEncoder().encode("hello\n"));
  assertEquals([row?.group, row?.session], [child.pid, child.pid]);
  assertEquals(await end(child), { text: "hello\n", code: 0, signal: null });
});

Deno.test("spawn() hands over exactly the environment", async () => {
  const { text } = await end(start("env", { command: "env", args: [], env: { A: "1", B: "x y" } }));
  assertEquals(text.trim().split("\n").sort(), ["A=1", "B=x y"]);
});

Deno.test("exited is 128 + n when a signal ended the child", async () => {
  assertEquals(await end(start("kill -9 $$")), { text: "", code: 137, signal: "SIGKILL" });
});

Deno.test({
  name: "exited is 128 + n when a real-time signal ended the child",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals(await end(start("kill -34 $$")), { text: "", code: 162, signal: "SIG34" });
  },
});

Deno.test("feed() is no error when the child does not read", async () => {
  const child = start("exit 3", { stdin: "piped" });
  await child.exited;
  await child.feed(new Uint8Array(100_000));
  assertEquals((await end(child)).code, 3);
});

Deno.test("spawn() tells what is missing when the child cannot start", () => {
  assertEquals(codeOfThrown(() => start("", { command: "no-such-program" })), "program_missing");
  assertEquals(codeOfThrown(() => start("", { command: "/no/such" })), "program_missing");
  assertEquals(codeOfThrown(() => start("true", { cwd: "/no/such" })), "folder_missing");
  assertEquals(codeOfThrown(() => start("true", { cwd: "/etc/passwd" })), "folder_missing");
  assertEquals(codeOfThrown(() => start("", { command: "/etc/passwd" })), "program_not_started");
  assertEquals(codeOfThrown(() => start("a\0b")), "program_not_started");
});

Deno.test("identify() tells a live process from one that ended", async () => {
  const child = start("read -r _", { stdin: "piped" });
  const row = realProcesses.list().find(({ pid }) => pid === child.pid);
  assertEquals(realProcesses.identify(child.pid)?.start_time, row?.start_time);
  await child.feed(new Uint8Array());
  await end(child);
  assertEquals(realProcesses.identify(child.pid), null);
});

Deno.test("withEnvironment() finds holders of the whole entry, among some or all", async () => {
  const value = crypto.randomUUID();
  const child = start("read -r _", { stdin: "piped", env: { PATH: path, MARK: value } });
  const found = realProcesses.withEnvironment("MARK", value);
  const elsewhere = realProcesses.withEnvironment("MARK", value.slice(0, -1));
  const among = realProcesses.withEnvironment("MARK", value, found);
  const none = realProcesses.withEnvironment("MARK", value, []);
  await child.feed(new Uint8Array());
  await end(child);
  assertEquals(found.map(({ pid }) => pid), [child.pid]);
  assertEquals([elsewhere, among, none], [[], found, []]);
});

Deno.test({
  name: "fileLockLimit() tells what a shell set, and null when there is no process",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const child = start("ulimit -w 12345 2>/dev/null || ulimit -x 12345; echo; read -r _", {
      stdin: "piped",
    });
    const reader = child.stdout.getReader();
    await reader.read();
    const limit = realProcesses.fileLockLimit(child.pid);
    await child.feed(new Uint8Array());
    await Promise.all([child.exited, reader.cancel()]);
    assertEquals([limit, realProcesses.fileLockLimit(child.pid)], [12345n, null]);
  },
});

Deno.test("signal() returns false when there is no such process", async () => {
  const child = start("true");
  await end(child);
  assertEquals(realProcesses.signal(child.pid, "SIGTERM"), false);
  assertEquals(realProcesses.signal(-child.pid, "SIGTERM"), false);
});

Deno.test("signal() refuses pids that mean more than one process or group", () => {
  for (const pid of [0, 1, -1, 0.5, NaN]) {
    assertThrows(() => realProcesses.signal(pid, "SIGTERM"), Error, "Cannot send a signal");
  }
});

Deno.test("withFolder() finds processes that work in a folder or below it, and no others", async () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  Deno.mkdirSync(`${folder}/a/deep`, { recursive: true });
  Deno.mkdirSync(`${folder}/ab`);
  const start = (cwd: string) =>
    new Deno.Command("sleep", { args: ["60"], cwd, stdout: "null", stderr: "null" }).spawn();
  const children = ["a", "a/deep", "ab"].map((name) => start(`${folder}/${name}`));
  try {
    const pids = realProcesses.withFolder(`${folder}/a`).map(({ pid }) => pid).sort();
    assertEquals(pids, children.slice(0, 2).map(({ pid }) => pid).sort());
  } finally {
    for (const child of children) {
      child.kill();
      await child.status;
    }
    Deno.removeSync(folder, { recursive: true });
  }
});
