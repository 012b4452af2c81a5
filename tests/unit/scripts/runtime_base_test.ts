import { assertEquals, assertThrows } from "@std/assert";
import { baseOf, integrityOf } from "../../../scripts/lib/runtime_base.ts";

/** A program as `deno compile` lays it out: base, data, trailer. */
function program(base: string, data: string, length = data.length): Uint8Array {
  const bytes = new TextEncoder().encode(`${base}${data}${"\0".repeat(16)}`);
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(length), true);
  return bytes;
}

Deno.test("baseOf() cuts data and trailer off", () => {
  assertEquals(new TextDecoder().decode(baseOf(program("base", "the data"))), "base");
});

Deno.test("baseOf() reads a program that starts inside a buffer", () => {
  const bytes = program("base", "the data");
  const buffer = new Uint8Array([1, 2, 3, ...bytes]);
  assertEquals(new TextDecoder().decode(baseOf(buffer.subarray(3))), "base");
});

Deno.test("baseOf() throws when the length does not fit", () => {
  assertThrows(() => baseOf(program("base", "data", 99)), Error, "Cannot find the runtime base");
  assertThrows(() => baseOf(new Uint8Array(3)), Error, "Cannot find the runtime base");
});

Deno.test("integrityOf() gives the hash as registries publish it", async () => {
  assertEquals(
    await integrityOf(new TextEncoder().encode("abc")),
    "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
  );
});
