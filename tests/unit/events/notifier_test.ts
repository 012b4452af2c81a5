import { assertEquals, assertRejects } from "@std/assert";
import { Notifier } from "../../../src/events/notifier.ts";
import { type Notification, renderNotification } from "../../../src/events/render_notification.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const issue = { repo: "infra", number: 42 };

Deno.test("Notifier hands over exactly what renderNotification() gives, once, and gives what the sender gives", async () => {
  const sent: Notification[] = [];
  const options = { baseUrl: "https://t3.example/" };
  const notifier = new Notifier((notification) => sent.push(notification), options);
  assertEquals(await notifier.notify("frozen", issue, "t-1", "3 attempts failed"), 1);
  assertEquals(sent, [renderNotification("frozen", issue, "t-1", "3 attempts failed", options)]);
});

Deno.test("Notifier throws for an unknown kind before anything is sent", async () => {
  let sends = 0;
  const notifier = new Notifier(() => void sends++);
  await assertRejects(() => notifier.notify("started", issue, null, "x"), MacpError, "started");
  assertEquals(sends, 0);
});

Deno.test("Notifier lets a failure of its sender through, thrown or rejected, and does not send again", async () => {
  const failure = new Error("no route");
  let sends = 0;
  const senders = [
    () => {
      sends++;
      throw failure;
    },
    () => {
      sends++;
      return Promise.reject(failure);
    },
  ];
  for (const sender of senders) {
    const thrown = await assertRejects(() => new Notifier(sender).notify("done", issue, null, ""));
    assertEquals(thrown === failure, true);
  }
  assertEquals(sends, 2);
});
