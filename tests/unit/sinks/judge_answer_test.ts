import { assertEquals } from "@std/assert";
import { judgeAnswer, parseRetryAfter, waitOf, wordsOf } from "../../../src/sinks/judge_answer.ts";

const now = Date.parse("2026-03-14T09:26:53Z");

for (
  const [header, expected] of [
    ["120", 120_000],
    [" 0 ", 0],
    ["1.5", 1500],
    ["Sat, 14 Mar 2026 09:27:53 GMT", 60_000],
    ["Saturday, 14-Mar-26 09:27:53 GMT", 60_000],
    ["Sat, 14 Mar 2026 09:00:00 GMT", 0],
    ["", null],
    ["-5", null],
    ["soon", null],
    ["2026", 2_026_000],
    ["Infinity", null],
  ] as const
) {
  Deno.test(`parseRetryAfter() reads "${header}" as ${expected}`, () => {
    assertEquals(parseRetryAfter(header, now), expected);
  });
}

Deno.test("waitOf() prefers the seconds in Discord's answer over the header", () => {
  const headers = { "retry-after": "65" };
  const text = '{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}';
  assertEquals(waitOf({ status: 429, headers, text }, now), 64_570);
  assertEquals(waitOf({ status: 429, headers, text: '{"retry_after": -1}' }, now), 65_000);
  assertEquals(waitOf({ status: 429, headers, text: "<html>" }, now), 65_000);
  assertEquals(waitOf({ status: 429, headers: {}, text: "" }, now), null);
});

Deno.test("judgeAnswer() tells what the receiver says, and how long to wait", () => {
  const facts = { host: "hooks.example.org", now, secrets: [] };
  assertEquals(
    judgeAnswer({ status: 503, headers: { "retry-after": "3" }, text: "busy" }, facts),
    { kind: "retry", reason: "hooks.example.org answered 503: busy", afterMs: 3000 },
  );
  assertEquals(
    judgeAnswer({ status: 400, headers: {}, text: "invalid_payload" }, facts),
    { kind: "refused", reason: "hooks.example.org answered 400: invalid_payload" },
  );
  assertEquals(
    judgeAnswer({ status: 308, headers: {}, text: "Moved to /secret" }, facts),
    {
      kind: "retry",
      reason: "hooks.example.org answered 308, and redirects are not followed",
      afterMs: null,
    },
  );
});

Deno.test("wordsOf() keeps short plain words, and nothing that was sent", () => {
  assertEquals(wordsOf('{"message":"Unknown Webhook","code":10015}', []), "Unknown Webhook");
  assertEquals(
    wordsOf('{"code":42901,"error":"limit reached: too many requests"}', []),
    "limit reached: too many requests",
  );
  assertEquals(wordsOf("no_service\n", []), "no_service");
  assertEquals(wordsOf("Cannot POST /services/T00/B00/x", []), null);
  assertEquals(wordsOf("<html><b>no</b></html>", []), null);
  assertEquals(wordsOf("bad token s3cret", ["s3cret"]), null);
  assertEquals(wordsOf(`bad token ${"x".repeat(40)}`, []), null);
  assertEquals(wordsOf("\u001b[31mred", []), null);
  assertEquals(wordsOf("", []), null);
  assertEquals(wordsOf("null", []), "null");
});
