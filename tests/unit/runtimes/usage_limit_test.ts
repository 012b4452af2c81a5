import { assertEquals } from "@std/assert";
import { resolveRuntime } from "../../../src/runtimes/runtime_table.ts";
import { findUsageLimit, type UsageLimit } from "../../../src/runtimes/usage_limit.ts";

const now = Date.parse("2025-10-07T12:00:00Z");

function limitOf(runtime: string, text: string): UsageLimit | null {
  const { limits } = resolveRuntime(runtime, {});
  return findUsageLimit(text, { patterns: limits, now, localTimeZone: "Europe/Berlin" });
}

/** The end of the limit as ISO text; `none` when it is not stated, null without a limit. */
function endOf(runtime: string, text: string): string | null {
  const limit = limitOf(runtime, text);
  return limit && (limit.until === null ? "none" : new Date(limit.until).toISOString());
}

Deno.test("findUsageLimit() recognises what each runtime says", () => {
  const messages: [string, string, string][] = [
    [
      "claude",
      "You've hit your limit · resets 3:10am (Asia/Seoul)",
      "2025-10-07T18:10:00.000Z",
    ],
    [
      "claude",
      "You’ve hit your session limit · resets 9am (Europe/Berlin)",
      "2025-10-08T07:00:00.000Z",
    ],
    ["claude", "You've hit your org's monthly usage limit", "none"],
    ["codex", "You have hit your usage limit. Try again in 2 hours.", "2025-10-07T14:00:00.000Z"],
    ["opencode", "You have reached your limit", "none"],
    ["opencode", "Too Many Requests: Rate limit exceeded", "none"],
    ["claude", "You are out of extra usage", "none"],
    ["codex", "You've hit your limit, try again in 3 seconds", "2025-10-07T12:00:03.000Z"],
    ["claude", "You're out of extra usage · resets Oct 9, 5pm (UTC)", "2025-10-09T17:00:00.000Z"],
    [
      "claude",
      "Claude usage limit reached. Your limit will reset at 3pm (America/New_York).",
      "2025-10-07T19:00:00.000Z",
    ],
    ["claude", "Claude AI usage limit reached|1760000000", "2025-10-09T08:53:20.000Z"],
    ["claude", "Claude usage limit reached (five_hour)", "none"],
    ["claude", "5-hour limit reached ∙ resets 12am", "2025-10-07T22:00:00.000Z"],
    ["claude", "Weekly limit reached ∙ resets Oct 9, 5pm", "2025-10-09T15:00:00.000Z"],
    ["claude", "Opus weekly limit reached ∙ resets Oct 9, 5pm", "2025-10-09T15:00:00.000Z"],
    [
      "claude",
      'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"This ' +
      "request would exceed your account's rate limit. Please try again later.\"}}",
      "none",
    ],
    [
      "claude",
      "API Error: Request rejected (429) · this may be a temporary capacity issue",
      "none",
    ],
    [
      "codex",
      "You've hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit " +
      "https://chatgpt.com/codex/settings/usage to purchase more credits or try again at " +
      "Oct 10th, 2025 3:05 PM.",
      "2025-10-10T13:05:00.000Z",
    ],
    [
      "codex",
      "You've hit your usage limit for GPT-5-Codex. Switch to another model now, or try again " +
      "at 9:31 PM.",
      "2025-10-07T19:31:00.000Z",
    ],
    [
      "codex",
      "You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try " +
      "again in 3 days 4 hours 12 minutes.",
      "2025-10-10T16:12:00.000Z",
    ],
    ["codex", "You've hit your usage limit. Limits reset every 5h and every week.", "none"],
    ["codex", "exceeded retry limit, last status: 429 Too Many Requests, request id: x", "none"],
    ["codex", "ERROR: Quota exceeded. Check your plan and billing details.", "none"],
    ["codex", "Your workspace is out of credits. Add credits to continue.", "none"],
    [
      "codex",
      "stream error: Rate limit reached for gpt-5 in organization org-abc on tokens per min " +
      "(TPM): Limit 30000, Used 29000, Requested 3000. Please try again in 4s. Visit x",
      "2025-10-07T12:00:04.000Z",
    ],
    [
      "opencode",
      '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",' +
      '"plan_type":"plus","resets_at":1760000000,"resets_in_seconds":156800}}',
      "2025-10-09T08:53:20.000Z",
    ],
    ["opencode", "Too Many Requests; retry after 30 seconds", "2025-10-07T12:00:30.000Z"],
    ["opencode", "Free usage exceeded, add credits", "none"],
    [
      "some-agent",
      "You have exhausted your daily quota on this model. Your quota will reset after 3h20m5s.",
      "2025-10-07T15:20:05.000Z",
    ],
  ];
  for (const [runtime, text, end] of messages) assertEquals(endOf(runtime, text), end, text);
});

Deno.test("findUsageLimit() passes over what a screen puts around a message", () => {
  const end = "2025-10-07T18:10:00.000Z";
  const message = "You've hit your limit · resets 3:10am (Asia/Seoul)";
  for (
    const screen of [
      `  ⎿  ${message}`,
      `│ ${message}      │`,
      `■ Error running remote compact task: ${message}`,
      `ERROR: ${message}\r`,
      `● ${message}\n\n   /upgrade to increase your usage limit.`,
      `Done so far: 3 files.\n\n${message}\nWhat do you want to do?\n  1. Stop and wait`,
    ]
  ) {
    assertEquals(endOf("claude", screen), end, screen);
  }
});

Deno.test("findUsageLimit() reads on when a narrow screen breaks the message", () => {
  const screen = "■ You've hit your usage limit. Upgrade to Pro\n" +
    "  (https://chatgpt.com/explore/pro) or try again\n  at Oct 10th, 2025 3:05 PM.\n";
  const limit = limitOf("codex", screen);
  assertEquals(limit, {
    until: Date.parse("2025-10-10T13:05:00Z"),
    reason: "You've hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro) " +
      "or try again at Oct 10th, 2025 3:05 PM.",
  });
});

Deno.test("findUsageLimit() does not fire when a worker writes about limits", () => {
  const prose = [
    "I added a handler for rate limits: when the API says 429, it waits.",
    "The test now expects “Claude usage limit reached” to be retried.",
    '+  if (text.includes("You\'ve hit your limit")) hold(runtime);',
    "-You've hit your usage limit. Try again later.",
    "- You've hit your limit · resets 3:10am (Asia/Seoul)",
    '"You\'ve hit your usage limit."',
    "// Claude AI usage limit reached|1760000000",
    "# Usage limits",
    "usage limit reached handler ... ok",
    "test usage_limit::weekly_limit_reached ... ok",
    "Weekly limit reached tests pass, resets 3pm is parsed",
    "Rate limit reached for users on the free plan is now an error",
    "You've hit your limit handler with a bad argument",
    "You've reached the limit of what regular expressions can do.",
    "You have exhausted your options",
    "HTTP/1.1 429 Too Many Requests",
    "Too Many Requests handler registered",
    'expect(body).toEqual({"type":"rate_limit_error"})',
    "The limit resets at 3pm (Asia/Seoul).",
    "error: rate limit middleware is missing",
    "Error: Cannot find module './usage-limit'",
    "Try again at 9:31 PM.",
    "",
  ];
  for (const runtime of ["claude", "codex", "opencode", "some-agent"]) {
    for (const text of prose) assertEquals(limitOf(runtime, text), null, text);
    assertEquals(limitOf(runtime, prose.join("\n")), null);
  }
});

Deno.test("findUsageLimit() takes the last message that states a time", () => {
  const text = [
    "You've hit your limit · resets 6pm (UTC)",
    "You've hit your limit · resets 7pm (UTC)",
    "Claude usage limit reached (five_hour)",
  ].join("\n\n");
  assertEquals(endOf("claude", text), "2025-10-07T19:00:00.000Z");
});

Deno.test("findUsageLimit() uses patterns of the configuration, and their group reset", () => {
  const { limits } = resolveRuntime("mine", {
    mine: { command: "x", limits: ["budget used up, next (?<reset>.+)$"] },
  });
  const about = { patterns: limits, now, localTimeZone: "nowhere/at-all" };
  const limit = findUsageLimit("mine: Budget used up, next 18:30", about);
  assertEquals(limit, {
    until: Date.parse("2025-10-07T18:30:00Z"),
    reason: "mine: Budget used up, next 18:30",
  });
});

Deno.test("findUsageLimit() ends soon and keeps the reason short when lines are hostile", () => {
  const long = "a ".repeat(500_000);
  const text = [`You've hit your ${long}`, "1 ".repeat(100_000), `resets ${"9".repeat(100_000)}`]
    .join("\n").repeat(3);
  assertEquals(limitOf("claude", text), null);
  const limit = limitOf("claude", `You've hit your limit. ${long}`);
  assertEquals(limit?.until, null);
  assertEquals((limit?.reason.length ?? 0) <= 300, true);
});

Deno.test("findUsageLimit() shows a pattern no line of more than 2,000 characters", () => {
  const seen: number[] = [];
  const spy = /./;
  spy.exec = (text: string) => {
    seen.push(text.length);
    return null;
  };
  const text = `${"a".repeat(50_000)}\n`.repeat(300);
  findUsageLimit(text, { patterns: [spy], now, localTimeZone: "UTC" });
  assertEquals(Math.max(...seen), 2000);
  assertEquals(seen.length <= 400, true);
});
