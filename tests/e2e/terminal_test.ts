import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, macpPath, type Repository, startProgram, withRepository } from "./harness.ts";

const escape = "\x1b";
const hasScript = (() => {
  try {
    const { stdout } = new Deno.Command("script", { args: ["--version"] }).outputSync();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
})();

/** Runs macp in a terminal; gives what the terminal showed. */
async function inTerminal(
  repository: Repository,
  args: string,
  env: Record<string, string> = {},
): Promise<string> {
  const ran = await startProgram("script", [
    "-qefc",
    `stty cols 100 rows 30; '${macpPath}' ${args}`,
    "/dev/null",
  ], {
    cwd: repository.path,
    env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...repository.env, ...env },
  }).ended;
  return ran.stdout;
}

async function withWork(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("good", "sleep 0.2"),
      execTask("bad", "exit 1"),
      execTask("red", "true", { quality_gates: ["false"] }),
    ]);
    await test(repository);
  });
}

Deno.test({
  name: "A terminal gets a live view of what runs, and colours; at the end whole lines are left",
  ignore: !hasScript,
  fn: () =>
    withWork(async (repository) => {
      const shown = await inTerminal(repository, "drain");
      assertStringIncludes(shown, `${escape}[J`);
      assertMatch(shown, /▸ good.* attempt 1\/1 · \ds/);
      assertStringIncludes(shown, `${escape}[32m`);
      // At the end only whole lines are left, and the summary is the last.
      const plain = (shown.split(`${escape}[J`).at(-1) ?? "").replaceAll("\r", "").trim().split(
        "\n",
      );
      assertEquals(plain, [
        "ended: 1 completed, 1 failed, 1 escalated",
        "1 needs a person: macp inbox",
      ]);
      assertStringIncludes(await inTerminal(repository, "status"), `${escape}[3`);
    }),
});

Deno.test({
  name: "NO_COLOR, TERM=dumb and --color never take colours away; dumb and quiet the live line too",
  ignore: !hasScript,
  fn: () =>
    withWork(async (repository) => {
      const plain = await inTerminal(repository, "drain", { NO_COLOR: "1" });
      // deno-lint-ignore no-control-regex
      assert(!/\x1b\[[\d;]*m/.test(plain), "NO_COLOR was not obeyed");
      for (const id of ["good", "bad", "red"]) {
        if (id !== "good") await repository.macp(["retry", id]);
      }
      assert(!(await inTerminal(repository, "drain", { TERM: "dumb" })).includes(escape));
      assert(!(await inTerminal(repository, "status --color never")).includes(escape));
      assert(!(await inTerminal(repository, "status", { TERM: "dumb" })).includes(escape));
      assert(!(await inTerminal(repository, "status --plain --color always")).includes(escape));
      await repository.macp(["retry", "bad"]);
      const lines = await inTerminal(repository, "drain --plain");
      assert(!lines.includes(escape), "--plain was not obeyed");
      assertMatch(lines, /^[\d:]{8} {2}bad {2}task\.started {2}Worker started\r?$/m);
    }),
});

Deno.test({
  name:
    "A terminal obeys nothing that stands in a title, a gate, a reason or the output of a worker",
  ignore: !hasScript,
  fn: () =>
    withRepository(async (repository) => {
      const evil = "\x1b]0;owned\x07\x1b[2J\u202eevil\r\n\x9b31m";
      repository.writeQueue([
        execTask("evil", "printf '\\033[2Jsaid\\r\\033]0;owned\\007 more\\n'; sleep 1", {
          title: evil,
          quality_gates: [`sleep 1; false # ${evil}`],
          max_attempts: 2,
        }),
        execTask("waits", "true", { title: evil, depends_on: ["evil"] }),
      ]);
      const drawn = await inTerminal(repository, "drain");
      const status = await inTerminal(repository, "status");
      assertStringIncludes(drawn, "│ more");
      assertStringIncludes(drawn, "● sleep 1");
      assertStringIncludes(status, "Needs a person");
      const own = /\[(?:\?7[lh]|[KJ]|\d+A|(?:31|32|33|39|1|2|22)m)/y;
      for (const part of `${drawn}${status}`.split(escape).slice(1)) {
        own.lastIndex = 0;
        assert(own.test(part), `not one of macp's own: ${JSON.stringify(part)}`);
      }
      // deno-lint-ignore no-control-regex
      assert(!/[\x07\x80-\x9f\u202e]/.test(drawn + status));
    }),
});

Deno.test({
  name: "CI gets a line for each event, in a terminal too",
  ignore: !hasScript,
  fn: () =>
    withWork(async (repository) => {
      const shown = await inTerminal(repository, "drain", { CI: "true" });
      assertMatch(shown, /good {2}task\.started {2}Worker started/);
      assert(!shown.includes(`${escape}[J`), shown);
    }),
});

Deno.test("A pipe gets plain lines: no escape sequence, no carriage return", async () => {
  await withWork(async (repository) => {
    const env = { TERM: "xterm-256color" };
    const calls = [
      ["drain"],
      ["status"],
      ["show", "red"],
      ["history"],
      ["logs", "bad"],
      ["diff", "good"],
      ["help"],
      ["show", "nobody"],
      ["validate"],
      ["config", "--show-origin"],
    ];
    for (const args of calls) {
      const { stdout, stderr } = await repository.macp(args, { env });
      assert(
        !stdout.includes(escape) && !`${stdout}${stderr}`.includes("\r") &&
          !stderr.includes(escape),
        `macp ${args.join(" ")}: ${JSON.stringify(stdout + stderr)}`,
      );
    }
    const drained = await repository.macp(["drain"], { env });
    assertEquals(drained.stdout, "nothing to run\n1 needs a person: macp inbox\n");
    const forced = await repository.macp(["status", "--color", "always"]);
    assertStringIncludes(forced.stdout, `${escape}[`);
  });
});

Deno.test("A reader that goes away ends the output and nothing else", async () => {
  await withRepository(async (repository) => {
    const tasks = Array.from(
      { length: 10 },
      (_, i) => execTask(`t${i}`, "true", { worktree: "." }),
    );
    repository.writeQueue(tasks);
    const ran = await startProgram("/bin/sh", [
      "-c",
      `{ '${macpPath}' drain; echo $? > ../code; } | head -n 1`,
    ], {
      cwd: repository.path,
      env: repository.env,
    }).ended;
    assertEquals(ran.code, 0);
    assertEquals(Deno.readTextFileSync(repository.outside("code")), "0\n");
    assertEquals(
      new Set(repository.readQueue().map(({ status }) => status)),
      new Set(["completed"]),
    );
  });
});
