import { assert, assertEquals } from "@std/assert";
import {
  exists,
  isAlive,
  macpPath,
  type Repository,
  textOf,
  until,
  withRepository,
} from "./harness.ts";

const onLinux = Deno.build.os === "linux";

/**
 * A daemon that keeps nothing of the process that starts it: no environment, no session, no
 * parent, no folder, no output. It ignores TERM and writes its pid into a file.
 */
const daemon = (file: string) =>
  `(env -i /usr/bin/setsid /bin/sh -c 'cd /; trap "" TERM; exec >/dev/null 2>&1; ` +
  `echo $$ > ${file}; while :; do sleep 0.2; done' &)`;

/** Waits in the shell until files hold something. */
const waitFor = (...files: string[]) =>
  files.map((file) => `while [ ! -s ${file} ]; do sleep 0.02; done`).join("; ");

/** In the shell: whether a process ended; one that waits to be reaped did. */
const hasEnded = (file: string) =>
  `case "$(ps -o stat= -p "$(cat ${file})")" in "" | Z*) ;; *) exit 1 ;; esac`;

function pidsIn(repository: Repository, ...files: string[]): number[] {
  return files.flatMap((file) =>
    (textOf(repository.outside(file)) ?? "").split(/\s+/).filter(Boolean).map(Number)
  );
}

function assertAllGone(pids: readonly number[], count: number): void {
  assertEquals(pids.length, count);
  assertEquals(pids.filter(isAlive), []);
}

/** Identity of a process as the ledger holds it. */
function identityOf(pid: number): { pid: number; start_time: string; ticks: number } {
  const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").slice(0, 8);
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  return { pid, start_time: `${boot}:${ticks}`, ticks };
}

/** A process group of someone else: a leader and a child, with a marker of another attempt. */
async function withBystanders(test: (pids: [number, number]) => Promise<void>): Promise<void> {
  const leader = new Deno.Command("setsid", {
    args: ["sh", "-c", "sleep 600 & echo $!; wait"],
    env: { MACP_ATTEMPT_ID: crypto.randomUUID(), MACP_TASK_ID: "t" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = leader.stdout.getReader();
  try {
    const child = Number(new TextDecoder().decode((await reader.read()).value));
    await test([leader.pid, child]);
  } finally {
    Deno.kill(-leader.pid, "SIGKILL");
    await reader.cancel();
    await leader.status;
  }
}

/** A ledger that says that the attempt of a task runs, with this process as its worker. */
function writeLostAttempt(
  repository: Repository,
  id: string,
  worker: { pid: number; start_time: string },
): void {
  const running = {
    attempt_id: crypto.randomUUID(),
    serial: 1,
    attempts_before: 0,
    phase: "running",
    started_at: new Date().toISOString(),
    legacy: false,
    worktree: null,
    branch: null,
    base_commit: null,
    worker,
    verdict: null,
  };
  const ledger = { schema_version: 1, controller: worker, running: { [id]: running } };
  Deno.writeTextFileSync(
    repository.state("state.json"),
    JSON.stringify({ ...ledger, worktrees: {}, outbox: [] }),
  );
}

Deno.test({
  name:
    "show 2: macp ends all of a worker that timed out, and leaves a group with a recycled pid alone",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      await withBystanders(async ([leader, child]) => {
        const files = ["child", "session", "daemon"].map((name) => repository.outside(name));
        const [plain = "", session = "", bare = ""] = files;
        const stubborn = (file: string) =>
          `sh -c 'trap "" TERM; echo $$ > ${file}; while :; do sleep 0.2; done' &`;
        await repository.submit(
          "t",
          `trap '' TERM; echo $$ > ${repository.outside("worker")}; ${stubborn(plain)} ` +
            `(setsid ${stubborn(session)}); ${daemon(bare)}; while :; do sleep 0.2; done`,
          "--timeout",
          "2",
        );
        const lost = { id: "lost", title: "Lost", dispatch: "exec", command: "true" };
        const counts = { status: "running", attempts: 1, last_attempt: 1, max_attempts: 2 };
        repository.writeQueue([{ ...lost, ...counts }, { ...repository.task("t") }]);
        // The controller and its worker ended, and the worker's pid is a bystander's now.
        const { start_time, ticks } = identityOf(leader);
        const earlier = { pid: leader, start_time: start_time.replace(/\d+$/, `${ticks - 500}`) };
        writeLostAttempt(repository, "lost", earlier);

        const begun = Date.now();
        const drained = await repository.macp(["drain"]);

        assertEquals(drained.code, 1, drained.stderr);
        assert(Date.now() - begun < 17_000, "ending it took more than 15 s");
        assertAllGone(pidsIn(repository, "worker", "child", "session", "daemon"), 4);
        assertEquals(repository.result("t").metadata?.outcome, "timed_out");
        assertEquals(repository.attemptResult("lost", 1).metadata?.outcome, "worker_lost");
        assertEquals([leader, child].map(isAlive), [true, true]);
      });
    });
  },
});

Deno.test({
  name: "macp ends a daemon without environment, session and parent before the gates run",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const file = repository.outside("daemon");
      // It is written at once, long before the next look at the process table.
      await repository.submit(
        "t",
        `${daemon(file)}; ${waitFor(file)}; echo hi > hi`,
        "--gate",
        hasEnded(file),
      );
      const drained = await repository.macp(["drain"]);
      assertEquals(drained.code, 0, drained.stdout);
      assertAllGone(pidsIn(repository, "daemon"), 1);
    });
  },
});

Deno.test({
  name: "macp ends what a gate left behind before the next gate runs, and ends a gate that hangs",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [first, second] = [repository.outside("first"), repository.outside("second")];
      const hanging = { command: `${daemon(second)}; sleep 600`, timeout_seconds: 1 };
      repository.writeQueue([{
        id: "t",
        title: "Task t",
        status: "pending",
        dispatch: "exec",
        command: "echo hi > hi",
        quality_gates: [
          `${daemon(first)}; ${waitFor(first)}`,
          hasEnded(first),
          hanging,
        ],
      }]);
      assertEquals((await repository.macp(["drain"])).code, 3);
      const gates = repository.result("t").metadata?.gates ?? [];
      assertEquals(gates.map(({ outcome }) => outcome), ["passed", "passed", "broken"]);
      assertAllGone(pidsIn(repository, "first", "second"), 2);
    });
  },
});

Deno.test({
  name: "macp ends a lost attempt's daemon without environment when it starts again",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [file, worker] = [repository.outside("daemon"), repository.outside("worker")];
      const first = `${daemon(file)}; ${waitFor(file)}; echo $$ > ${worker}; exec sleep 600`;
      await repository.submit(
        "t",
        `[ "$MACP_ATTEMPT" = 2 ] || { ${first}; }`,
        "--max-attempts",
        "2",
      );
      const killed = repository.start(["drain"]);
      await repository.untilWritten(worker);
      killed.kill("SIGKILL");
      await killed.ended;
      const pids = pidsIn(repository, "worker", "daemon");
      assertEquals(pids.map(isAlive), [true, true]);
      // Nothing is left of its family that would lead to the daemon.
      Deno.kill(pids[0] ?? 0, "SIGKILL");
      await until("the end of the worker", () => !isAlive(pids[0] ?? 0));

      const drained = await repository.macp(["drain"]);

      assertEquals(drained.code, 0, drained.stderr);
      assertAllGone(pids, 2);
      assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
    });
  },
});

Deno.test({
  name: "macp ends the daemons of one attempt alone when two run at once",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [short, long] = [repository.outside("short"), repository.outside("long")];
      const [over, seen] = [repository.outside("over"), repository.outside("seen")];
      await repository.submit(
        "long",
        `${daemon(long)}; ${waitFor(long, over)}; ` +
          `kill -0 "$(cat ${long})" && echo alive > ${seen}`,
      );
      await repository.submit("short", `${daemon(short)}; ${waitFor(short, long)}`);
      const drain = repository.start(["drain", "--jobs", "2"]);
      await until("the short task", () => repository.task("short").status === "completed");
      assertAllGone(pidsIn(repository, "short"), 1);
      assertEquals(pidsIn(repository, "long").map(isAlive), [true]);
      Deno.writeTextFileSync(over, "1");
      const ran = await drain.ended;
      assertEquals(ran.code, 0, ran.stderr);
      assertEquals(textOf(seen), "alive\n");
      assertAllGone(pidsIn(repository, "long"), 1);
    });
  },
});

/** A program that starts its successor in a session of its own and ends, for ever. */
const hopper = (log: string) =>
  `#!/bin/sh\ntrap '' TERM\necho $$ >> ${log}\nenv -i /usr/bin/setsid /bin/sh "$0" &\n`;

Deno.test({
  name: "macp ends a storm of processes that fork while they are killed",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [script, log] = [repository.outside("hopper"), repository.outside("log")];
      Deno.writeTextFileSync(script, hopper(log));
      const storm = `i=0; while [ $i -lt 300 ]; do env -i setsid sleep 600 & i=$((i+1)); done`;
      await repository.submit(
        "t",
        `trap '' TERM; sh ${script}; while :; do ${storm}; sleep 1; done`,
        "--timeout",
        "1",
      );
      const drained = await repository.macp(["drain"]);
      assertEquals(drained.code, 1, drained.stderr);
      const hops = textOf(log) ?? "";
      assert(hops.split("\n").length > 100, "it did not hop");
      assertEquals(processesAt(repository.worktree("t")), []);
      assertEquals(textOf(log), hops);
    });
  },
});

/** Processes whose working folder is a folder, or was before it was removed. */
function processesAt(folder: string): string[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((pid) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}

Deno.test("macp ends a worker that was stopped, and its children that were", async () => {
  await withRepository(async (repository) => {
    const pids = repository.outside("pids");
    await repository.submit(
      "t",
      `sleep 600 & a=$!; setsid sleep 600 & b=$!; kill -STOP $a $b; echo $$ $a $b > ${pids}; ` +
        `kill -STOP $$`,
      "--timeout",
      "1",
    );
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertAllGone(pidsIn(repository, "pids"), 3);
    assertEquals(repository.result("t").metadata?.outcome, "timed_out");
  });
});

Deno.test({
  name: "macp ends what a worker started in a terminal of its own",
  ignore: !exists("/usr/bin/script") || !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [bare, inside] = [repository.outside("daemon"), repository.outside("inside")];
      const session = `trap "" TERM HUP; sleep 600 & echo $$ $! > ${inside}; sleep 600`;
      Deno.writeTextFileSync(repository.outside("session"), `${daemon(bare)}\n${session}\n`);
      await repository.submit(
        "t",
        `script -qefc 'sh ${repository.outside("session")}' /dev/null & ${waitFor(bare, inside)}`,
      );
      const drained = await repository.macp(["drain"]);
      assertEquals(drained.code, 0, drained.stderr);
      assertAllGone(pidsIn(repository, "daemon", "inside"), 3);
    });
  },
});

Deno.test({
  name: "macp warns when a limit of its caller keeps it from marking processes",
  ignore: !exists("/usr/bin/prlimit") || !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const limited = (...args: string[]) =>
        repository.macp(["--locks=100:100", macpPath, ...args], { program: "/usr/bin/prlimit" });
      const words = "processes that hide cannot be found for sure: macp itself runs with a limit " +
        "on file locks (RLIMIT_LOCKS) of 100";
      await repository.submit("t", "true");
      const drained = await limited("drain");
      assertEquals(drained.code, 0, drained.stderr);
      assert(repository.result("t").metadata?.warnings?.includes(words));
      const examined = await limited("doctor");
      assert(examined.stdout.includes(words), examined.stdout);
      const well = await repository.macp(["doctor"]);
      assert(well.stdout.includes("those of an attempt are found when they hide"), well.stdout);
    });
  },
});

Deno.test({
  name: "macp leaves a person's shell alone that was started with the environment of an attempt",
  ignore: !onLinux,
  fn: async () => {
    await withRepository(async (repository) => {
      const [id, over, bare] = ["id", "over", "bare"].map((name) => repository.outside(name));
      const daemon =
        `(env -i MACP_ATTEMPT_ID="$MACP_ATTEMPT_ID" setsid sleep 600 & echo $! > ${bare})`;
      await repository.submit(
        "t",
        `${daemon}; echo "$MACP_ATTEMPT_ID" > ${id}; ${waitFor(over ?? "")}`,
      );
      const drain = repository.start(["drain"]);
      await repository.untilWritten(id ?? "");
      const shell = new Deno.Command("setsid", {
        args: ["sleep", "600"],
        env: { MACP_ATTEMPT_ID: (textOf(id ?? "") ?? "").trim(), MACP_TASK_ID: "t" },
        stdin: "null",
      }).spawn();
      try {
        Deno.writeTextFileSync(over ?? "", "1");
        const ran = await drain.ended;
        assertEquals(ran.code, 0, ran.stderr);
        assertEquals(isAlive(shell.pid), true);
        assertAllGone(pidsIn(repository, "bare"), 1);
      } finally {
        Deno.kill(shell.pid, "SIGKILL");
        await shell.status;
      }
    });
  },
});
