import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commitAll, exists, fingerprint, textOf, withRepository } from "./harness.ts";

/** What the page is drawn from. */
interface Data {
  file?: string | null;
  summary: { attempts: number; retries: number; red_gates: number; waiting: number };
  waiting: { id: string; next: { command: string }[] }[];
  tasks: {
    id: string;
    status: string;
    title: string;
    attempts: { outcome: string; phases: Record<string, number | null>; usage: unknown }[];
  }[];
}

/** The data in a page. */
function dataOf(html: string): Data {
  const [, text = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ??
    [];
  return JSON.parse(text);
}

const secret = "pl4nted-Mark3r-4711";

Deno.test("macp report shows attempts, gates and what waits for a person when a queue was drained", async () => {
  await withRepository(async (repository) => {
    const again =
      `test -n "$MACP_PREVIOUS_FAILURE_FILE" && echo right > a; echo b > b; ${commitAll}`;
    await repository.submit("TWICE", again, "--gate", "test -f a", "--max-attempts", "2");
    await repository.submit("RED", `echo "says ${secret}"`, "--gate", "echo no such luck; exit 1");
    await repository.macp(["drain"]);
    const ran = await repository.macp(["report"], { env: { DEPLOY_TOKEN: secret } });
    assertEquals(ran.code, 0, ran.stderr);
    const path = repository.state("report.html");
    assertStringIncludes(ran.stdout, `${path}: 2 tasks, 3 attempts, 1 for a person`);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
    const html = textOf(path) ?? "";
    assert(!html.includes(secret));
    assertStringIncludes(html, "says [redacted:DEPLOY_TOKEN]");
    assertStringIncludes(html, "no such luck");
    const { summary, waiting, tasks } = dataOf(html);
    assertEquals([summary.attempts, summary.retries, summary.red_gates, summary.waiting], [
      3,
      1,
      2,
      1,
    ]);
    assertEquals(waiting.map(({ id }) => id), ["RED"]);
    assertEquals(waiting[0]?.next[0]?.command, "macp logs RED");
    const [first, second] = tasks[0]?.attempts ?? [];
    assertEquals([first?.outcome, second?.outcome], ["gate_failed", "completed"]);
    for (const seconds of Object.values(second?.phases ?? {})) {
      assert(seconds !== null && seconds >= 0);
    }
    assertEquals(second?.usage, null);
    assertEquals((await repository.macp(["report", "--quiet"])).stdout, "");
    const { stdout } = await repository.macp(["report", "--out", "-", "--since", "1h"]);
    assertEquals(dataOf(stdout).tasks.map(({ id }) => id), ["TWICE", "RED"]);
  });
});

Deno.test("macp report --json prints the data and writes only the file that is named", async () => {
  await withRepository(async (repository) => {
    await repository.submit("A", "true");
    const before = fingerprint(repository.path);
    const data = await repository.json<Data>(["report"]);
    assertEquals([data.file, data.tasks[0]?.id], [null, "A"]);
    assertEquals(fingerprint(repository.path), before);
    const path = repository.outside("named.html");
    assertEquals((await repository.json<Data>(["report", "--out", path])).file, path);
    assertEquals(dataOf(textOf(path) ?? "").tasks[0]?.id, "A");
  });
});

Deno.test("macp report writes over a report and over nothing else", async () => {
  await withRepository(async (repository) => {
    repository.write("mine.html", "<!DOCTYPE html>\n<p>mine</p>\n");
    repository.write("notes.txt", "notes\n");
    for (
      const [out, why] of [
        ["mine.html", "something else stands there"],
        ["notes.txt", "neither in .html"],
        [".mosaic/orchestrator/tasks.json", "neither in .html"],
        ["no/such/folder.html", "no such folder"],
      ] as const
    ) {
      const before = fingerprint(repository.path);
      const { code, stderr } = await repository.macp(["report", "--out", out]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, why);
      assertEquals(fingerprint(repository.path), before);
    }
    for (let turn = 0; turn < 2; turn++) {
      const { code, stderr } = await repository.macp(["report", "--out", "own.html"]);
      assertEquals(code, 0, stderr);
    }
    assert(exists(`${repository.path}/own.html`));
    const both = await repository.macp(["report", "--json", "--out", "-"]);
    assertEquals(both.code, 2);
  });
});

Deno.test("macp report keeps a title that is a script as text, and secrets of the queue inside", async () => {
  await withRepository(async (repository) => {
    const title = "</script><script>alert(1)</script>";
    const fields = { status: "escalated", dispatch: "exec", command: "true" };
    repository.writeQueue([
      { id: "A", title, ...fields },
      { id: "B", title: `use ${secret}`, reason: `not ${secret}`, ...fields, pr: secret },
    ]);
    const ran = await repository.macp(["report"], { env: { DEPLOY_TOKEN: secret } });
    assertEquals(ran.code, 0, ran.stderr);
    const html = textOf(repository.state("report.html")) ?? "";
    const { tasks, waiting } = dataOf(html);
    assertEquals(tasks.map((task) => task.title), [title, "use [redacted:DEPLOY_TOKEN]"]);
    assertEquals(waiting.map(({ id }) => id), ["A", "B"]);
    assertEquals(html.match(/<\/script>/g)?.length, 3);
    assert(!html.includes(secret));
    const json = await repository.macp(["report", "--json"], { env: { DEPLOY_TOKEN: secret } });
    assert(!json.stdout.includes(secret));
  });
});
