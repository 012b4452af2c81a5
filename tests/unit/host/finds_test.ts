import { assertEquals } from "@std/assert";
import { finds } from "../../../src/host/finds.ts";

const long = `${"a".repeat(60)}!`;
const many = `${"x".repeat(80)}\n`.repeat(50_000);

Deno.test("finds() says what the expression itself says", async () => {
  assertEquals(await finds(/^\d+ passed$/m, `${many}12 passed\n${many}`, 5000), true);
  assertEquals(await finds(/^\d+ passed$/m, many, 5000), false);
  assertEquals(await finds(/^(?<word>a)\k<word>(?!b)/, "aac", 5000), true);
});

Deno.test("finds() comes to an end where the expression does not", async () => {
  for (const slow of [/^(a+)+$/, /(?=.*)^(a|aa)+$/, /^(a+)+\1$/]) {
    assertEquals(await finds(slow, long, 100), null, slow.source);
  }
  assertEquals(await finds(/^(?:(x)|(\n))*c/, many.repeat(2), 5000), null);
  assertEquals(await finds(/a!/, long, 5000), true);
});
