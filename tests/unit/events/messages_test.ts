import { assertEquals } from "@std/assert";
import { discordMessage } from "../../../src/events/discord_message.ts";
import { formatEvent } from "../../../src/events/format_event.ts";
import { formatSummary } from "../../../src/events/format_summary.ts";
import { bytesOf } from "../../../src/events/limit_text.ts";
import { slackMarkup } from "../../../src/events/neutralise_slack.ts";
import { ntfyMessage } from "../../../src/events/ntfy_message.ts";
import { renderNotification } from "../../../src/events/render_notification.ts";
import { ringOf } from "../../../src/events/ring.ts";
import { slackMessage } from "../../../src/events/slack_message.ts";
import { visibleJson } from "../../../src/events/visible_json.ts";
import { parseEventLine, type ReadEvent } from "../../../src/protocol/events.ts";

const fixtures = `${import.meta.dirname}/../../fixtures/`;

function read(name: string): string {
  return Deno.readTextFileSync(`${fixtures}${name}`);
}

function eventsOf(name: string): ReadEvent[] {
  return read(name).trimEnd().split("\n").map((line) => parseEventLine(line))
    .filter((event) => event !== null);
}

/** One body a line, as it goes over the wire. */
function bodies<E>(events: readonly E[], bodyOf: (event: E) => unknown): string {
  return events.map((event) => bodyOf(event)).filter((body) => body !== null)
    .map((body) => `${visibleJson(body)}\n`).join("");
}

function forDiscord(event: ReadEvent) {
  const line = formatEvent(event);
  return line === null ? null : discordMessage(line);
}

function alertOf(event: ReadEvent) {
  const ring = ringOf(event, { repository: "shop", doneOn: "completed" });
  if (ring === null) return null;
  const { kind, issue, threadId, detail } = ring;
  return renderNotification(kind, issue, threadId, detail, { baseUrl: "https://t3.example/" });
}

const forSlack = (event: ReadEvent) => {
  const alert = alertOf(event);
  return alert && slackMessage(alert);
};

const forNtfy = (event: ReadEvent) => {
  const alert = alertOf(event);
  return alert && { topic: "macp", ...ntfyMessage(alert) };
};

const services = { discord: forDiscord, slack: forSlack, ntfy: forNtfy };

for (const [service, bodyOf] of Object.entries(services)) {
  for (
    const [name, events] of [
      ["hostile", "messages/hostile.events.ndjson"],
      ["predecessor", "legacy/events.predecessor.ndjson"],
    ] as const
  ) {
    Deno.test(`messages for ${service} are byte for byte those of ${name}.${service}.ndjson`, () => {
      const expected = read(`messages/${name}.${service}.ndjson`);
      assertEquals(bodies(eventsOf(events), bodyOf), expected);
    });
  }
}

Deno.test("lines of events of the older implementation are byte for byte those of predecessor.txt", () => {
  const lines = eventsOf("legacy/events.predecessor.ndjson").map((event) => formatEvent(event));
  const expected = read("messages/predecessor.txt");
  assertEquals(lines.filter((line) => line !== null).map((line) => `${line}\n`).join(""), expected);
});

Deno.test("digests are byte for byte those of the fixtures", () => {
  const events = eventsOf("messages/day.events.ndjson");
  assertEquals(`${formatSummary(events)}\n`, read("messages/day.discord.txt"));
  assertEquals(
    `${formatSummary(events, { markup: slackMarkup })}\n`,
    read("messages/day.slack.txt"),
  );
});

Deno.test("messages keep to the limits of their services in whole code points", () => {
  const events = eventsOf("messages/hostile.events.ndjson");
  for (const event of events) {
    const { content } = forDiscord(event) ?? { content: "" };
    const slack = forSlack(event);
    const ntfy = forNtfy(event);
    assertEquals(content.length > 0 && content.length <= 2000, true, event.task_id);
    for (const text of [slack?.text ?? "", ...slack?.blocks.map(({ text }) => text.text) ?? []]) {
      assertEquals(text.length > 0 && text.length <= 3000, true, event.task_id);
    }
    assertEquals(bytesOf(ntfy?.message ?? "") <= 4096, true, event.task_id);
    const texts = [content, slack?.text, ntfy?.title, ntfy?.message];
    assertEquals(texts.filter((text) => !text?.isWellFormed()), [], event.task_id);
  }
});

Deno.test("visibleJson() writes what cannot be seen as escapes of the same value", () => {
  const value = { "a\u202eb": "x\u200by\u2028z\u00a0⚙️ 😀" };
  const text = visibleJson(value);
  assertEquals(text, String.raw`{"a\u202eb":"x\u200by\u2028z\u00a0⚙️ 😀"}`);
  assertEquals(JSON.parse(text), value);
});
