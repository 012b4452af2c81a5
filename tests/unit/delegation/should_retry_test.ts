import { assertEquals } from "@std/assert";
import type { HandoffRead } from "../../../src/delegation/handoff_file.ts";
import { shouldRetry } from "../../../src/delegation/should_retry.ts";
import { validateHandoff } from "../../../src/delegation/validate_handoff.ts";

const stat = { kind: "file", size: 1, mtimeMs: 0, device: 1, inode: 1, mode: 0o600 } as const;
const complete = {
  schemaVersion: "1.1",
  status: "complete",
  result: "x",
  deliverable: { type: "data", summary: "s" },
  confidence: "low",
  timestamp: "now",
};

/** What is decided after attempt 1 of 2 that ended with `document`. */
function decide(document: Record<string, unknown>, strict = true) {
  const result: HandoffRead = { kind: "read", document, stat };
  return shouldRetry(result, validateHandoff(document, { strict, runId: "run" }), 1, 2);
}

Deno.test("shouldRetry() asks again where no good answer came", () => {
  assertEquals(shouldRetry(null, null, 1, 2), { retry: true, reason: "timeout" });
  assertEquals(shouldRetry({ kind: "absent" }, null, 1, 2), { retry: true, reason: "timeout" });
  const malformed: HandoffRead = { kind: "unparsable", reason: "it is empty", text: "", stat };
  assertEquals(shouldRetry(malformed, null, 1, 2), {
    retry: true,
    reason: "malformed response: it is empty",
  });
  assertEquals(shouldRetry({ kind: "unreadable", reason: "it is a folder" }, null, 2, 3), {
    retry: true,
    reason: "error: it is a folder",
  });
});

Deno.test("shouldRetry() decides by what the answer says", () => {
  const samples: [Record<string, unknown>, boolean, string][] = [
    [complete, false, ""],
    [{ ...complete, status: "partial", confidence: "medium" }, false, ""],
    [{ ...complete, status: "partial" }, true, "partial with low confidence"],
    [{ ...complete, status: "partial", confidence: "Low " }, true, "partial with low confidence"],
    [{ ...complete, status: "failed", notes: "no disk" }, true, "agent failed: no disk"],
    [{ status: "failed" }, true, "agent failed: no details"],
    [{ ...complete, status: "blocked", notes: "no key" }, false, "Agent blocked: no key"],
    [
      { status: "blocked", result: null },
      false,
      "Missing fields: schemaVersion, confidence, timestamp",
    ],
    [
      { ...complete, deliverable: {} },
      true,
      "Missing deliverable block — every completed task must include a deliverable",
    ],
    [{ ...complete, status: "done" }, true, "Invalid status: 'done'"],
    [{ ...complete, status: "blocked", runId: "b" }, true, "Answer of another run: 'b'"],
    [{ ...complete, status: "failed", runId: "b" }, true, "Answer of another run: 'b'"],
  ];
  for (const [document, retry, reason] of samples) {
    assertEquals(decide(document), { retry, reason }, JSON.stringify(document));
  }
  assertEquals(decide({ status: "complete", result: 1 }, false), { retry: false, reason: "" });
});

Deno.test("shouldRetry() ends with the last attempt", () => {
  const over = { retry: false, reason: "Max retries reached" };
  assertEquals(shouldRetry(null, null, 2, 2), over);
  assertEquals(shouldRetry(null, null, 1, 1), over);
});
