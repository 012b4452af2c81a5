import { assertEquals } from "@std/assert";
import { ProgressThrottle } from "../../../src/dispatcher/progress_throttle.ts";

Deno.test("ProgressThrottle gives the newest text, at most one in 10 s", () => {
  const throttle = new ProgressThrottle((text) => text);
  assertEquals(throttle.take(0), null);
  throttle.offer(["a", "b"]);
  assertEquals([throttle.take(0), throttle.take(0)], ["b", null]);
  throttle.offer(["c"]);
  throttle.offer([]);
  assertEquals([throttle.take(9999), throttle.take(10_000), throttle.take(99_999)], [
    null,
    "c",
    null,
  ]);
});

Deno.test("ProgressThrottle does not say the same again", () => {
  const throttle = new ProgressThrottle((text) => text);
  throttle.offer(["a"]);
  throttle.take(0);
  throttle.offer(["a"]);
  assertEquals(throttle.take(20_000), null);
  throttle.offer(["b"]);
  assertEquals(throttle.take(20_001), "b");
});

Deno.test("ProgressThrottle takes secrets out before it cuts", () => {
  const secret = "s3cret-s3cret";
  const throttle = new ProgressThrottle((text) => text.replaceAll(secret, "[redacted]"));
  throttle.offer([`${"x".repeat(190)} ${secret}\n and more`]);
  const text = throttle.take(0) ?? "";
  assertEquals([text.length, text.includes("s3c"), text.includes("\n")], [200, false, false]);
});
