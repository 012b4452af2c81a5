import { assert, assertEquals, assertMatch } from "@std/assert";
import { execTask, macpPath, type Repository, until, withRepository } from "./harness.ts";
import { hasTmux, Screen } from "./screen.ts";

if (!hasTmux) console.log("There is no tmux: what a terminal shows is not tested");

const wide = { columns: 80, rows: 24 };
const small = { columns: 40, rows: 12 };
const waitFor = (name: string) => `until [ -e "$GO/${name}" ]; do sleep 0.05; done`;

/** A queue that goes on step by step, as `go` says. */
async function withSteps(
  test: (steps: {
    repository: Repository;
    env: Record<string, string>;
    go: (...names: string[]) => void;
  }) => Promise<void>,
): Promise<void> {
  await withRepository(async (repository) => {
    await repository.commit({
      "lint.sh": "echo no fault found\n",
      "test.sh": `echo 3 of 12 tests passed; ${waitFor("test")}; exit 1\n`,
      "build.sh": `echo building the documentation; ${waitFor("build")}\n`,
    });
    repository.writeQueue([
      execTask("one", `echo '{"type":"x"}'; echo editing src/app.ts; ${waitFor("one")}`, {
        title: "Dark mode for the settings page",
        quality_gates: ["sh lint.sh", "sh test.sh", "sh build.sh"],
      }),
      execTask("two", `echo 設定を読んでいます; ${waitFor("two")}`, {
        title: "新しいユーザーのためのガイドを書く, cafe\u0301 included, and much more than fits",
      }),
      execTask("after", "true", { title: "Use it", depends_on: ["one"] }),
      execTask("last", waitFor("last"), { title: "Tidy up" }),
    ]);
    const go = (...names: string[]) =>
      names.forEach((name) => Deno.writeTextFileSync(repository.outside(name), ""));
    await test({ repository, env: { GO: repository.outside() }, go });
  });
}

/** A terminal that is closed afterwards. */
async function inScreen(
  open: () => Screen,
  test: (screen: Screen) => Promise<void>,
): Promise<void> {
  const screen = open();
  try {
    await test(screen);
  } finally {
    screen.close();
  }
}

Deno.test({
  name: "macp drain shows in a terminal what runs, its gates as they end, and what is left",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      const open = () => Screen.open(repository, `'${macpPath}' drain --jobs 2`, { ...wide, env });
      await inScreen(open, async (screen) => {
        await screen.is("drain_working", /editing src[^]*設定/);
        go("one");
        await screen.is("drain_gates", /gates 1\/3[^]*3 of 12/);
        screen.resize(small);
        await screen.is("drain_gates_40x12", "gates 1/3");
        screen.resize(wide);
        await screen.is("drain_gates", "gates 1/3");
        go("test");
        await screen.is("drain_red_gate", /gates 2\/3[^]*building/);
        const colored = screen.text("-e").replaceAll("\x1b", "");
        assertMatch(colored, /\[32m✓ sh lint\.sh[^]*\[31m✗ sh test\.sh/);
        go("build");
        await screen.is("drain_escalated", /✗ one[^]*last/);
        go("two");
        await screen.shows("✓ two");
        go("last");
        await screen.is("drain_ended", /^exit \d/m);
      });
    }),
});

Deno.test({
  name: "macp drain in a terminal of 40 × 12 shows what matters most, and cuts nothing in two",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      const open = () => Screen.open(repository, `'${macpPath}' drain --jobs 3`, { ...small, env });
      await inScreen(open, async (screen) => {
        await screen.is("drain_three_40x12", /last[^]*3 running/);
        screen.resize(wide);
        await screen.is("drain_three_grown", /working · attempt/);
        screen.resize(small);
        await screen.is("drain_three_40x12", /last[^]*3 running/);
        for (const name of ["test", "build", "one"]) go(name);
        await screen.shows("✗ one");
        go("two");
        await screen.shows("✓ two");
        go("last");
        await screen.shows(/^exit 3/m);
        assert(!screen.text().includes("▸"), screen.text());
      });
    }),
});

Deno.test({
  name: "macp status --watch shows in a terminal what runs, what waits and what to type",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      repository.writeQueue([
        ...repository.readQueue(),
        execTask("asks", "exit 1", { status: "escalated", outcome: "needs_input", attempts: 1 }),
      ]);
      go("one");
      const drain = repository.start(["drain"], { env });
      const open = () => Screen.open(repository, `'${macpPath}' status --watch`, wide);
      await inScreen(open, async (screen) => {
        await screen.is("status_running", /gates 1\/3[^]*3 of 12/);
        screen.resize(small);
        await screen.is("status_running_40x12", "gates 1/3");
        screen.resize(wide);
        go("test", "build", "two", "last");
        await drain.ended;
        await screen.is("status_ended", /one {2}escalated[^]*last/);
        screen.type("C-c");
        await screen.shows("exit 130");
      });
    }),
});

Deno.test({
  name: "macp watch shows in a terminal what runs and how far sinks are, below what it prints",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      repository.writeConfig({ macp: { stdout: { enabled: true } } });
      const open = () => Screen.open(repository, `'${macpPath}' watch`, wide);
      await inScreen(open, async (screen) => {
        await screen.shows("nothing runs");
        go("one");
        const drain = repository.start(["drain"], { env });
        await screen.is("watch_running", /gated[^]*gates 1\/3[^]*3 of 12[^]*up to date/);
        go("test", "build", "two", "last");
        await drain.ended;
        await screen.shows(/escalated[^]*nothing runs/);
        screen.type("C-c");
        await screen.shows("exit 130");
        assert(!screen.text().includes("nothing runs"), screen.text());
      });
    }),
});

Deno.test({
  name: "A terminal that is closed ends macp drain cleanly: the task is pending again",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env }) => {
      const screen = Screen.open(repository, `exec '${macpPath}' drain`, { ...wide, env });
      try {
        await screen.shows("editing src");
      } finally {
        screen.close();
      }
      const status = () => repository.json<{ controller: unknown }>(["status"]);
      await until("the end", async () => (await status()).controller === null);
      assertEquals(repository.task("one").status, "pending");
      assertEquals(repository.task("one").outcome, "interrupted");
    }),
});

Deno.test({
  name: "A terminal that is closed without a word to macp ends no work",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      const code = repository.outside("code");
      // This shell keeps the news to itself.
      const line = `trap : HUP; '${macpPath}' drain; echo $? > '${code}'`;
      const screen = Screen.open(repository, line, { ...wide, env });
      try {
        await screen.shows("editing src");
      } finally {
        screen.close();
      }
      go("one", "test", "build", "two", "last");
      assertEquals(await repository.untilWritten(code), "3");
      assertEquals(repository.task("last").status, "completed");
    }),
});

Deno.test({
  name: "A live view that was stopped and goes on draws below what the shell printed",
  ignore: !hasTmux,
  fn: () =>
    withSteps(async ({ repository, env, go }) => {
      const open = () => Screen.open(repository, `'${macpPath}' drain --jobs 2`, { ...wide, env });
      await inScreen(open, async (screen) => {
        await screen.shows("2 running");
        const { controller } = await repository.json<{ controller: { pid: number } }>(["status"]);
        Deno.kill(controller.pid, "SIGSTOP");
        Deno.kill(controller.pid, "SIGCONT");
        await screen.shows(/2 running[^]*2 running/);
        go("one");
        await screen.shows(/2 running[^]*gates 1\/3[^]*2 running/);
        go("test", "build", "two", "last");
        await screen.shows(/^exit \d/m);
      });
    }),
});

Deno.test("macp drain prints no control character into a pipe, nor with --plain", async () => {
  await withSteps(async ({ repository, env, go }) => {
    go("one", "test", "build", "two", "last");
    const ran = await repository.macp(["drain", "--jobs", "2"], { env });
    assertEquals(ran.code, 3);
    // deno-lint-ignore no-control-regex
    const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;
    assert(!control.test(ran.stdout + ran.stderr), JSON.stringify(ran));
    assertMatch(
      ran.stdout,
      /^[\d:]{8} {2}one {2}rail\.check\.passed {2}Gate passed: sh lint\.sh$/m,
    );
    const status = repository.start(["status", "--watch", "--plain"]);
    await until("the status", () => status.printed.stdout.includes("Needs a person"));
    await repository.macp(["retry", "one"]);
    await until("the change", () => /^Ready\n {2}one/m.test(status.printed.stdout));
    status.kill("SIGTERM");
    assertEquals((await status.ended).code, 143);
    assert(!control.test(status.printed.stdout), JSON.stringify(status.printed));
  });
});
