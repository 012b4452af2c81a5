import { assertEquals } from "@std/assert";
import { delegateToken } from "../../../src/dispatcher/delegate_token.ts";

Deno.test("delegateToken() gives the token of the agent that is named, and no other", () => {
  const agents = { webster: { token_env: "WEB" }, other: { token_env: "OTHER" }, plain: {} };
  const env = { WEB: "1", OTHER: "2", HOME: "/" };
  const tokenOf = (delegate: unknown) => delegateToken({ metadata: { delegate } }, { agents }, env);
  assertEquals(tokenOf({ agent: "webster" }), { WEB: "1" });
  for (const delegate of [undefined, null, "webster", { agent: "plain" }, { agent: "x" }]) {
    assertEquals(tokenOf(delegate), {});
  }
  assertEquals(tokenOf({ agent: "constructor" }), {});
  assertEquals(delegateToken({ metadata: { delegate: { agent: "webster" } } }, { agents }, {}), {});
});
