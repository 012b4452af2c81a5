import { assertEquals } from "@std/assert";
import { validateHandoff } from "../../../src/delegation/validate_handoff.ts";
import { validateHandoff as fitsStrictly } from "../../../src/protocol/generated/validators.js";

const good = {
  schemaVersion: "1.1",
  runId: "run-1",
  agent: "reviewer",
  status: "complete",
  result: "Found two faults",
  deliverable: { type: "analysis", title: "Review", path: null, summary: "Two faults" },
  artifacts: [],
  confidence: "high",
  notes: "",
  timestamp: "2026-01-02T03:04:05Z",
};

/** What is wrong with an answer to run-1, or null. */
function errorOf(document: unknown, strict = true): string | null {
  const validation = validateHandoff(document, { strict, runId: "run-1" });
  return validation.valid ? null : validation.error;
}

/** The good answer without some fields. */
function without(...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(good).filter(([name]) => !fields.includes(name)));
}

const noDeliverable = "Missing deliverable block — every completed task must include a deliverable";

Deno.test("validateHandoff() takes a whole answer, also with results of other types and unknown fields", () => {
  for (const result of [null, 0, false, "", [], { a: [1] }]) {
    assertEquals(errorOf({ ...good, result, more: { deep: [1] } }), null);
  }
  assertEquals(errorOf(without("notes", "runId", "agent", "artifacts")), null);
  assertEquals(errorOf({ ...good, runId: null, notes: ["a", "b"], schemaVersion: 1.1 }), null);
  assertEquals(errorOf({ ...without("deliverable"), status: "partial", confidence: "low" }), null);
});

Deno.test("validateHandoff() names the faults of a strict answer", () => {
  const samples: [unknown, string][] = [
    [null, "No handoff data"],
    [[good], "No handoff data"],
    [{}, "Missing fields: schemaVersion, status, result, confidence, timestamp"],
    [without("confidence", "result"), "Missing fields: result, confidence"],
    [{ ...without("timestamp"), status: "failed" }, "Missing fields: timestamp"],
    [{ ...good, status: "done" }, "Invalid status: 'done'"],
    [{ ...good, status: "" }, "Invalid status: ''"],
    [{ ...good, status: ["complete"] }, `Invalid status: '["complete"]'`],
    [{ ...good, status: "malformed" }, "Invalid status: 'malformed'"],
    [{ ...good, status: "failed", notes: "no disk" }, "Agent reported failure: no disk"],
    [{ ...without("notes"), status: "failed" }, "Agent reported failure: no details"],
    [{ ...good, status: "blocked", notes: "no key" }, "Agent blocked: no key"],
    [{ ...good, status: "blocked", notes: null }, "Agent blocked: no details"],
    [{ ...good, status: "blocked", notes: { a: 1 } }, 'Agent blocked: {"a":1}'],
    [without("deliverable"), noDeliverable],
    [{ ...good, deliverable: null }, noDeliverable],
    [{ ...good, deliverable: {} }, noDeliverable],
    [{ ...good, deliverable: "a review" }, noDeliverable],
    [{ ...good, deliverable: [good.deliverable] }, noDeliverable],
    [{ ...good, deliverable: { summary: "x" } }, "Deliverable missing 'type' field"],
    [{ ...good, deliverable: { type: "", summary: "x" } }, "Deliverable missing 'type' field"],
    [
      { ...good, deliverable: { type: "poem", summary: "x" } },
      "Invalid deliverable type: 'poem' " +
      "(valid: document, code, analysis, recommendation, review, data)",
    ],
    [{ ...good, deliverable: { type: "code" } }, "Deliverable missing 'summary' field"],
    [
      { ...good, deliverable: { type: "code", summary: null } },
      "Deliverable missing 'summary' field",
    ],
    [
      { ...good, deliverable: { type: "code", summary: 5 } },
      "Invalid deliverable/summary: found 5, expected string",
    ],
    [{ ...good, confidence: 0.9 }, "Invalid confidence: found 0.9, expected string"],
    [{ ...good, timestamp: 17 }, "Invalid timestamp: found 17, expected string"],
    [
      { ...good, schemaVersion: null },
      "Invalid schemaVersion: found null, expected string or number",
    ],
  ];
  for (const [document, error] of samples) {
    assertEquals(errorOf(document), error);
    assertEquals(validateHandoff(document, { strict: true, runId: "run-1" }), {
      valid: false,
      error,
    });
  }
});

Deno.test("validateHandoff() asks a lenient answer for status and result alone", () => {
  assertEquals(errorOf({ status: "complete", result: 1, confidence: 7 }, false), null);
  assertEquals(errorOf({ status: "partial", result: null, deliverable: [] }, false), null);
  assertEquals(errorOf({ result: 1 }, false), "Missing fields: status");
  assertEquals(errorOf({ status: "ok", result: 1 }, false), "Invalid status: 'ok'");
  assertEquals(
    errorOf({ status: "failed", result: 1 }, false),
    "Agent reported failure: no details",
  );
});

Deno.test("validateHandoff() refuses the answer of another run, whatever it says", () => {
  for (const strict of [true, false]) {
    for (const status of ["complete", "blocked", "failed"]) {
      const document = { ...good, status, runId: "run-2" };
      assertEquals(validateHandoff(document, { strict, runId: "run-1" }), {
        valid: false,
        error: "Answer of another run: 'run-2'",
        ofOtherRun: true,
      });
    }
  }
  assertEquals(errorOf({ ...good, runId: 1 }), "Answer of another run: '1'");
});

Deno.test("validateHandoff() shortens what the agent says, and keeps it on one line", () => {
  const notes = `a\nb\u001b[31m${"x".repeat(5000)}`;
  const error = errorOf({ ...good, status: "failed", notes }) ?? "";
  assertEquals(error.startsWith("Agent reported failure: a b [31mxx"), true);
  assertEquals(error.length, "Agent reported failure: ".length + 300);
  const type = "y".repeat(5000);
  assertEquals((errorOf({ ...good, deliverable: { type } }) ?? "").length < 400, true);
  assertEquals((errorOf({ ...good, status: type }) ?? "").length < 330, true);
  assertEquals((errorOf({ ...good, runId: type }) ?? "").length < 330, true);
});

Deno.test("validateHandoff() knows fields by the document alone", () => {
  assertEquals(
    errorOf(JSON.parse('{"__proto__":{"status":"complete","result":1}}'), false),
    "Missing fields: status, result",
  );
  const deliverable = JSON.parse('{"__proto__":{"type":"code","summary":"x"}}');
  assertEquals(errorOf({ ...good, deliverable }), "Deliverable missing 'type' field");
});

Deno.test("validateHandoff() and the schema agree on what is whole", () => {
  const values = [undefined, null, "", "x", 1, [], {}, { type: "code", summary: "s" }];
  for (const field of Object.keys(good)) {
    for (const value of values) {
      for (const status of ["complete", "partial"]) {
        const document = {
          ...without(field),
          status,
          ...value === undefined ? {} : { [field]: value },
        };
        if (field === "runId") continue;
        assertEquals(errorOf(document) === null, fitsStrictly(document), JSON.stringify(document));
      }
    }
  }
});
