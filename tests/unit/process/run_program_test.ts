import { assertEquals, assertRejects } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import {
  type ProgramEnd,
  type ProgramOptions,
  runProgram,
} from "../../../src/process/run_program.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const world = realWorld();

/** Runs `/bin/sh -c script` with arguments; the output as text. */
async function run(script: string, changes: Partial<ProgramOptions> = {}, here = world) {
  const text = { out: "", err: "" };
  const end: ProgramEnd = await runProgram(here, {
    program: "/bin/sh",
    args: ["-c", script],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    timeoutMs: 30_000,
    signal: new AbortController().signal,
    onOutput: (chunk, stream) => {
      text[stream] += new TextDecoder().decode(chunk);
    },
    ...changes,
  });
  return { end, ...text };
}

Deno.test("runProgram() hands on both streams and the exit code", async () => {
  const { end, out, err } = await run("echo one; echo two >&2; pwd; cat; exit 3");
  assertEquals([end, out, err], [{ exitCode: 3, cause: "exited" }, "one\n/\n", "two\n"]);
});

Deno.test("runProgram() gives arguments as they are, and no variable but those of env", async () => {
  const args = ["$(id)", "a b", "", "--", "'"];
  const { out } = await run("", { program: "/usr/bin/printf", args: ["[%s]", ...args] });
  assertEquals(out, "[$(id)][a b][][--][']");
  const shown = await run("", { program: "env", args: [], env: { PATH: "/usr/bin:/bin", A: "1" } });
  assertEquals(shown.out.trim().split("\n").sort(), ["A=1", "PATH=/usr/bin:/bin"]);
});

Deno.test("runProgram() ends a program after its time with all that it started", async () => {
  const { end, out } = await run("sleep 600 & echo $!; trap '' TERM; sleep 600; sleep 600", {
    timeoutMs: 300,
  });
  assertEquals([end.cause, world.processes.identify(Number(out))], ["timed_out", null]);
});

Deno.test("runProgram() leaves nothing behind that keeps its output open", async () => {
  const { end, out } = await run("sleep 600 & echo $!");
  assertEquals(end, { exitCode: 0, cause: "exited" });
  assertEquals(world.processes.identify(Number(out)), null);
});

Deno.test("runProgram() leaves nothing behind of a program that ended before it was looked at", async () => {
  let isFirst = true;
  const identify = (pid: number) => {
    if (!isFirst) return world.processes.identify(pid);
    isFirst = false;
    while (!world.processes.list().some(({ session }) => session === pid));
    return null;
  };
  const late = { ...world, processes: { ...world.processes, identify } };
  const { end, out } = await run("sleep 600 & echo $!", {}, late);
  assertEquals(end, { exitCode: 0, cause: "exited" });
  assertEquals(world.processes.identify(Number(out)), null);
});

Deno.test("runProgram() starts nothing when it is interrupted before", async () => {
  const { end, out } = await run("echo ran", { signal: AbortSignal.abort() });
  assertEquals([end, out], [{ exitCode: 143, cause: "aborted" }, ""]);
});

Deno.test("runProgram() throws when there is no such program or folder", async () => {
  const codeOf = async (changes: Partial<ProgramOptions>) =>
    (await assertRejects(() => run("", changes), MacpError)).code;
  assertEquals(await codeOf({ program: "macp-no-such-program" }), "program_missing");
  assertEquals(await codeOf({ cwd: "/no/such/folder" }), "folder_missing");
});

Deno.test("runProgram() throws what the reader of the output throws", async () => {
  const failing = run("echo x", {
    onOutput: () => {
      throw new Error("full");
    },
  });
  await assertRejects(() => failing, Error, "full");
});
