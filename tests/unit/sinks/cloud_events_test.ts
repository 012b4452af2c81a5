import { assertEquals } from "@std/assert";
import { defaultSource, toCloudEvent } from "../../../src/sinks/cloud_events.ts";
import { eventOf } from "./test_receiver.ts";

const about = { id: "1", source: "/macp/shop" };

Deno.test("toCloudEvent() leaves out what no CloudEvent may hold", () => {
  const { subject, time } = toCloudEvent(eventOf({ task_id: "", timestamp: "yesterday" }), about);
  assertEquals([subject, time], [undefined, undefined]);
  for (const timestamp of ["2026-03-14", "2026-03-14 09:26:53Z", "2026-13-14T09:26:53Z", ""]) {
    assertEquals("time" in toCloudEvent(eventOf({ timestamp }), about), false, timestamp);
  }
});

Deno.test("toCloudEvent() takes the times of the older implementation", () => {
  for (const timestamp of ["2026-03-27T21:06:15Z", "2026-03-27T21:06:14+00:00"]) {
    assertEquals(toCloudEvent(eventOf({ timestamp }), about).time, timestamp);
  }
});

Deno.test("defaultSource() is a URI reference, whatever the folder is called", () => {
  assertEquals(defaultSource("shop"), "/macp/shop");
  assertEquals(defaultSource("my größe#1"), "/macp/my%20gr%C3%B6%C3%9Fe%231");
});
