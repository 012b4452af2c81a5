/** `macp delegate` against a stand-in gateway. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type CallOptions, type Ran, type Repository, textOf, withRepository } from "./harness.ts";
import {
  answerOf,
  type GatewayBehaviour,
  hookToken,
  putAnswer,
  type StandIn,
  withGateway,
} from "./stand_in_gateway.ts";

/** What tests see of a repository whose agent webster stands behind a gateway. */
interface Scene {
  repository: Repository;
  gateway: StandIn;
  /** Runs `macp delegate` with the token in its environment. */
  delegate(args: readonly string[], options?: CallOptions): Promise<Ran>;
  /** Entries of the log. */
  log(): Record<string, unknown>[];
}

/** Calls `test` with a repository and a gateway; settings are those of the block delegate. */
async function withAgent(
  behaviour: GatewayBehaviour,
  test: (scene: Scene) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  await withRepository((repository) =>
    withGateway(behaviour, async (gateway) => {
      const webster = { url: gateway.origin, token_env: "HOOK_TOKEN" };
      repository.writeConfig({ delegate: { agents: { webster }, ...settings } });
      await test({
        repository,
        gateway,
        delegate: (args, options = {}) =>
          repository.macp(["delegate", ...args], {
            ...options,
            env: { HOOK_TOKEN: hookToken, ...options.env },
          }),
        log: () => readLog(repository),
      });
    })
  );
}

function readLog(repository: Repository): Record<string, unknown>[] {
  const day = new Date().toISOString().slice(0, 10);
  const text = textOf(repository.state("delegations", `${day}.jsonl`)) ?? "";
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

Deno.test("macp delegate prints the answer of the agent when it is complete", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const ran = await delegate(["webster", "What is new?", "--run-id", "run-1"]);
    assertEquals(ran, { ...ran, code: 0, stderr: "" });
    const { latencyMs, ...answer } = JSON.parse(ran.stdout);
    assertEquals(answer, { ...answerOf("run-1"), agent: "webster", runId: "run-1" });
    assertEquals(typeof latencyMs, "number");
    const [task] = gateway.admitted;
    assertEquals(task?.headers["idempotency-key"], "run-1:1");
    assertStringIncludes(String(task?.fields.message), "What is new?");
    assertEquals(log().map(({ event }) => event), ["attempt_start", "complete"]);
  });
});
