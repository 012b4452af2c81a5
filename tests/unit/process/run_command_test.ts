import { assert, assertEquals, assertRejects } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import { runCommand } from "../../../src/process/run_command.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { inFolder, isAlive, newEnvironment, readIfThere, run } from "./real_commands.ts";

async function endOf(command: string) {
  const { exitCode, cause, signal } = await run(command);
  return [exitCode, cause, signal];
}

Deno.test("runCommand() passes the exit code on", async () => {
  assertEquals(await endOf("true"), [0, "exited", null]);
  assertEquals(await endOf("exit 7"), [7, "exited", null]);
  assertEquals(await endOf("exec sh -c 'exit 3'"), [3, "exited", null]);
  assertEquals(await endOf("/etc/passwd"), [126, "exited", null]);
  assertEquals(await endOf("no-such-command"), [127, "exited", null]);
});

Deno.test("runCommand() gives 128 + n when a signal ended the command", async () => {
  assertEquals(await endOf("kill -9 $$"), [137, "exited", "SIGKILL"]);
  assertEquals(await endOf("exec sh -c 'kill -TERM $$'"), [143, "exited", "SIGTERM"]);
  assertEquals(await endOf("sh -c 'kill -9 $$'; exit $?"), [137, "exited", null]);
});

Deno.test("runCommand() keeps standard output and error in order when they are merged", async () => {
  const { out, err } = await run(
    "i=0; while [ $i -lt 300 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done",
  );
  const expected = Array.from({ length: 300 }, (_, i) => `o${i}\ne${i}\n`).join("");
  assertEquals([out, err], [expected, ""]);
});

Deno.test("runCommand() keeps standard error apart when asked", async () => {
  const { out, err } = await run("echo o; echo e >&2; printf last; no-such-command", {
    separateStderr: true,
  });
  assertEquals(out, "o\nlast");
  assert(/^e\n.*not found/.test(err), err);
});

Deno.test("runCommand() hands on the whole output when it is large and has no last newline", async () => {
  await inFolder(async (cwd) => {
    const chunks: Uint8Array[] = [];
    let printed = "";
    await run("seq 1 7000000 > f; printf end >> f; cksum < f >&2; cat f", {
      cwd,
      separateStderr: true,
      onOutput: (chunk, stream) => {
        if (stream === "out") chunks.push(chunk);
        else printed += new TextDecoder().decode(chunk);
      },
    });
    const file = Deno.readFileSync(`${cwd}/f`);
    assertEquals(printed.split(" ")[1]?.trim(), String(file.length));
    assert(file.length > 50_000_000);
    let offset = 0;
    for (const chunk of chunks) {
      const expected = file.subarray(offset, offset += chunk.length);
      if (chunk.some((byte, index) => byte !== expected[index])) throw new Error(`At ${offset}`);
    }
    assertEquals(offset, file.length);
  });
});

Deno.test("runCommand() gives exactly the environment, the folder and a closed input", async () => {
  await inFolder(async (folder) => {
    const cwd = Deno.realPathSync(folder);
    const { out } = await run("cat; pwd; echo $A $MACP_ATTEMPT_ID $HOME", {
      cwd,
      env: { ...newEnvironment(), A: "x", MACP_ATTEMPT_ID: "m" },
    });
    assertEquals(out, `${cwd}\nx m\n`);
  });
});

Deno.test("runCommand() names the leader of a new session before the command begins", async () => {
  await inFolder(async (cwd) => {
    const world = realWorld();
    const seen: unknown[] = [];
    const { out } = await run("echo begun > file; echo $$", {
      cwd,
      onStarted: async (leader) => {
        const find = () => world.processes.list().find(({ pid }) => pid === leader.pid);
        // The process is known a moment before it founds its session.
        let row = find();
        for (const end = Date.now() + 10_000; row?.session !== row?.pid && Date.now() < end;) {
          await world.clock.sleep(5);
          row = find();
        }
        seen.push(row?.start_time === leader.start_time, row?.session, readIfThere(`${cwd}/file`));
      },
    });
    assertEquals(seen, [true, Number(out), null]);
    assertEquals(readIfThere(`${cwd}/file`), "begun\n");
  });
});

Deno.test("runCommand() runs nothing and throws on when onStarted throws", async () => {
  await inFolder(async (cwd) => {
    const thrown = new Error("disk is full");
    let shell = 0;
    const error = await assertRejects(() =>
      run("echo begun > file", {
        cwd,
        onStarted: ({ pid }) => {
          shell = pid;
          throw thrown;
        },
      })
    );
    assert(error === thrown);
    assertEquals([isAlive(shell), readIfThere(`${cwd}/file`)], [false, null]);
  });
});

Deno.test("runCommand() lets the command never begin when this program dies before", async () => {
  await inFolder(async (cwd) => {
    const module = (path: string) => JSON.stringify(import.meta.resolve(`../../../src/${path}`));
    Deno.writeTextFileSync(
      `${cwd}/dies.ts`,
      `import { realWorld } from ${module("host/world.ts")};
      import { runCommand } from ${module("process/run_command.ts")};
      await runCommand(realWorld(), {
        command: "echo begun > file", cwd: ${JSON.stringify(cwd)}, timeoutMs: 9000,
        env: { MACP_ATTEMPT_ID: "x" }, onOutput() {},
        onStarted(leader) {
          Deno.writeTextFileSync("leader", JSON.stringify(leader));
          Deno.kill(Deno.pid, "SIGKILL");
          for (;;);
        },
      });`,
    );
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-check", "--config", config, "dies.ts"],
      cwd,
      stderr: "null",
    }).output();
    assertEquals(signal, "SIGKILL");
    const { pid, start_time } = JSON.parse(Deno.readTextFileSync(`${cwd}/leader`));
    const { clock, processes } = realWorld();
    while (processes.identify(pid)?.start_time === start_time) await clock.sleep(5);
    assertEquals(readIfThere(`${cwd}/file`), null);
  });
});

Deno.test("runCommand() throws before onStarted when it cannot start", async () => {
  const onStarted = () => assert(false);
  const missing = await assertRejects(() => run("true", { cwd: "/no/such", onStarted }), MacpError);
  assertEquals(missing.code, "folder_missing");
  const refused = await assertRejects(() => run("a\0b", { onStarted }), MacpError);
  assertEquals(refused.code, "program_not_started");
  await assertRejects(() => run("true", { env: {}, onStarted }), Error, "MACP_ATTEMPT_ID");
});

Deno.test("runCommand() starts nothing when it was aborted before", async () => {
  const signal = AbortSignal.abort();
  const ran = await run("true", { signal, onStarted: () => assert(false) });
  assertEquals([ran.exitCode, ran.cause], [143, "aborted"]);
});

Deno.test("runCommand() runs nothing when it is aborted while it starts", async () => {
  const abort = new AbortController();
  const ran = await run("echo begun", { signal: abort.signal, onStarted: () => abort.abort() });
  assertEquals([ran.exitCode, ran.cause, ran.out], [143, "aborted", ""]);
});

Deno.test("runCommand() lets the command clean up when it is aborted, and never gives 0", async () => {
  const abort = new AbortController();
  let out = "";
  const ran = await run(
    "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done",
    {
      signal: abort.signal,
      onOutput: (chunk) => {
        out += new TextDecoder().decode(chunk);
        abort.abort();
      },
    },
  );
  assert(/^ready\n(.*\n)*bye\n$/.test(out), out); // Some shells tell that sleep was ended too.
  assertEquals([ran.exitCode, ran.cause], [143, "aborted"]);
});

Deno.test("runCommand() gives 124 and KILLs when the command ignores TERM", async () => {
  const command = "trap '' TERM; while :; do sleep 0.05; done";
  const ran = await run(command, { timeoutMs: 200, graceMs: 200 });
  assertEquals([ran.exitCode, ran.cause, ran.signal], [124, "timed_out", "SIGKILL"]);
});

Deno.test("runCommand() measures until the first process ended", async () => {
  const end = await runCommand(realWorld(), {
    command: "exec sleep 300",
    cwd: "/",
    env: newEnvironment(),
    timeoutMs: 120,
    onOutput: () => {},
  });
  assertEquals([end.exitCode, end.signal, end.remaining], [124, "SIGTERM", undefined]);
  assert(end.durationMs >= 100 && end.durationMs < 10_000, String(end.durationMs));
});

Deno.test("runCommand() ends the command and throws on when onOutput throws", async () => {
  const thrown = new Error("disk is full");
  let leader = 0;
  const error = await assertRejects(() =>
    run("echo a; exec sleep 300", {
      onStarted: ({ pid }) => {
        leader = pid;
      },
      onOutput: () => {
        throw thrown;
      },
    })
  );
  assert(error === thrown);
  assertEquals(isAlive(leader), false);
});
