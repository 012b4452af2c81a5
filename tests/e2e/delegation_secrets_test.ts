import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventsOf, printed, withAgent } from "./delegation_scene.ts";
import { execTask, filesBelow, type Repository, textOf, withRepository } from "./harness.ts";

/** Values that nothing that macp writes or prints may hold. */
const env = {
  PLAIN_AGENT: "planted-agent-value",
  CHAT_OF_LEAD: "planted-chat-value",
};
const literal = "planted-literal-value";
const planted = [...Object.values(env), literal];

const delegate = {
  agents: {
    webster: { port: 1, token_env: "PLAIN_AGENT" },
    auditor: { port: 2, token: ` ${literal} ` },
  },
  acl: { lead: ["webster", "nobody"] },
  registry: "agents.json",
  channel_context: { command: ["fetch"], token_env: "CHAT_OF_{CALLER}" },
};

/** Files of the state, but for the queue and the configuration, that hold a planted value. */
function leaks(repository: Repository): string[] {
  return [...filesBelow(repository.state())].filter((path) =>
    !/\/(?:config|tasks)\.json$/.test(path) &&
    planted.some((value) => textOf(path)?.includes(value))
  );
}

Deno.test("macp keeps tokens of delegations from workers, logs and what it prints", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ delegate });
    const command = `echo "[$PLAIN_AGENT][$CHAT_OF_LEAD]" ${planted.join(" ")}`;
    repository.writeQueue([execTask("a", command)]);
    const drained = await repository.macp(["drain"], { env });
    assertEquals(drained.code, 0, drained.stderr);
    const printed = [drained];
    for (const args of [["logs", "a"], ["config"], ["doctor"], ["show", "a", "--json"]]) {
      printed.push(await repository.macp(args, { env }));
    }
    const text = printed.map(({ stdout, stderr }) => stdout + stderr).join("");
    assertStringIncludes(text, "[redacted:PLAIN_AGENT] [redacted:CHAT_OF_LEAD]");
    assertStringIncludes(text, "\n[][] [redacted:");
    assertEquals(planted.filter((value) => text.includes(value)), []);
    assertEquals(leaks(repository), []);
  });
});

Deno.test("macp delegate shows no part of a secret, also where an agent's words are cut", async () => {
  const secret = "planted-secret-in-words";
  for (let cut = 1; cut < secret.length; cut += 7) {
    const notes = `${"n".repeat(300 - cut)}${secret}`;
    const agent = ({ handoffPath }: { handoffPath: string }) =>
      Deno.writeTextFileSync(handoffPath, JSON.stringify({ status: "failed", result: 1, notes }));
    await withAgent({ agent, sessionKeys: true }, async ({ delegate, repository, log }) => {
      const ran = await delegate(["webster", "Question", "--no-validate"], {
        env: { SOME_TOKEN: secret },
      });
      assertEquals([ran.code, printed(ran).status], [1, "failed"]);
      assertEquals(eventsOf(log()), ["attempt_start", "validation_failed"]);
      const written = [...filesBelow(repository.state())]
        .filter((path) => !path.includes("/handoffs/")).map((path) => textOf(path));
      const all = [ran.stdout, ran.stderr, ...written].join("\n");
      assertEquals(all.includes("planted"), false, all);
    });
  }
});

Deno.test("macp delegate sends what was asked as it is, and names the secrets in it", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate, repository, gateway, log }) => {
    const env = { OTHER_API_KEY: "planted-in-the-context" };
    const token = `ghp_${"aB3".repeat(12)}`;
    Deno.writeTextFileSync(repository.outside("c.txt"), `${env.OTHER_API_KEY}\n`);
    const asked = [`Use ${token}`, "--context", repository.outside("c.txt"), "--no-wait"];
    const holds = /holds secrets: (\[redacted:[^\]]+\]), \[redacted:OTHER_API_KEY\]\n/;
    for (const more of [["--dry-run"], []]) {
      const { code, stdout, stderr } = await delegate(["webster", ...asked, ...more], { env });
      assertEquals(code, 0, stderr);
      assertEquals(holds.test(stderr), true, stderr);
      assertEquals([token, env.OTHER_API_KEY].some((it) => (stdout + stderr).includes(it)), false);
    }
    const [{ secrets, detail } = { secrets: null, detail: null }] = log();
    assertStringIncludes(`${secrets}`, ", [redacted:OTHER_API_KEY]");
    assertStringIncludes(`${detail}`, "Use [redacted:");
    const message = JSON.stringify(gateway.requests);
    assertStringIncludes(message, token);
    const { stderr } = await delegate(["webster", "Nothing secret", "--no-wait"], { env });
    assertEquals(stderr.includes("secrets"), false, stderr);
  });
});

Deno.test("macp doctor names agents, registry and ACL of delegations that do not fit", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ delegate });
    const ran = await repository.macp(["doctor"]);
    assertEquals(ran.code, 0);
    const lines = ran.stdout.split("\n").filter((line) => /delegate\./.test(line));
    const levels = lines.map((line) => line.split(/\s+/).slice(0, 2).join(" "));
    assertEquals(levels, [
      "warn delegate.registry",
      "ok delegate.auditor",
      "warn delegate.webster",
      "warn delegate.acl",
      "warn delegate.channel_context",
    ]);
    assertStringIncludes(ran.stdout, "the environment variable PLAIN_AGENT is not set");
    assertStringIncludes(ran.stdout, "lead may ask nobody, which is no agent");
    assertStringIncludes(ran.stdout, "CHAT_OF_LEAD");
  });
});

Deno.test("macp validate checks answers of agents as they were asked for", async () => {
  const agent = ({ handoffPath }: { handoffPath: string }) =>
    Deno.writeTextFileSync(handoffPath, '{"status":"complete","result":1}');
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, repository }) => {
    const lenient = ["webster", "Question", "--no-validate", "--run-id", "lenient"];
    assertEquals((await delegate(lenient)).code, 0);
    assertEquals((await repository.macp(["validate"])).code, 0);
    assertEquals((await delegate(["webster", "Question", "--run-id", "strict"])).code, 1);
    const ran = await repository.macp(["validate"]);
    assertEquals(ran.code, 1);
    assertStringIncludes(ran.stdout, "strict.json: /confidence: found nothing");
    assertEquals(ran.stdout.includes("lenient.json: /"), false);
  });
});
