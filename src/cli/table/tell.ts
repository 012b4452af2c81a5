/**
 * Tell others what happens.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { busySink, dryRun, interrupted } from "./shared.ts";

/** The commands, in the order of the help. */
export const tell: readonly CommandSpec[] = [
  {
    name: "watch",
    summary: "Deliver events to webhook, Discord, Slack, ntfy, a command and standard output",
    meant: ["deliver", "serve"],
    examples: ["macp watch", "macp watch --once", "macp watch --once --since 2h --slack"],
    options: [
      {
        name: "once",
        kind: "flag",
        help: "End when nothing more is to be delivered now, for cron",
      },
      { name: "webhook", kind: "flag", help: "Serve macp.webhook, enabled or not" },
      { name: "discord", kind: "flag", help: "Serve macp.discord, enabled or not" },
      { name: "slack", kind: "flag", help: "Serve macp.slack, enabled or not" },
      { name: "ntfy", kind: "flag", help: "Serve macp.ntfy, enabled or not" },
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "Send again what happened since, once, and move no cursor: 30m, 24h or RFC 3339",
      },
    ],
    notes: [
      "Each sink has a place of its own in the event file, which moves on once an event was " +
      "delivered, parked for a later try, or put among the dead letters. Events reach a sink at " +
      "least once and in the order of their task; each delivery carries the event_id.",
      "Without the address of a Discord channel its lines are printed here; with --json the " +
      "events themselves, one a line.",
      "What a sink does not take is tried again in later passes, for a day, and then lies among " +
      "its dead letters: that is no failure of watch, and macp status tells of it. Only with " +
      "--since the exit code is 1 when something did not arrive. A sink whose settings cannot be " +
      "used is told of, the others are served, and the exit code is 2.",
    ],
    exits: {
      1: "with --since: something did not arrive",
      2: "asked wrongly, or settings of a sink cannot be used: the others are served",
      4: busySink,
      130: interrupted,
    },
    load: () => import("../commands/watch.ts"),
  },
  {
    name: "redrive",
    summary: "Send what lies in the dead letters of a sink",
    positional: "SINK",
    completes: [{ kind: "sinks" }],
    examples: [
      "macp redrive webhook --dry-run",
      "macp redrive webhook",
      "macp redrive slack --since 24h",
    ],
    options: [
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "Only those that were put there since: a duration (30m, 24h, 7d) or an RFC 3339 time",
      },
      dryRun,
    ],
    notes: [
      "What arrives is taken out; what does not stays. Exit code 1 when something stayed.",
      "A sink that 410 disabled is enabled again once an event arrives.",
    ],
    exits: { 1: "something stayed among the dead letters", 4: busySink, 130: interrupted },
    load: () => import("../commands/redrive.ts"),
  },
  {
    name: "digest",
    summary: "Sum up what happened, for people; post it to Discord or Slack",
    examples: ["macp digest", "macp digest --since 7d --slack", "macp digest --json"],
    options: [
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "From when on: a duration (30m, 24h, 7d) or an RFC 3339 time (24h)",
      },
      { name: "discord", kind: "flag", help: "Post it to macp.discord, enabled or not" },
      { name: "slack", kind: "flag", help: "Post it to macp.slack, enabled or not" },
    ],
    notes: ["Exit code 1 when a post did not arrive; the digest is printed all the same."],
    exits: { 1: "a post did not arrive" },
    load: () => import("../commands/digest.ts"),
  },
  {
    name: "notify",
    summary: "Ring the doorbells by hand: Slack and ntfy, where they are enabled",
    positional: "KIND",
    completes: [{ kind: "words", words: ["done", "needs-human", "frozen"] }],
    examples: [
      'macp notify done --issue infra#42 --detail "Merged."',
      'macp notify needs-human --issue infra#42 --thread t-1 --detail "Which region?"',
      'macp notify frozen --issue infra#42 --detail "3 attempts failed" --dry-run',
    ],
    options: [
      { name: "issue", kind: "text", value: "REF", help: "What it is about, repo#42 (required)" },
      {
        name: "thread",
        kind: "text",
        value: "ID",
        help: "Conversation to link to, below macp.doorbell.base_url",
      },
      { name: "detail", kind: "text", value: "TEXT", help: "What to know (required)" },
      dryRun,
    ],
    notes: [
      "KIND is done, needs-human or frozen, and nothing else. Quiet hours do not hold it back. Exit code 1 when a doorbell did not ring, after as many further tries as its retry_count; 2 when the settings of one cannot be used: the others ring.",
    ],
    exits: {
      1: "a doorbell did not ring",
      2: "asked wrongly, or settings of a doorbell cannot be used: the others ring",
    },
    load: () => import("../commands/notify.ts"),
  },
];
