import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  isAlive,
  macpPath,
  type Ran,
  type Repository,
  textOf,
  withRepository,
} from "./harness.ts";
import { agents, agentsPath, drain, noScript, submitBrief } from "./yolo.ts";

/** Drains without any terminal, in a session of its own and an empty environment. */
function drainFromNowhere(repository: Repository): Promise<Ran> {
  const { HOME, GIT_CONFIG_GLOBAL } = repository.env;
  const args = ["-w", "env", "-i", `PATH=${agentsPath}`, `HOME=${HOME}`];
  return repository.macp([...args, `GIT_CONFIG_GLOBAL=${GIT_CONFIG_GLOBAL}`, macpPath, "drain"], {
    program: "/usr/bin/setsid",
  });
}

const noSetsid = noScript || !exists("/usr/bin/setsid");
const noProc = !exists("/proc/self/cmdline");

/** Command lines of all processes that hold a text. */
function commandLinesWith(text: string): string[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name))
    .map(({ name }) => {
      try {
        return Deno.readTextFileSync(`/proc/${name}/cmdline`);
      } catch {
        return ""; // It ended meanwhile.
      }
    }).filter((line) => line.includes(text));
}

Deno.test({
  name: "macp drain gives a yolo worker its whole brief when there is no terminal",
  ignore: noSetsid || noProc,
  fn: async () => {
    await withRepository(async (repository) => {
      const secretive = "A \"quoted\" 'brief' with `code`, $(dollars), \\back\\slashes and 😀🇺🇳";
      const body = Array.from({ length: 150 }, (_, n) => `${n}: ${secretive} % \t`).join("\n");
      const go = repository.outside("go");
      const brief = await submitBrief(repository, "y", [
        body,
        "DO: size",
        `DO: brief ${repository.outside("copy")}`,
        `DO: argv ${repository.outside("argv")}`,
        `DO: wait ${go}`,
        "DO: edit work.txt done",
      ]);
      assert(new TextEncoder().encode(brief).length >= 10_240);
      const drained = drainFromNowhere(repository);
      const argv = await repository.untilWritten(repository.outside("argv"));
      const staged = repository.state("attempts", "y", "1", "brief.md");
      assertEquals((Deno.statSync(staged).mode ?? 0) & 0o777, 0o600);
      assertEquals(commandLinesWith("quoted"), []);
      Deno.writeTextFileSync(go, "");
      assertEquals((await drained).code, 0);
      assertEquals(textOf(repository.outside("copy")), brief);
      assertStringIncludes(argv, `Do the task that the file ${staged} describes.`);
      assertStringIncludes(argv, macpPath);
      assert(!/quoted|dollars|😀/.test(argv), argv);
      assertStringIncludes(repository.log("y"), "\n40 120\n");
      assert(!exists(repository.state("attempts", "y")), "the brief was not removed");
      assertEquals(repository.result("y").files_changed, ["work.txt"]);
    });
  },
});

for (
  const [verb, outcome, exitCode, code] of [
    ["exit 0", "completed", 0, 0],
    ["exit 1", "worker_failed", 1, 1],
    ["exit 37", "worker_failed", 37, 1],
    ["kill KILL", "worker_failed", 137, 1],
    ["kill TERM", "worker_failed", 143, 1],
  ] as const
) {
  Deno.test({
    name: `macp drain ends a yolo task ${outcome} with ${exitCode} when its worker does ${verb}`,
    ignore: noSetsid,
    fn: async () => {
      await withRepository(async (repository) => {
        await submitBrief(repository, "y", [`DO: ${verb}`]);
        assertEquals((await drainFromNowhere(repository)).code, code);
        const { exit_code, metadata, error } = repository.result("y");
        assertEquals([metadata?.outcome, exit_code], [outcome, exitCode]);
        if (verb.startsWith("kill")) assertStringIncludes(error ?? "", "SIG");
      });
    },
  });
}

Deno.test({
  name: "macp drain ends all that a yolo worker started when its time is over",
  ignore: noSetsid,
  fn: async () => {
    await withRepository(async (repository) => {
      const pids = ["forked", "escaped"].map((name) => repository.outside(name));
      const [forked, escaped] = pids;
      await submitBrief(
        repository,
        "y",
        ["DO: ignore HUP", `DO: fork ${forked}`, `DO: setsid ${escaped}`, "DO: hang"],
        "--timeout",
        "2",
      );
      assertEquals((await drain(repository)).code, 1);
      const { exit_code, metadata } = repository.result("y");
      assertEquals([metadata?.outcome, exit_code], ["timed_out", 124]);
      for (const path of pids) assert(!isAlive(Number(textOf(path))), `${path} lives`);
    });
  },
});

Deno.test({
  name: "macp cancel ends a yolo worker in its terminal",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      const forked = repository.outside("forked");
      await submitBrief(repository, "y", [`DO: fork ${forked}`, "DO: hang"]);
      const drained = drain(repository);
      const pid = Number(await repository.untilWritten(forked));
      assertEquals((await repository.macp(["cancel", "y"])).code, 0);
      await drained;
      assertEquals(repository.result("y").metadata?.outcome, "cancelled");
      assert(!isAlive(pid), "its child lives");
    });
  },
});

Deno.test({
  name: "macp drain takes mosaic from ~/.config/mosaic/bin first",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      const bin = repository.outside("home", ".config", "mosaic", "bin");
      const other = repository.outside("bin");
      for (const folder of [bin, other]) Deno.mkdirSync(folder, { recursive: true });
      Deno.symlinkSync(`${agents}/mosaic`, `${bin}/mosaic`);
      Deno.writeTextFileSync(`${other}/mosaic`, "#!/bin/sh\nexit 5\n", { mode: 0o755 });
      await submitBrief(repository, "y", ["DO: print the right one"]);
      const PATH = `${other}:/usr/bin:/bin`;
      assertEquals((await repository.macp(["drain"], { env: { PATH } })).code, 0);
      assertStringIncludes(repository.log("y"), "the right one");
    });
  },
});

Deno.test({
  name: "macp drain says that mosaic is missing, and what to do",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      await submitBrief(repository, "y", ["DO: exit 0"]);
      assertEquals((await repository.macp(["drain"])).code, 1);
      const { exit_code, error, metadata } = repository.result("y");
      assertEquals([metadata?.outcome, exit_code], ["worker_failed", 127]);
      assertStringIncludes(error ?? "", "mosaic was not found on the PATH; install it");
      assertStringIncludes(error ?? "", "macp.runtimes.codex");
      await submitBrief(repository, "z", ["DO: exit 127"]);
      await drain(repository);
      assertEquals(repository.result("z").error, "Worker ended with exit code 127");
    });
  },
});

Deno.test({
  name: "macp drain gives a yolo worker a terminal whose input never ends",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      await submitBrief(repository, "y", ["DO: ask Your name? "], "--timeout", "1");
      await drain(repository);
      assertEquals(repository.result("y").metadata?.outcome, "timed_out");
    });
  },
});

Deno.test({
  name: "macp drain holds the runtime of a yolo worker that stands before a usage limit",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      await submitBrief(repository, "y", ["DO: limit You've hit your usage limit", "DO: exit 1"]);
      const env = { PATH: agentsPath };
      assertEquals((await repository.macp(["drain", "--no-wait-holds"], { env })).code, 3);
      const { status, attempts, outcome } = repository.task("y");
      assertEquals([status, attempts, outcome], ["pending", 0, "rate_limited"]);
      const held = JSON.parse(textOf(repository.state("state.json")) ?? "").holds.codex;
      assertStringIncludes(held.reason, "You've hit your usage limit");
      assert(Date.parse(held.until) > Date.now() + 14 * 60_000, held.until);
    });
  },
});

Deno.test("macp drain takes the words of a command for a usage limit only when it names its runtime", async () => {
  await withRepository(async (repository) => {
    const command = 'echo "You\'ve hit your usage limit"; exit 1';
    repository.writeQueue([
      execTask("named", command, { runtime: "claude" }),
      execTask("plain", command),
    ]);
    assertEquals((await repository.macp(["drain", "--no-wait-holds"])).code, 3);
    assertEquals(repository.task("named").outcome, "rate_limited");
    assertEquals(repository.task("plain").outcome, "worker_failed");
  });
});
