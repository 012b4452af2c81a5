import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, filesBelow, type Ran, type Repository, withRepository } from "./harness.ts";

const agents = join(import.meta.dirname ?? ".", "..", "fixtures", "agents");

/** Each is planted where its name says, and in all that workers and gates print. */
const planted = {
  environment: "env1r0nment-Mark3r-4711",
  webhook: "https://hooks.example.org/services/T0/B0/w3bh00k-Mark3r",
  configuration: "c0nfig-Mark3r-0815",
  token: `ghp_${"q7Zk2Wx9".repeat(4)}abcd`,
};
const everything = Object.values(planted);

/** Files that hold a text although nobody but the user put it there. */
const own = ["config.json", "tasks.json"];

function filesWith(repository: Repository, text: string): string[] {
  const bytes = (path: string) => new TextDecoder("latin1").decode(Deno.readFileSync(path));
  return [...filesBelow(repository.state())]
    .filter((path) => !own.some((name) => path === repository.state(name)))
    // What a handed-over task is for; for the user alone.
    .filter((path) => path !== repository.state("handover", "handed.json"))
    .filter((path) => bytes(path).includes(text));
}

async function snapshotMessages(repository: Repository): Promise<string> {
  return await repository.git("log", "--format=%B", "--glob=refs/macp", "--");
}

/** A shell line that prints all secrets but that of the environment, which it prints in two writes. */
const tellAll = [
  `echo "begin ${planted.webhook} and ${planted.configuration} and ${planted.token} end"`,
  `printf 'half %s' "$(printf %s "$DEPLOY_TOKEN" | cut -c1-9)"; sleep 0.2`,
  `printf '%s whole\\n' "$(printf %s "$DEPLOY_TOKEN" | cut -c10-)"`,
].join("\n");

Deno.test("show 10: what is planted in configuration, environment, command, brief and output stays inside", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({
      macp: {
        secrets: [],
        setup: `echo "setup ${planted.token}"`,
        runtimes: { claude: {} },
        webhook: { url: planted.webhook, auth_token: planted.configuration },
      },
      quality_gates: [`echo "gate ${planted.token} of $DEPLOY_TOKEN"; exit 1`],
    });
    const brief = ["# Task", ...everything, `DO: print say ${planted.token} again`, "DO: edit a b"];
    await repository.commit({ "brief.md": `${brief.join("\n")}\n` });
    repository.writeQueue([
      execTask("worker", `${tellAll}\nexit 3`, { title: `Title ${planted.token}` }),
      execTask(
        "report",
        `printf '{"summary":"%s"}' "$DEPLOY_TOKEN" >"$MACP_RESULT_FILE"; ${tellAll}`,
      ),
      ...["mosaic", "claude"].map((runtime) => ({
        ...execTask(`by-${runtime}`, "", { dispatch: "yolo", runtime, brief_path: "brief.md" }),
        command: undefined,
      })),
      {
        ...execTask("handed", "", { dispatch: "acp", brief_path: "brief.md" }),
        command: undefined,
      },
    ]);
    const env = {
      DEPLOY_TOKEN: planted.environment,
      PATH: `${agents}:${repository.env.PATH}`,
    };
    const printed: string[] = [];
    const call = async (...args: string[]) => {
      const { code, stdout, stderr } = await repository.macp(args, { env });
      printed.push(stdout, stderr);
      return code;
    };

    assertEquals(await call("drain", "--verbose"), 3);
    const ids = repository.readQueue().map(({ id }) => id);
    for (const id of ids) {
      for (const more of [[], ["--json"]]) {
        for (const verb of ["show", "logs", "diff"]) await call(verb, id, ...more);
        await call("status", "--task-id", id, ...more);
      }
    }
    for (const verb of ["status", "inbox", "history", "doctor", "config", "clean"]) {
      await call(verb);
      await call(verb, "--json");
    }
    await call("reply", "report", `use ${planted.token} and ${planted.environment}`);
    await call("restore", "worker");
    await call("accept", "worker");
    await call("land", "worker");
    await call("show", planted.token);
    await call("submit", "--task-id", "x", "--title", "t", "--branch", planted.token, "--no-such");
    await call("drain", "--json");

    for (
      const secret of [
        ...everything,
        btoa(planted.environment),
        encodeURIComponent(planted.webhook),
      ]
    ) {
      assertEquals(filesWith(repository, secret), [], secret);
      const shown = printed.filter((text) => text.includes(secret));
      assertEquals(shown.map((text) => text.slice(0, 300)), [], secret);
      assert(!(await snapshotMessages(repository)).includes(secret), secret);
    }
    const log = repository.log("worker");
    assertStringIncludes(log, "half [redacted:DEPLOY_TOKEN] whole");
    assertStringIncludes(
      log,
      "begin [redacted:macp.webhook.url] and [redacted:macp.webhook.auth_token]",
    );
    assertStringIncludes(log, "and [redacted:GITHUB_TOKEN] end");
    assertStringIncludes(
      repository.log("report"),
      "gate [redacted:GITHUB_TOKEN] of [redacted:DEPLOY_TOKEN]",
    );
    assertStringIncludes(repository.log("by-mosaic"), "setup [redacted:GITHUB_TOKEN]");
    assertStringIncludes(repository.log("by-claude"), "say [redacted:GITHUB_TOKEN] again");
  });
});

Deno.test("What gates are given in their environment as a token stays inside, wherever it was set", async () => {
  await withRepository(async (repository) => {
    const marks = {
      config: "gateenv-mark-12345678",
      task: "taskenv-mark-12345678",
      flag: "flagval-mark-12345678",
    };
    const says = (env: Record<string, string>) => ({
      command: 'echo "has $API_TOKEN $SIGN_KEY"; false',
      env,
    });
    repository.writeConfig({ quality_gates: [says({ API_TOKEN: marks.config })] });
    const printed: Ran[] = [];
    const flag = JSON.stringify([says({ API_TOKEN: marks.flag })]);
    const calls: [string, string[]][] = [
      ["a", []],
      ["b", []],
      ["c", ["--set", `quality_gates=${flag}`]],
    ];
    for (const [id, more] of calls) {
      const own = { quality_gates: [says({ SIGN_KEY: marks.task, MODE: "words" })] };
      const task = execTask(id, "true", { max_attempts: 1, ...(id === "b" ? own : {}) });
      repository.writeQueue([...repository.readQueue().map((other) => ({ ...other })), task]);
      printed.push(await repository.macp(["drain", "--verbose", ...more]));
      assertEquals(printed.at(-1)?.code, 3, printed.at(-1)?.stderr);
      for (const verb of ["show", "logs"]) {
        printed.push(
          await repository.macp([verb, id]),
          await repository.macp([verb, id, "--json"]),
        );
      }
    }
    printed.push(await repository.macp(["config"]), await repository.macp(["status", "--json"]));
    for (const mark of Object.values(marks)) {
      assertEquals(filesWith(repository, mark), [], mark);
      for (const { stdout, stderr } of printed) assert(!(stdout + stderr).includes(mark), stdout);
    }
    assertStringIncludes(repository.log("a"), "has [redacted:API_TOKEN]");
    assertStringIncludes(repository.log("b"), "has  [redacted:SIGN_KEY]");
    assertStringIncludes(repository.log("c"), "has [redacted:API_TOKEN]");
  });
});

Deno.test("What macp writes into git of a title holds no secret: branch, commit and merge", async () => {
  await withRepository(async (repository) => {
    const env = { DEPLOY_TOKEN: "tit1e-Mark3r-4711" };
    const titles = { a: `Rotate ${env.DEPLOY_TOKEN} now`, b: "An ordinary title" };
    const tasks = Object.entries(titles).map(([id, title]) =>
      execTask(id, `echo ${id} > ${id}.txt`, { title, type: "coding" })
    );
    repository.writeQueue(tasks);
    assertEquals((await repository.macp(["drain"], { env })).code, 0);
    assertEquals(repository.readQueue().map(({ branch }) => branch), [
      "feat/a-rotate-redacted-deploy-token-now",
      "feat/b-an-ordinary-title",
    ]);
    // A merge commit, as main moved on.
    await repository.commit({ "main.txt": "main\n" });
    for (const id of ["a", "b"]) {
      const { code, stdout, stderr } = await repository.macp(["land", id], { env });
      assertEquals(code, 0, stdout + stderr);
    }
    const log = await repository.git("log", "--format=%B", "--all");
    const refs = await repository.git("for-each-ref", "--format=%(refname)");
    assert(!/tit1e.mark3r/i.test(log + refs), log + refs);
    assertStringIncludes(log, "Rotate [redacted:DEPLOY_TOKEN] now (");
    assertStringIncludes(log, ": An ordinary title (b)");
  });
});
