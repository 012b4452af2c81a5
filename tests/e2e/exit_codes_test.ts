import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, macpPath, type TaskFields, withRepository } from "./harness.ts";
import { eventLine, withReceiver, writeEvents } from "./sinks.ts";

const ok = execTask("ok", "true");
const fails = execTask("fails", "exit 1");
const escalates = execTask("escalates", "true", { quality_gates: ["false"] });
const blocked = execTask("blocked", "true", { depends_on: ["fails"] });

/** The most serious of what ended, 5, 3, 1, 0, and 3 when dependants stay blocked. */
const drains: [string, TaskFields[], number][] = [
  ["nothing to do", [], 0],
  ["one that completes", [ok], 0],
  ["one that fails", [ok, fails], 1],
  ["one that escalates", [ok, escalates], 3],
  ["one that fails and one that escalates", [fails, escalates, ok], 3],
  ["a dependant behind a failure", [fails, blocked], 3],
  ["one that failed in an earlier run", [{ ...fails, status: "failed" }, ok], 0],
  ["one that escalated in an earlier run", [{ ...escalates, status: "escalated" }, ok], 0],
  ["a dependant behind an earlier failure", [{ ...fails, status: "failed" }, blocked], 3],
  ["one whose status nobody knows", [ok, { ...fails, status: "paused" }], 3],
  ["a retry that succeeds", [execTask("r", 'test "$MACP_ATTEMPT" = 2', { max_attempts: 2 })], 0],
];

for (const [name, tasks, code] of drains) {
  Deno.test(`drain with ${name} exits ${code}`, async () => {
    await withRepository(async (repository) => {
      repository.writeQueue(tasks);
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, code, ran.stdout + ran.stderr);
    });
  });
}

Deno.test("A task whose status nobody knows is told by every run", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([{ ...ok, status: "paused" }, { ...fails, status: 5 }]);
    const ran = await repository.macp(["run", "--once"]);
    assertEquals(ran.code, 3, ran.stdout + ran.stderr);
    assertStringIncludes(ran.stderr, "ok, fails: the status is none that macp knows");
    assertStringIncludes(ran.stderr, "macp validate");
    const { code, stdout } = await repository.macp(["drain", "--json"]);
    const { unknown, exit_code } = JSON.parse(stdout).summary;
    assertEquals([code, unknown, exit_code], [3, ["ok", "fails"], 3]);
  });
});

Deno.test("run --once exits with what became of its task: 0, 1, 3", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([ok, fails, escalates]);
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await repository.macp(["run", "--once"])).code);
    assertEquals(codes, [0, 1, 3, 0]);
  });
});

Deno.test("Verbs that only read exit 0 whatever they show; wrong questions exit 2", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([fails, escalates, blocked]);
    await repository.macp(["drain"]);
    const expected: [string[], number][] = [
      [["status"], 0],
      [["show", "fails"], 0],
      [["show", "escalates", "--json"], 0],
      [["logs", "fails"], 0],
      [["diff", "fails"], 0],
      [["history"], 0],
      [["config"], 0],
      [["validate"], 0],
      [["--version"], 0],
      [["help"], 0],
      [["show"], 2],
      [["show", "nobody"], 2],
      [["logs", "blocked"], 2],
      [["logs", "fails", "--attempt", "9"], 2],
      [["diff", "blocked"], 2],
      [["status", "--task-id", "nobody"], 2],
      [["status", "superfluous"], 2],
      [["cancel", "nobody"], 2],
      [["retry", "nobody"], 2],
      [["config", "no.such.key"], 2],
      [["validate", "no-such-file"], 2],
      [["validate", "x".repeat(5000)], 2],
      [["history", "--since", "yesterday-ish"], 2],
      [["run", "--once", "--until-drained"], 2],
      [["run", "--poll-sec", "often"], 2],
      [["drain", "--set", "macp.log_max_bytes=0"], 2],
      [["drain", "--set", "macp.nothing=1"], 2],
      [["submit", "--task-id", "x", "--title", "x", "--dispatch", "exec"], 2],
      [["submit", "--task-id", "x", "--title", "x", "--command", "true", "--max-attempts", "0"], 2],
      [["submit", "--task-id", "x", "--title", "x", "--command", "true", "--type", "art"], 2],
      [["no-such-command"], 2],
      [["status", "--no-such-option"], 2],
    ];
    const before = repository.queueText();
    for (const [args, code] of expected) {
      const ran = await repository.macp(args);
      assertEquals(ran.code, code, `macp ${args.join(" ")}: ${JSON.stringify(ran)}`);
    }
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("Without git on the PATH: exit 5 that says so", async () => {
  await withRepository(async (repository) => {
    const ran = await repository.macp(["status"], { env: { PATH: repository.outside("empty") } });
    assertEquals(ran.code, 5);
    assertEquals(ran.stderr.includes("git is not on the PATH"), true, ran.stderr);
  });
});

Deno.test("What did not arrive exits 1 where it was asked for, and the help says so", async () => {
  await withReceiver(() => new Response(null, { status: 400 }), async ({ origin }) => {
    await withRepository(async (repository) => {
      const url = `${origin}/hook`;
      const sink = { enabled: true, url, retry_count: 0 };
      repository.writeConfig({ macp: { webhook: sink, slack: sink } });
      writeEvents(repository, [eventLine("a", "task.failed")]);
      const alert = ["needs-human", "--issue", "r#1", "--detail", "x"];
      const expected: [string[], number][] = [
        [["watch", "--once"], 0],
        [["watch", "--once", "--since", "2h"], 1],
        [["redrive", "webhook"], 1],
        [["digest", "--slack"], 1],
        [["notify", ...alert], 1],
        [["doctor", "--send-test"], 1],
      ];
      const help = (await repository.macp(["--help"])).stdout.replaceAll(/\n {7}/g, " ");
      for (const [args, code] of expected) {
        assertEquals((await repository.macp(args)).code, code, args.join(" "));
        const [verb = ""] = args;
        if (code === 1) assertMatch(help, new RegExp(`^ +1 .*\\b${verb}\\b`, "m"));
        const own = (await repository.macp(["help", verb])).stdout;
        assertMatch(own, /exit code (?:is )?1/i, verb);
      }
    });
  });
});

const isLinux = Deno.build.os === "linux";
Deno.test("What cannot be printed is told, not the rest", { ignore: !isLinux }, async () => {
  await withRepository(async (repository) => {
    const script = `exec "$0" submit --task-id t --title t --command true >/dev/full`;
    const args = ["-c", script, macpPath];
    const { code, stderr } = await repository.macp(args, { program: "/bin/sh" });
    assertEquals(code, 5);
    assertStringIncludes(stderr, "error: Cannot print as No space left on device");
    assertEquals(repository.task("t").status, "pending");
  });
});
