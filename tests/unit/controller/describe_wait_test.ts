import { assertEquals } from "@std/assert";
import { describeWait } from "../../../src/controller/describe_wait.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { Queue } from "../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const { settings } = resolveSettings([]);

function linesOf(...tasks: object[]): string[] {
  const whole = tasks.map((task) => ({ title: "t", status: "pending", ...task }));
  const queue = Queue.parse(JSON.stringify({ tasks: whole }), "tasks.json");
  const hold = { until: "2026-01-01T03:00:00.000Z", reason: "limit", task_id: "x", since: "" };
  return describeWait({ queue, settings, now, holds: { claude: hold, codex: hold } });
}

Deno.test("describeWait() names the holds behind which tasks wait, and the next attempt", () => {
  const later = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  assertEquals(
    linesOf(
      { id: "a", dispatch: "yolo", brief_path: "a", runtime: "claude" },
      { id: "b", dispatch: "yolo", brief_path: "b", runtime: "claude" },
      { id: "c", dispatch: "exec", command: "true", not_before: later(60) },
      { id: "d", dispatch: "exec", command: "true", not_before: later(20) },
    ),
    [
      "waiting: runtime claude is held until 2026-01-01T03:00:00.000Z: limit",
      "waiting: next attempt of d at 2026-01-01T00:00:20.000Z",
    ],
  );
});

Deno.test("describeWait() says nothing of a short back-off", () => {
  const soon = new Date(now + 5000).toISOString();
  assertEquals(linesOf({ id: "c", dispatch: "exec", command: "true", not_before: soon }), []);
});
