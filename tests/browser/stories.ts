/**
 * A day and a half of a small team, and a queue of thousands.
 *
 * @module
 */
import type { StoryAttempt, StoryGate, StoryTask } from "./story.ts";

/** A title that tries to be more than text. */
export const hostileTitle =
  `</script><script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;

const redTail = [
  "✖ cart > applies one voucher once (14 ms)",
  "",
  "  AssertionError: expected 90 to equal 81",
  "      at cart.test.ts:48:27",
  "",
  "Tests  1 failed | 212 passed (213)",
].join("\n");

const lint = (seconds = 9): StoryGate => ({
  command: "npm run lint",
  seconds,
  tail: "no problems",
});
const test = (seconds: number, outcome: StoryGate["outcome"] = "passed"): StoryGate => ({
  command: "npm test",
  seconds,
  outcome,
  tail: outcome === "passed" ? "Tests  213 passed (213)" : redTail,
});
const tokens = (input: number, output: number, cost?: number) => ({
  input_tokens: input,
  output_tokens: output,
  ...(cost === undefined ? {} : { cost_usd: cost }),
});
const done = (at: number, working: number, more: Partial<StoryAttempt> = {}): StoryAttempt => ({
  at,
  working,
  gates: [lint(), test(64)],
  outcome: "completed",
  usage: tokens(412_000, 9_800, 1.42),
  files: ["src/cart.ts", "src/cart.test.ts"],
  diff: [84, 12],
  log: `reading the brief\nwriting src/cart.ts\nrunning the tests\nall green\n`,
  ...more,
});
const red = (at: number, working: number, more: Partial<StoryAttempt> = {}): StoryAttempt =>
  done(at, working, {
    gates: [lint(), test(41, "failed")],
    outcome: "gate_failed",
    error: "npm test failed (exit 1): FAIL test_a: expected 3, got 4",
    ...more,
  });

const hour = 3600;

/** Some tasks in every state, at night nothing runs. */
export const shopStory: readonly StoryTask[] = [
  {
    id: "SHOP-101",
    title: "Move prices to whole cents",
    status: "completed",
    runtime: "claude",
    attempts: [done(0, 840)],
    more: {
      metadata: {
        landed: {
          into: "main",
          commit: "4f1c2ab9d0e14f1c2ab9d0e14f1c2ab9d0e14f1c",
          at: "2026-11-20T09:02:00.000Z",
        },
      },
      pr: "https://forge.example/shop/pulls/7",
      replies: [{ at: "2026-11-20T08:00:00.000Z", question: "Which cents?", text: "Whole ones." }],
    },
  },
  {
    id: "SHOP-102",
    title: "Voucher codes in the cart",
    status: "completed",
    runtime: "claude",
    depends_on: ["SHOP-101"],
    attempts: [red(940, 600), done(1690, 420, { usage: tokens(288_000, 6_100, 0.97) })],
  },
  {
    id: "SHOP-103",
    title: "Read the address book of the old shop",
    status: "completed",
    runtime: "codex",
    attempts: [done(20, 1500, { usage: tokens(902_000, 14_400) })],
  },
  {
    id: "SHOP-104",
    title: "Show the voucher on the invoice",
    status: "completed",
    runtime: "codex",
    depends_on: ["SHOP-102"],
    attempts: [done(2220, 700, { usage: tokens(310_000, 7_000) })],
  },
  {
    id: "SHOP-105",
    title: "Tidy up unused styles",
    status: "completed",
    attempts: [done(2980, 120, { usage: undefined as never, diff: [3, 640] })],
  },
  {
    id: "SHOP-106",
    title: "Split deliveries by warehouse",
    status: "escalated",
    runtime: "claude",
    depends_on: ["SHOP-103"],
    reason: "npm test failed (exit 1): FAIL test_a: expected 3, got 4",
    attempts: [red(1700, 1300), red(3080, 900), red(26 * hour, 1100)],
  },
  {
    id: "SHOP-107",
    title: "Returns within 30 days",
    status: "escalated",
    runtime: "codex",
    reason: "Should a return be possible after a part of the order was cancelled?",
    attempts: [done(26 * hour + 60, 480, {
      outcome: "worker_escalated",
      gates: [],
      error: "Should a return be possible after a part of the order was cancelled?",
      usage: tokens(120_000, 2_000),
      metadata: {
        warnings: ["The worker changed files of the gates"],
        gate_files_changed: ["package.json"],
        main_checkout_changes: ["notes.txt"],
        session_id: "0199-4c",
        screen_tail: "Should a return be possible? [y/n]",
      },
    })],
  },
  {
    id: "SHOP-108",
    title: "Labels for returns",
    status: "pending",
    runtime: "codex",
    depends_on: ["SHOP-107"],
    attempts: [],
  },
  {
    id: "SHOP-109",
    title: "Nightly export for the tax office",
    status: "failed",
    attempts: [done(26 * hour + 600, 300, {
      outcome: "timed_out",
      gates: [],
      error: "The worker ran longer than 300 s",
      usage: undefined as never,
    })],
    reason: "The worker ran longer than 300 s",
  },
  {
    id: "SHOP-110",
    title: hostileTitle,
    status: "completed",
    runtime: "claude",
    attempts: [done(26 * hour + 1200, 360, { log: `${hostileTitle}\n<b>bold</b>\n` })],
  },
  {
    id: "SHOP-111",
    title: "Search that forgives typing errors",
    status: "completed",
    runtime: "claude",
    depends_on: ["SHOP-105"],
    attempts: [done(26 * hour + 1700, 520)],
  },
  {
    id: "SHOP-112",
    title: "Warm the cache before the sale",
    status: "pending",
    runtime: "opencode",
    attempts: [],
  },
  {
    id: "SHOP-113",
    title: "Prices in other currencies",
    status: "running",
    runtime: "claude",
    attempts: [done(26 * hour + 2400, 0, { outcome: "running" })],
  },
];

/** That many tasks, most of them completed, two at a time. */
export function longStory(count: number): StoryTask[] {
  return Array.from({ length: count }, (_, i): StoryTask => {
    const at = Math.floor(i / 2) * 400 + (i % 2) * 30;
    const id = `T-${String(i + 1).padStart(5, "0")}`;
    const title = `Task ${i + 1}: ${i % 3 === 0 ? "mend" : "add"} part ${i % 97} of the whole`;
    const runtime = i % 2 === 0 ? "claude" : "codex";
    const depends = i % 5 === 4 ? { depends_on: [`T-${String(i).padStart(5, "0")}`] } : {};
    const status = i % 101 === 100 ? "escalated" : i % 67 === 66 ? "failed" : "completed";
    if (status !== "completed") {
      const reason = "npm test failed (exit 1): FAIL test_a: expected 3, got 4";
      return { id, title, runtime, status, reason, attempts: [red(at, 200)] };
    }
    const attempts = i % 7 === 6 ? [red(at, 60), done(at + 130, 90)] : [done(at, 250)];
    return { id, title, runtime, status, ...depends, attempts };
  });
}
