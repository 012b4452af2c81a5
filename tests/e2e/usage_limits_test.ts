import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Repository, until, withRepository } from "./harness.ts";
import { agentsPath, submitBrief } from "./yolo.ts";

const hourMs = 3600_000;
/** How long after the stated time a runtime is used again. */
const marginMs = 30_000;

/** What `status --json` tells of holds. */
interface Status {
  next_wake_up: string | null;
  holds: { runtime: string; until: string; reason: string }[];
  tasks: { id: string; attempts: number; held_runtime: string | null; held_until: string | null }[];
}

/** A repository whose agents run without a terminal. */
function withAgents(test: (repository: Repository) => Promise<void>): Promise<void> {
  return withRepository((repository) => {
    repository.writeConfig({ macp: { runtimes: { claude: {}, codex: {}, opencode: {} } } });
    return test(repository);
  });
}

/** Drains, and does not wait for holds. */
function drain(repository: Repository, env: Record<string, string> = {}) {
  return repository.macp(["drain", "--no-wait-holds"], { env: { PATH: agentsPath, ...env } });
}

/** The minute that begins `hours` from now or up to a minute earlier, as ms since the epoch. */
function minuteIn(hours: number): number {
  return Math.floor((Date.now() + hours * hourMs) / 60_000) * 60_000;
}

/** What a clock of a zone shows, as claude writes it: `3:10am`, or `3am`. */
function clock(instant: number, timeZone: string): string {
  const text = new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", minute: "2-digit" })
    .format(instant);
  return text.replace(/\s/, "").replace(":00", "").toLowerCase();
}

function status(repository: Repository): Promise<Status> {
  return repository.json<Status>(["status"]);
}

Deno.test("macp run --once tells a held runtime, as drain does, unless it ran something", async () => {
  await withAgents(async (repository) => {
    const words = "Claude AI usage limit reached";
    await submitBrief(repository, "limited", [`DO: limit ${words}`], "--runtime", "claude");
    assertEquals((await drain(repository)).code, 3);
    const env = { PATH: agentsPath };
    const plain = await repository.macp(["run", "--once"], { env });
    assertEquals(plain.code, 3);
    assertStringIncludes(plain.stdout, "runtime claude is held until");
    const json = await repository.macp(["run", "--once", "--json"], { env });
    const { held, exit_code } = JSON.parse(json.stdout).summary;
    assertEquals([held.length, held[0]?.runtime, exit_code], [1, "claude", 3]);
    await submitBrief(repository, "other", ["DO: edit o.txt o"], "--runtime", "codex");
    assertEquals((await repository.macp(["run", "--once"], { env })).code, 0);
  });
});

Deno.test("macp drain holds claude until the stated reset, spends no attempt, and runs codex meanwhile", async () => {
  await withAgents(async (repository) => {
    const reset = minuteIn(3);
    const words = `You've hit your limit · resets ${clock(reset, "Asia/Seoul")} (Asia/Seoul)`;
    const end = new Date(reset + marginMs).toISOString();
    await submitBrief(repository, "limited", [`DO: limit ${words}`], "--runtime", "claude");
    await submitBrief(repository, "behind", ["DO: edit b.txt b"], "--runtime", "claude");
    await submitBrief(repository, "other", ["DO: edit o.txt o"], "--runtime", "codex");
    const ran = await drain(repository);
    assertEquals(ran.code, 3, ran.stderr);

    const { holds, tasks, next_wake_up } = await status(repository);
    assertEquals(holds.map(({ runtime, until }) => [runtime, until]), [["claude", end]]);
    assertEquals(holds[0]?.reason, words);
    assertEquals(next_wake_up, end);
    assertEquals(
      tasks.map(({ id, attempts, held_runtime, held_until }) =>
        [id, attempts, held_runtime, held_until].join(" ")
      ),
      [`limited 0 claude ${end}`, `behind 0 claude ${end}`, "other 1  "],
    );
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "pending",
      "pending",
      "completed",
    ]);
    const types = repository.eventTypes("limited").filter((type) => type !== "task.progress");
    assertEquals(types, [
      "task.assigned",
      "task.started",
      "task.retry.scheduled",
    ]);
    assertEquals(repository.eventTypes("behind"), []);
    const scheduled = repository.events("limited").at(-1);
    assertEquals(scheduled?.status, "pending");
    assertEquals(scheduled?.metadata?.held_until, end);
    const shown = await repository.macp(["status"]);
    assertStringIncludes(shown.stdout, end.replace(".000Z", "Z"));
  });
});

Deno.test("macp drain keeps a hold over a restart, and goes on when it is over", async () => {
  await withAgents(async (repository) => {
    await submitBrief(
      repository,
      "h",
      ["DO: limit You've hit your usage limit. Please try again in 2 hours 5 minutes."],
      "--runtime",
      "codex",
    );
    assertEquals((await drain(repository)).code, 3);
    const before = repository.events("h").length;
    assertEquals((await drain(repository)).code, 3);
    assertEquals(repository.events("h").length, before);

    const state = JSON.parse(Deno.readTextFileSync(repository.state("state.json")));
    const stated = Date.parse(state.holds.codex.until) - Date.parse(state.holds.codex.since);
    assert(Math.abs(stated - marginMs - 125 * 60_000) < 30_000, `${stated} ms`);
    state.holds.codex.until = new Date(Date.now() - 1).toISOString();
    Deno.writeTextFileSync(repository.state("state.json"), JSON.stringify(state));
    repository.write("docs/tasks/h.md", "DO: edit a.txt a\n");
    assertEquals((await drain(repository)).code, 0);
    assertEquals([repository.task("h").status, repository.task("h").attempts], ["completed", 1]);
    assertEquals((await status(repository)).holds, []);
    // Each attempt has a serial and a log of its own, counted or not.
    assertStringIncludes(repository.log("h", 1), "usage limit");
    assertMatch(repository.log("h", 2), /a\.txt/);
  });
});

for (
  const [runtime, zone, words] of [
    [
      "codex",
      "America/Bogota",
      (at: number, zone: string) => `try again at ${clockUs(at, zone)}.`,
    ],
    ["opencode", "Asia/Kolkata", () => "retry after 7200 seconds"],
    ["claude", "Africa/Lagos", (at: number, zone: string) => `resets ${clock(at, zone)}`],
  ] as const
) {
  Deno.test(`macp drain understands when a limit of ${runtime} is over, in the zone ${zone}`, async () => {
    await withAgents(async (repository) => {
      const reset = minuteIn(2);
      const text = `You've hit your usage limit. ${words(reset, zone)}`;
      await submitBrief(repository, "h", [`DO: limit ${text}`], "--runtime", runtime);
      assertEquals((await drain(repository, { TZ: zone })).code, 3);
      const { holds, tasks } = await status(repository);
      assertEquals([holds.length, holds[0]?.runtime, tasks[0]?.attempts], [1, runtime, 0]);
      const early = Date.parse(holds[0]?.until ?? "") - marginMs - reset;
      assert(early >= 0 && early < 120_000, `${holds[0]?.until} for ${text}`);
    });
  });
}

/** What a clock of a zone shows, as codex writes it: `9:31 PM`. */
function clockUs(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", minute: "2-digit" })
    .format(instant).replace(/\s/, " ");
}

for (
  const [runtime, words] of [
    ["opencode", "Rate limit exceeded"],
    ["opencode", "You have hit your limit"],
    ["codex", "You have hit your usage limit. Please try again later."],
  ] as const
) {
  Deno.test(`macp drain holds ${runtime} when it says: ${words}`, async () => {
    await withAgents(async (repository) => {
      await submitBrief(repository, "h", [`DO: limit ${words}`], "--runtime", runtime);
      assertEquals((await drain(repository)).code, 3);
      const { holds, tasks } = await status(repository);
      assertEquals([holds.length, holds[0]?.runtime, tasks[0]?.attempts], [1, runtime, 0]);
      assertStringIncludes(holds[0]?.reason ?? "", words);
    });
  });
}

Deno.test("macp drain holds a runtime for seconds when it says so", async () => {
  await withAgents(async (repository) => {
    const words = "You've hit your usage limit. Try again in 3 seconds.";
    await submitBrief(repository, "h", [`DO: limit ${words}`], "--runtime", "codex");
    assertEquals((await drain(repository)).code, 3);
    const { holds } = JSON.parse(Deno.readTextFileSync(repository.state("state.json")));
    const heldMs = Date.parse(holds.codex.until) - Date.parse(holds.codex.since);
    assert(heldMs > marginMs && heldMs <= marginMs + 3000, `${heldMs} ms`);
  });
});

for (
  const words of [
    "You've hit your limit",
    "You've hit your usage limit. Try again in 3000 days.",
    "Claude AI usage limit reached|1500000000",
  ]
) {
  Deno.test(`macp drain holds a runtime for a while when it says no time that can be: ${words}`, async () => {
    await withAgents(async (repository) => {
      const start = Date.now();
      await submitBrief(repository, "h", [`DO: limit ${words}`], "--runtime", "claude");
      assertEquals((await drain(repository)).code, 3);
      const { holds, tasks } = await status(repository);
      const heldMs = Date.parse(holds[0]?.until ?? "") - start;
      assert(heldMs > 60_000 && heldMs < hourMs, `${heldMs} ms`);
      assertEquals(tasks[0]?.attempts, 0);
    });
  });
}

for (
  const [what, brief] of [
    ["writes about limits", [
      "DO: print You've hit your limit · resets 3:10am (Asia/Seoul)",
      "DO: print Claude AI usage limit reached|4102444800",
      "DO: err - You've hit your usage limit. Try again later.",
      "DO: fail The rate limit handler has a wrong type",
    ]],
    ["crashes while it writes about limits", [
      "DO: print Claude usage limit reached. Your limit will reset at 3pm (America/New_York).",
      "DO: exit 5",
    ]],
  ] as const
) {
  Deno.test(`macp drain takes no limit from an agent that ${what}`, async () => {
    for (const runtime of ["claude", "codex", "opencode"]) {
      await withAgents(async (repository) => {
        await submitBrief(repository, "h", brief, "--runtime", runtime);
        assertEquals((await drain(repository)).code, 1);
        assertEquals(repository.result("h").metadata?.outcome, "worker_failed");
        assertEquals((await status(repository)).holds, []);
      });
    }
  });
}

Deno.test("macp drain holds a runtime of the configuration by its own words", async () => {
  await withRepository(async (repository) => {
    const runtimes = {
      mine: {
        command: "echo 'mine: no budget until 2 h from now'; exit 9",
        limits: ["no budget until (?<reset>.+) from now"],
      },
    };
    repository.writeConfig({ macp: { runtimes } });
    const start = Date.now();
    await submitBrief(repository, "h", ["Work"], "--runtime", "mine");
    assertEquals((await drain(repository)).code, 3);
    const { holds, tasks } = await status(repository);
    assertEquals([holds[0]?.runtime, tasks[0]?.attempts], ["mine", 0]);
    const later = Date.parse(holds[0]?.until ?? "") - start - 2 * hourMs - marginMs;
    assert(later >= 0 && later < 60_000, holds[0]?.until);
  });
});

Deno.test("macp drain completes a task whose agent went on beyond a limit", async () => {
  await withAgents(async (repository) => {
    const rejected = { type: "rate_limit_event", rate_limit_info: { status: "rejected" } };
    await submitBrief(
      repository,
      "h",
      [`DO: raw ${JSON.stringify(rejected)}`, "DO: edit a.txt a"],
      "--runtime",
      "claude",
    );
    assertEquals((await drain(repository)).code, 0);
    assertEquals((await status(repository)).holds, []);
  });
});

Deno.test("macp drain waits for a hold to end when nothing says otherwise", async () => {
  await withAgents(async (repository) => {
    await submitBrief(
      repository,
      "h",
      ["DO: limit Too Many Requests; retry after 30 seconds"],
      "--runtime",
      "opencode",
    );
    const running = repository.start(["drain"], { env: { PATH: agentsPath } });
    await until("a hold", async () => (await status(repository)).holds.length > 0);
    await until("the wait to be told", () => /waiting: /.test(running.printed.stdout));
    assertEquals(await Promise.race([running.ended, Promise.resolve("it waits")]), "it waits");
    running.kill("SIGTERM");
    const { code, stdout, stderr } = await running.ended;
    assertEquals(code, 143);
    assertEquals(
      stdout.match(/waiting: runtime opencode is held until \S+Z: Too Many/g)?.length,
      1,
    );
    assertEquals((stdout + stderr).includes("nothing to run"), false);
    assertEquals([repository.task("h").status, repository.task("h").attempts], ["pending", 0]);
  });
});
