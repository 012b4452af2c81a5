import { assertEquals, assertThrows } from "@std/assert";
import {
  doorbellKinds,
  parseIssue,
  renderNotification,
} from "../../../src/events/render_notification.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const issue = { repo: "infra", number: 42 };
const baseUrl = "https://t3.example";

Deno.test("renderNotification() renders each kind", () => {
  const rendered = doorbellKinds.map((kind) =>
    renderNotification(kind, issue, "t-1", "Gate red", { baseUrl })
  );
  const rest = {
    issue_ref: "infra#42",
    body: "Gate red\nThread: https://t3.example/?thread=t-1",
    link: "https://t3.example/?thread=t-1",
  };
  assertEquals(rendered, [
    {
      ...rest,
      kind: "done",
      title: "[DONE] infra#42 landed",
      priority: "low",
      tags: ["afk", "done"],
    },
    {
      ...rest,
      kind: "needs-human",
      title: "[NEEDS-HUMAN] infra#42 needs a human",
      priority: "high",
      tags: ["afk", "escalation", "needs-human"],
    },
    {
      ...rest,
      kind: "frozen",
      title: "[FROZEN] infra#42 frozen — budget exhausted",
      priority: "high",
      tags: ["afk", "escalation", "frozen"],
    },
  ]);
});

Deno.test("renderNotification() refuses an unknown kind and lists the three", () => {
  for (const kind of ["running", "", "DONE", "constructor", "__proto__"]) {
    const error = assertThrows(() => renderNotification(kind, issue, null, "x"), MacpError);
    assertEquals(error.kind, "usage");
    assertEquals(
      error.message,
      `Cannot ring the doorbell as its kind is none of done, needs-human, frozen: ${kind}`,
    );
  }
});

Deno.test("renderNotification() gives no link without a thread or a base URL", () => {
  for (
    const [thread, options] of [
      [null, { baseUrl }],
      ["", { baseUrl }],
      ["t".repeat(513), { baseUrl }],
      ["t-1", {}],
      ["t-1", { baseUrl: null }],
      ["t-1", { baseUrl: "" }],
      ["t-1", { baseUrl: "///" }],
    ] as const
  ) {
    const { link, body } = renderNotification("done", issue, thread, "Merged", options);
    assertEquals([link, body], [null, "Merged"]);
  }
});

Deno.test("renderNotification() drops trailing slashes of the base URL and escapes the thread", () => {
  const linkOf = (thread: string, base: string) =>
    renderNotification("done", issue, thread, "", { baseUrl: base }).link;
  assertEquals(linkOf("t-1", "https://t3.example///"), "https://t3.example/?thread=t-1");
  assertEquals(linkOf("t-1", "https://t3.example/ui/"), "https://t3.example/ui/?thread=t-1");
  assertEquals(
    linkOf("a:b/c@d, &x=1#<|>\n\ud800", baseUrl),
    "https://t3.example/?thread=a:b/c@d,%20%26x%3D1%23%3C%7C%3E%0A%EF%BF%BD",
  );
});

Deno.test("renderNotification() gives the link alone when there is no detail", () => {
  const { body } = renderNotification("done", issue, "t-1", "", { baseUrl });
  assertEquals(body, "Thread: https://t3.example/?thread=t-1");
});

Deno.test("renderNotification() gives tags that are the receiver's own", () => {
  renderNotification("done", issue, null, "").tags.push("mine");
  assertEquals(renderNotification("done", issue, null, "").tags, ["afk", "done"]);
});

Deno.test("parseIssue() reads a reference", () => {
  assertEquals(
    ["repo#42", " owner/repo#7 ", "repo#TASK-001", "repo#007"].map(parseIssue),
    [
      { repo: "repo", number: 42 },
      { repo: "owner/repo", number: 7 },
      { repo: "repo", number: "TASK-001" },
      { repo: "repo", number: "007" },
    ],
  );
  for (const text of ["", "42", "#42", "repo#", "a b#42", "repo#4#2"]) {
    assertThrows(() => parseIssue(text), MacpError, "not of the form repo#42");
  }
});
