import { assertEquals } from "@std/assert";
import { filterDoubts } from "../../../src/cli/filter_doubts.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { sinkNames } from "../../../src/sinks/sink_settings.ts";

function doubts(event_filter: string[] | null): string[] {
  const values = { macp: { slack: { event_filter } } };
  return filterDoubts(resolveSettings([{ origin: "test", values }]).settings.macp, sinkNames);
}

Deno.test("filterDoubts() has none about types of macp, their beginnings, all types and the defaults", () => {
  for (const filter of [null, ["task.completed", "rail.check.failed"], ["task.*"], ["*"]]) {
    assertEquals(doubts(filter), []);
  }
});

Deno.test("filterDoubts() names types that macp does not write, with the nearest one", () => {
  const about = "macp.slack.event_filter: macp writes no event of the type ";
  assertEquals(doubts(["task.compleeted", "task.failed"]), [
    `${about}"task.compleeted"; did you mean task.completed?`,
  ]);
  assertEquals(doubts(["*.completed"]), [
    `${about}"*.completed"; * stands at the end alone, as in task.*`,
  ]);
  assertEquals(doubts(["tasks.*"]), [
    `${about}"tasks.*"; types are such as task.completed, or task.* for all that begin so`,
  ]);
});

Deno.test("filterDoubts() tells of an empty filter", () => {
  assertEquals(doubts([]), [
    "macp.slack.event_filter is empty, so nothing is ever sent; null is every type that has " +
    "something to say",
  ]);
});
