import { assertEquals } from "@std/assert";
import { describeSink } from "../../../src/cli/describe_sinks.ts";
import { judgeSink } from "../../../src/cli/doctor/check_events.ts";
import { programOf, versionIn } from "../../../src/cli/doctor/check_programs.ts";
import { placesIn } from "../../../src/cli/doctor/check_secrets.ts";
import { testEvent } from "../../../src/cli/doctor/check_sinks.ts";
import { freeBytes } from "../../../src/cli/doctor/check_state.ts";
import { validateEvent } from "../../../src/protocol/generated/validators.js";
import { faultsOf } from "../../../src/protocol/validation.ts";
import type { SinkStatus } from "../../../src/sinks/sink_status.ts";

Deno.test("programOf() is the first word of a plain command, and null for anything else", () => {
  assertEquals(programOf("claude -p --verbose"), "claude");
  assertEquals(programOf(" /opt/x/agent"), "/opt/x/agent");
  assertEquals(programOf('"my agent" --do'), null);
  assertEquals(programOf("A=1 claude"), null);
  assertEquals(programOf("cd x\nclaude"), null);
});

Deno.test("versionIn() finds a version, and is not slow where there is none", () => {
  const told = (stdout: string) => versionIn({ code: 0, timedOut: false, stdout, stderr: "" });
  assertEquals(told("agent 12.0.3-rc.1 (x)"), "12.0.3-rc.1");
  const begun = performance.now();
  assertEquals(told("0".repeat(100_000)), "(version unknown)");
  assertEquals(performance.now() - begun < 2000, true);
});

Deno.test("freeBytes() reads what df -Pk prints, also with blanks in the mount point", () => {
  const head = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
  assertEquals(
    freeBytes(`${head}/dev/vda 263940380 25000000 80000000 24% /my disk\n`),
    80000000 * 1024,
  );
  assertEquals(freeBytes(""), null);
});

Deno.test("placesIn() gives file and line of each hit, and nothing of the line itself", () => {
  assertEquals(placesIn("a b.txt\x0012\x00token here\nc\x003\x00x\n"), ["a b.txt:12", "c:3"]);
});

/** A sink that is well, but for what `changes` say. */
function sinkOf(changes: Partial<SinkStatus> = {}): SinkStatus {
  return {
    name: "slack",
    enabled: true,
    begun: true,
    offset: 10,
    begins_at_end: false,
    lag_bytes: 0,
    lag_events: 0,
    parked: 0,
    next_try_at: null,
    closed_until: null,
    quiet_until: null,
    delivered: 3,
    last_success: "2026-11-21T08:00:00.000Z",
    last_error: null,
    disabled: null,
    dead_letters: { events: 0, unreadable: 0, bytes: 0 },
    ...changes,
  };
}

Deno.test("judgeSink() has nothing against a sink whose last error is over", () => {
  const last_error = { at: "2026-11-21T07:00:00.000Z", reason: "no route" };
  for (const sink of [sinkOf(), sinkOf({ last_error }), sinkOf({ last_success: null })]) {
    assertEquals(judgeSink(sink, 0).level, "ok", judgeSink(sink, 0).message);
  }
});

Deno.test("judgeSink() tells what to do about a sink that is ill", () => {
  const error = { at: "2026-11-21T09:00:00.000Z", reason: "host answered 410" };
  const hintOf = (changes: Partial<SinkStatus>) => {
    const { level, hint } = judgeSink(sinkOf(changes), 0);
    return [level, hint];
  };
  assertEquals(hintOf({ disabled: error, last_error: error }), [
    "warn",
    "Give macp.slack the address that is right now; where it is right, " +
    "macp redrive slack enables it once an event arrives",
  ]);
  assertEquals(hintOf({ last_error: error }), ["warn", "macp doctor --send-test tries it"]);
  assertEquals(hintOf({ dead_letters: { events: 2, unreadable: 0, bytes: 900 } }), [
    "warn",
    "macp redrive slack sends them again",
  ]);
  assertEquals(hintOf({ dead_letters: { events: 0, unreadable: 1, bytes: 9 } }), [
    "warn",
    "Mend or remove those lines: nothing else will",
  ]);
  assertEquals(hintOf({ lag_bytes: 2 ** 21, lag_events: null, enabled: false }), [
    "warn",
    "macp watch --once --slack delivers",
  ]);
});

Deno.test("describeSink() tells all there is in one line", () => {
  const now = Date.parse("2026-11-21T09:55:00.000Z");
  const error = { at: "2026-11-21T09:00:00.000Z", reason: "host answered 500\nsorry" };
  const sink = sinkOf({
    enabled: false,
    lag_events: 1,
    lag_bytes: 200,
    parked: 2,
    next_try_at: "2026-11-21T10:00:00.000Z",
    last_error: error,
    dead_letters: { events: 1, unreadable: 2, bytes: 200 },
  });
  assertEquals(
    describeSink(sink, now),
    "not enabled, 1 event behind, 2 events wait (host answered 500 sorry), next try in 5m 00s, " +
      "1 dead letter (macp redrive slack), " +
      "2 lines of dead_letter/slack.ndjson that cannot be read, " +
      "delivered last at 2026-11-21T08:00:00.000Z",
  );
  assertEquals(
    describeSink(
      sinkOf({ begun: false, lag_bytes: 2 ** 21, lag_events: null, last_success: null }),
      now,
    ),
    "has not begun, 2.0 MiB behind",
  );
  const closed_until = "2026-11-21T10:00:00.000Z";
  assertEquals(
    describeSink(
      sinkOf({ parked: 1, closed_until, quiet_until: closed_until, last_success: null }),
      now,
    ),
    `1 event waits, paused until ${closed_until}, quiet until ${closed_until}`,
  );
  const disabled = sinkOf({ disabled: error, last_error: error, last_success: null });
  assertEquals(
    describeSink(disabled, now),
    "disabled since 2026-11-21T09:00:00.000Z: host answered 500 sorry, up to date",
  );
});

Deno.test("testEvent() fits the format, and says that it is a test", () => {
  for (const audience of ["people", "programs"] as const) {
    const event = testEvent(audience, 1_700_000_000_000);
    assertEquals(faultsOf(validateEvent, event), []);
    assertEquals([event.task_id, event.metadata], ["MACP-TEST", { test: true }]);
    assertEquals(event.message.includes("This is a test"), true);
  }
});
