import { assertEquals } from "@std/assert";
import { describeUsage } from "../../../src/cli/describe_result.ts";

Deno.test("describeUsage() leaves out what is not known, and never makes it 0", () => {
  assertEquals(
    describeUsage({ input_tokens: 12345, output_tokens: 0, turns: null, cost_usd: 0.5 }),
    "12,345 tokens in, 0 tokens out, $0.5000",
  );
  assertEquals(describeUsage({ input_tokens: null, cost_usd: null }), "unknown");
});
