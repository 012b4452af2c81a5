import { assertEquals, assertThrows } from "@std/assert";
import { redactedJson } from "../../../src/cli/redacted_json.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

/** What a person with these secrets reads in a document. */
function read(value: object, secrets: Record<string, string> = {}, indent?: number): unknown {
  const named = Object.entries(secrets).map(([name, value]) => ({ name, value }));
  return JSON.parse(redactedJson(value, createRedactor(named), indent));
}

Deno.test("redactedJson() stays JSON when a secret reaches to the end of its text", () => {
  const notes = "is -----BEGIN PRIVATE KEY-----";
  const document = { notes, code: "usage", [notes]: [notes, 7, null, true] };
  const redacted = "is [redacted:PRIVATE_KEY]";
  const expected = { notes: redacted, code: "usage", [redacted]: [redacted, 7, null, true] };
  for (const indent of [undefined, 2]) assertEquals(read(document, {}, indent), expected);
});

Deno.test("redactedJson() stays JSON when a secret is a number or a word of JSON", () => {
  const secrets = { PIN_KEY: "12345678", FLAG_KEY: "true" };
  assertEquals(
    read({ a: 12345678, b: 912345678, c: true, d: false, e: "true" }, secrets),
    {
      a: "[redacted:PIN_KEY]",
      b: "9[redacted:PIN_KEY]",
      c: "[redacted:FLAG_KEY]",
      d: false,
      e: "[redacted:FLAG_KEY]",
    },
  );
});

Deno.test("redactedJson() finds a secret by the name that stands before it", () => {
  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  const document = { aws_secret_access_key: secret };
  assertEquals(JSON.stringify(read(document)).includes("wJalr"), false);
});

Deno.test("redactedJson() shows what nobody sees, and keeps a member called __proto__", () => {
  const value = JSON.parse('{"__proto__":{"a":"\u202e\u009b"}}');
  assertEquals(redactedJson(value, createRedactor([])), '{"__proto__":{"a":"\\u202e\\u009b"}}');
});

Deno.test("redactedJson() finds secrets in what is nested very deep", () => {
  const secret = "ghp_" + "q7Zk2Wx9".repeat(5);
  const deep = (levels: number) =>
    Array.from({ length: levels }).reduce<object>((inside) => ({ a: inside }), { b: secret });
  const json = redactedJson({ deep: deep(2000), [secret]: 1 }, createRedactor([]));
  assertEquals([json.includes(secret), json.includes("[redacted")], [false, true]);
  const print = () => redactedJson(deep(100_000), createRedactor([]));
  assertThrows(print, MacpError, "Cannot print it as JSON as it is nested too deep");
});

Deno.test("redactedJson() keeps quotes and backslashes beside what it redacts", () => {
  const secret = "ghp_" + "q7Zk2Wx9".repeat(5);
  const value = { a: 'say "hi" \\', b: [`${secret}`, -1.5e3, true, null, "", "\\\\"], 'c\\"': {} };
  const { a, b, ...rest } = JSON.parse(redactedJson(value, createRedactor([]), 2));
  assertEquals([a, b.slice(1), rest], [value.a, value.b.slice(1), { 'c\\"': {} }]);
});
