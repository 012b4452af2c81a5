/**
 * Ask agents that macp does not run itself.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { interrupted } from "./shared.ts";

/** The commands, in the order of the help. */
export const ask: readonly CommandSpec[] = [
  {
    name: "delegate",
    summary: "Ask an agent behind a gateway, and take its answer from a file",
    meant: ["ask"],
    positional: "[AGENT] [TASK]",
    completes: [{ kind: "agents" }],
    examples: [
      'macp delegate webster "Which of our dependencies are unmaintained?"',
      'macp delegate auditor "Review this plan" --context docs/PLAN.md --retries 2 --timeout 600',
      'macp delegate webster "Summarise RFC 9110" --no-wait',
      "macp delegate --collect orch-1763712000-1f2e3d4c --timeout 60",
      "macp delegate --list --caller manager",
    ],
    options: [
      {
        name: "wait",
        group: "The answer",
        kind: "flag",
        help: "Wait for the answer, which is the rule",
      },
      {
        name: "no-wait",
        group: "The answer",
        kind: "flag",
        help: "Print the run id once the task is sent",
      },
      {
        name: "timeout",
        group: "The answer",
        kind: "text",
        value: "SECONDS",
        help: "Time to wait for the answer of one attempt (300)",
      },
      {
        name: "format",
        group: "The answer",
        kind: "text",
        value: "FORM",
        choices: ["json", "text"],
        help: "json: the whole answer; text: its result alone (json)",
      },
      {
        name: "context",
        group: "What is asked",
        kind: "text",
        value: "FILE",
        completes: { kind: "files" },
        help: "Text file that goes along",
      },
      {
        name: "no-deliver",
        group: "What is asked",
        kind: "flag",
        help: "Do not have the agent's words delivered to its channel",
      },
      {
        name: "run-id",
        group: "More",
        kind: "text",
        value: "ID",
        help: "Name of the run and of its files; a new one otherwise",
      },
      {
        name: "retries",
        group: "The answer",
        kind: "text",
        value: "N",
        help: "Attempts in all, 1 to 3 (1)",
      },
      {
        name: "validate",
        group: "The answer",
        kind: "flag",
        help: "Hold the answer to the whole format: the rule",
      },
      {
        name: "no-validate",
        group: "The answer",
        kind: "flag",
        help: "Take an answer with status and result",
      },
      {
        name: "workflow-id",
        group: "More",
        kind: "text",
        value: "ID",
        help: "Workflow run, for tracing",
      },
      {
        name: "step-id",
        group: "More",
        kind: "text",
        value: "ID",
        help: "Step of the workflow, for tracing",
      },
      {
        name: "caller",
        group: "What is asked",
        kind: "text",
        value: "AGENT",
        completes: { kind: "agents" },
        help: "Agent that asks; delegate.acl says whom it may ask",
      },
      {
        name: "channel-context",
        group: "What is asked",
        kind: "text",
        value: "CHANNEL",
        help: "Send the newest messages of a channel along, as untrusted text",
      },
      {
        name: "channel-messages",
        group: "What is asked",
        kind: "text",
        value: "N",
        help: "How many of them, 1 to 30 (20)",
      },
      {
        name: "collect",
        group: "The answer",
        kind: "text",
        value: "RUN_ID",
        help: "Take the answer to an earlier question; nothing is sent",
      },
      {
        name: "list",
        group: "More",
        kind: "flag",
        help: "Show the agents, who may ask them, and their health",
      },
      {
        name: "dry-run",
        group: "What is asked",
        kind: "flag",
        help: "Say what would be asked of which gateway, and ask nobody",
      },
    ],
    notes: [
      "Agents, who may ask whom, and where answers lie are settings: the block delegate. TASK as - stands for standard input.",
      "As the command of a queued task it takes agent and options from metadata.delegate, and the text from the brief.",
    ],
    exits: {
      0: "the answer is complete or partial",
      1: "every other end of the run",
      4: "busy: another macp asks under the same run id",
      130: interrupted,
    },
    load: () => import("../commands/delegate.ts"),
  },
];
