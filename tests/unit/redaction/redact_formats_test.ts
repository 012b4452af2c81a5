import { assertEquals } from "@std/assert";
import {
  redactEvent,
  redactReadEvent,
  redactResult,
} from "../../../src/redaction/redact_formats.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const event = {
  event_id: "0198f5a2-7b3c-7def-8abc-000000000001",
  event_type: "task.failed",
  task_id: "t1",
  status: "failed",
  timestamp: "2026-11-21T12:00:00.000Z",
  source: "controller",
  message: "it says failed",
  metadata: {},
};

Deno.test("redactReadEvent() keeps what the formats define when a secret equals it", () => {
  const secrets = ["failed", "controller", "2026-11-21"]
    .map((value) => ({ name: "X", value }));
  const redacted = redactReadEvent(createRedactor(secrets), event);
  assertEquals(redacted, { ...event, message: "it says [redacted:X]" });
});

Deno.test("redactReadEvent() keeps no secret that another writer put where the formats define words", () => {
  const secret = "pl4nted-Mark3r";
  const redactor = createRedactor([{ name: "X", value: secret }]);
  for (const name of ["event_id", "event_type", "status", "timestamp", "source"] as const) {
    const redacted = redactReadEvent(redactor, { ...event, [name]: `a ${secret}` });
    assertEquals(redacted[name], "a [redacted:X]");
  }
});

Deno.test("redactResult() keeps dispatch only where it is one that the formats define", () => {
  const secret = "pl4nted-Mark3r";
  const redactor = createRedactor([secret, "exec"].map((value) => ({ name: "X", value })));
  const result = { task_id: "t1", status: "escalated", completed_at: event.timestamp } as const;
  assertEquals(redactResult(redactor, { ...result, dispatch: "exec" }).dispatch, "exec");
  const wrong = redactResult(redactor, { ...result, dispatch: `see ${secret}` });
  assertEquals(wrong.dispatch, "see [redacted:X]");
});

Deno.test("redactEvent() keeps no secret in the words of its metadata", () => {
  const secret = "pl4nted-Mark3r";
  const redactor = createRedactor([{ name: "X", value: secret }]);
  const words = ["outcome", "dispatch", "gate_outcome", "not_before"];
  const metadata = Object.fromEntries(words.map((name) => [name, `a ${secret}`]));
  const redacted = redactEvent(redactor, { message: "m", metadata });
  assertEquals(redacted.metadata, Object.fromEntries(words.map((n) => [n, "a [redacted:X]"])));
});
