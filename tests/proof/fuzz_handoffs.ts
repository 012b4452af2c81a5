/**
 * Cases of delegations: answers of agents, records of what was asked, the registry, the log and
 * the settings of a task, wrong somewhere.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { type Json, spoilDocument, toText } from "./fuzz_documents.ts";
import { hostileText, longText, spoilText } from "./fuzz_texts.ts";
import type { Choices } from "./random.ts";

const state = ".mosaic/orchestrator";

/** Run that every case is about. It is the first attempt of the task, too. */
export const runId = "ask-1";

/** Files of a case, by their path below the repository. */
export const handoffNames = {
  config: `${state}/config.json`,
  registry: "agents.json",
  context: "context.txt",
  answer: `${state}/handoffs/${runId}.json`,
  previous: `${state}/handoffs/${runId}.prev.json`,
  request: `${state}/handoffs/${runId}.request.json`,
  log: `${state}/delegations/2026-11-21.jsonl`,
  task: `${state}/attempts/ask/task.json`,
  brief: `${state}/attempts/ask/brief.md`,
  report: `${state}/attempts/ask/result.json`,
} as const;

const [agent, question] = ["webster", "Which dependencies are unmaintained?"];

/** What is called. */
type Call = "ask" | "collect" | "task" | "list" | "validate" | "history";

const calls: readonly Call[] = [
  ...["ask", "ask", "ask", "collect", "collect", "collect"] as const,
  ...["task", "task", "list", "validate", "history"] as const,
];

/** A case; `report` is what the agent leaves once it is asked. */
export function makeHandoffs(choices: Choices): FuzzInput {
  const call = choices.one(calls);
  const files: Record<string, string> = {
    [handoffNames.config]: JSON.stringify(settingsOf(choices)),
    [handoffNames.context]: "a, b and c\n",
    [handoffNames.log]: logText(choices),
  };
  if (choices.below(3) > 0) files[handoffNames.registry] = registryText(choices);
  if (call !== "ask" || choices.below(4) === 0) files[handoffNames.answer] = answerText(choices);
  if (call !== "ask" || choices.below(3) === 0) files[handoffNames.request] = recordText(choices);
  if (choices.below(6) === 0) files[handoffNames.previous] = answerText(choices);
  if (call === "task") {
    files[handoffNames.task] = taskText(choices);
    files[handoffNames.brief] = question;
  }
  const args = argumentsOf(choices, call);
  return {
    files,
    args: args.map((arg) => arg.replaceAll("\0", "").replaceAll(/[\uf780-\uf7ff]/g, "?"))
      .map((arg) => arg.toWellFormed().replaceAll("__PROTO__", "__proto__")),
    answers: ['200 {"ok":true}', ...Array.from({ length: 2 }, () => gatewayText(choices))],
    output: "",
    report: answerText(choices),
  };
}

/** An answer as an agent should leave it, or one that is wrong somewhere. */
export function answerText(choices: Choices): string {
  if (choices.below(20) === 0) return choices.one(["", "null", "[]", "1", '"x"', "{", "{}", "\0"]);
  const sound: Json = {
    schemaVersion: "1.1",
    runId,
    agent,
    status: choices.one(["complete", "complete", "complete", "partial", "blocked", "failed"]),
    result: choices.below(2) === 0 ? hostileText(choices) : { found: [hostileText(choices)] },
    deliverable: {
      type: choices.one(["analysis", "code", "data"]),
      title: "Answer",
      path: choices.below(3) === 0 ? hostileText(choices) : null,
      summary: choices.below(2) === 0 ? hostileText(choices) : "It is answered",
    },
    artifacts: [],
    confidence: choices.one(["high", "medium", "low", "LOW "]),
    notes: choices.below(2) === 0 ? hostileText(choices) : "",
    timestamp: "2026-11-21T08:00:00Z",
  };
  const text = toText(spoilDocument(choices, sound, 2), choices.one([undefined, 2]));
  switch (choices.below(24)) {
    case 0:
      return text.replace("{", '{"status":"failed","runId":"other","__proto__":{"status":"x"},');
    case 1:
      return text.replace(/\}$/, ',"status":"complete","status":7}');
    case 2:
      return text.replace('"artifacts"', `"deep":${deepText(choices)},"artifacts"`);
    case 3:
      return text.replace('"artifacts"', `"long":${JSON.stringify(longText(choices))},"artifacts"`);
    case 4:
      return `\uf7ff\uf7fe${text}`;
    case 5:
      return `\ufeff${text}`;
    case 6:
    case 7:
    case 8:
      return spoilText(choices, text);
    default:
      return text;
  }
}

/** Lists or objects inside of each other, as deep as is read and far deeper. */
function deepText(choices: Choices): string {
  const depth = choices.one([400, 499, 500, 501, 3000, 60_000]);
  return choices.below(2) === 0
    ? "[".repeat(depth) + "]".repeat(depth)
    : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

function spoiledText(choices: Choices, sound: Json): string {
  const text = toText(spoilDocument(choices, sound, 3));
  return choices.below(8) === 0 ? spoilText(choices, text) : text;
}

function recordText(choices: Choices): string {
  const asked = [agent, question, choices.below(6) === 0 ? "other" : null];
  const sha = createHash("sha256").update(JSON.stringify(asked)).digest("hex");
  const record: Json = {
    schema_version: 1,
    run_id: runId,
    agent,
    caller: null,
    workflow_id: choices.below(3) === 0 ? hostileText(choices) : null,
    step_id: null,
    asked_sha256: sha,
    strict: choices.below(3) > 0,
    started_at: "2026-11-21T11:59:00.000Z",
    delivery: choices.below(4) === 0 ? null : {
      key: choices.one([1, 2, 9_007_199_254_740_991]),
      state: choices.one(["sending", "unknown", "refused", "admitted", "over"]),
      previous_error: choices.below(3) === 0 ? "timeout" : null,
      reason: choices.below(3) === 0 ? hostileText(choices) : null,
      reached: choices.below(2) === 0,
    },
    question_sha256: choices.below(2) === 0 ? sha : null,
    taken: choices.below(4) === 0,
  };
  return choices.below(2) === 0 ? toText(record) : spoiledText(choices, record);
}

function registryText(choices: Choices): string {
  const registry: Json = {
    agents: {
      auditor: { port: 18_812 },
      ...(choices.below(2) === 0 ? { [agent]: { url: "http://127.0.0.1:18790/" } } : {}),
      ...(choices.below(3) === 0 ? { [hostileText(choices)]: { url: hostileText(choices) } } : {}),
    },
  };
  return spoiledText(choices, registry);
}

function logText(choices: Choices): string {
  const lines = Array.from({ length: choices.below(4) }, () => {
    const entry: Json = {
      timestamp: "2026-11-21T11:00:00.000Z",
      runId,
      agent,
      event: choices.one(["attempt_start", "complete", "timeout", "validation_failed"]),
      detail: hostileText(choices),
      attempt: 1,
      elapsedMs: choices.one([0, 1500, 1e300]),
      workflowRunId: "wf",
      stepId: "s",
    };
    return `${spoiledText(choices, entry)}\n`;
  });
  return lines.join("");
}

function taskText(choices: Choices): string {
  const delegate: Json = {
    agent,
    retries: choices.one([1, 2, 9]),
    timeout_seconds: choices.one([1, 5, 1e9]),
    validate: choices.below(2) === 0,
    ...(choices.below(3) === 0 ? { workflow_id: hostileText(choices) } : {}),
    ...(choices.below(6) === 0 ? { [hostileText(choices)]: hostileText(choices) } : {}),
    ...(choices.below(6) === 0 ? { context: choices.one(["context.txt", "missing.txt"]) } : {}),
  };
  const task: Json = {
    id: "ask",
    title: "Ask",
    status: "running",
    dispatch: "exec",
    command: "macp delegate",
    metadata: { delegate: choices.below(2) === 0 ? delegate : spoilDocument(choices, delegate) },
  };
  return toText(task);
}

/** Settings with one agent, and with another that is only half set. */
function settingsOf(choices: Choices): Json {
  const auditor = choices.one<Json>([{}, { token_env: "MISSING_TOKEN" }, { port: 18_813 }]);
  return {
    enabled: true,
    macp: { base_ref: "main" },
    delegate: {
      agents: { [agent]: { port: 18_789, session_key: choices.below(2) === 0 }, auditor },
      acl: { manager: [agent, "auditor"] },
      registry: "agents.json",
    },
  };
}

/** What a gateway says to a task, or to a look at its health. */
function gatewayText(choices: Choices): string {
  if (choices.below(3) > 0) return '200 {"ok":true,"runId":"gateway-1"}';
  const status = choices.one([0, 200, 202, 204, 302, 400, 401, 404, 409, 413, 429, 500, 502, 504]);
  const error: Json = { ok: choices.below(2) === 0, error: hostileText(choices), runId: "x y" };
  return `${status} ${choices.below(2) === 0 ? toText(error) : hostileText(choices)}`;
}

function argumentsOf(choices: Choices, call: Call): string[] {
  const some = (...options: string[]) => choices.below(3) === 0 ? options : [];
  const whole = choices.one([[], [], ["--no-validate"], ["--validate"]]);
  const form = choices.one([[], [], ["--json"], ["--format", "text"]]);
  const flow = some("--workflow-id", hostileText(choices), "--step-id", hostileText(choices));
  const run = choices.below(12) === 0 ? hostileText(choices) : runId;
  switch (call) {
    case "collect":
      return ["delegate", `--collect=${run}`, "--timeout", choices.one(["0", "3"]), ...whole]
        .concat(form);
    case "ask":
      return [
        ...["delegate", choices.below(12) === 0 ? hostileText(choices) || "x" : agent, question],
        ...[`--run-id=${run}`, "--timeout", "5", ...whole, ...form, ...flow],
        ...some("--retries", choices.one(["2", "3", "1e9", "-1"])),
        ...some("--context", choices.one(["context.txt", hostileText(choices)])),
        ...some("--caller", choices.one(["manager", "webster", hostileText(choices)])),
        ...some(choices.one(["--no-wait", "--dry-run", "--no-deliver"])),
      ];
    case "task":
      return ["delegate", ...choices.one([[], [], ["--json"]])];
    case "list":
      return ["delegate", "--list", ...choices.one([[], ["--json"], ["--caller", "manager"]])];
    case "validate":
      return ["validate", ...choices.one([[], [handoffNames.answer, handoffNames.request]])]
        .concat(some("--json"));
    case "history":
      return ["history", "--delegations", ...some("--json"), ...some("--since", "24h")];
  }
}
