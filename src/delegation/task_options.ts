/**
 * What `metadata.delegate` of a queued task asks for.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { Task } from "../protocol/generated/types.ts";
import { sha256Hex, taskNames } from "../protocol/names.ts";
import { shortJson } from "../protocol/validation.ts";

/** Options of `macp delegate`, by their names. */
export interface TaskOptions {
  agent: string;
  /** Values of options. */
  texts: Record<string, string>;
  /** Flags that are set. */
  flags: string[];
  /** Run ids of earlier attempts, newest first. */
  earlier: string[];
}

/** Most characters of the task's part of a run id. */
const maxSlug = 100;

/** Earlier attempts that are looked at. */
const maxEarlier = 5;

interface Field {
  type: "string" | "number" | "boolean";
  /** Option that takes the value, or flag that false sets. */
  option: string;
}

const fields: Readonly<Record<string, Field>> = {
  timeout_seconds: { type: "number", option: "timeout" },
  retries: { type: "number", option: "retries" },
  caller: { type: "string", option: "caller" },
  context: { type: "string", option: "context" },
  workflow_id: { type: "string", option: "workflow-id" },
  step_id: { type: "string", option: "step-id" },
  validate: { type: "boolean", option: "no-validate" },
  deliver: { type: "boolean", option: "no-deliver" },
};

/** Name of the agent that a task is delegated to; null when it is not. */
export function agentOfTask({ metadata }: Pick<Task, "metadata">): string | null {
  const delegate = metadata?.delegate;
  return isRecord(delegate) && typeof delegate.agent === "string" ? delegate.agent : null;
}

/**
 * Options of a task, with a run id of its own for each attempt. Throws `MacpError` of kind
 * usage, code `task_delegation_invalid`, which names what is wrong.
 */
export async function taskOptions(
  task: Pick<Task, "id" | "metadata">,
  attempt: string,
): Promise<TaskOptions> {
  const delegate = task.metadata?.delegate;
  if (!isRecord(delegate)) throw invalid("metadata.delegate", "is missing: name an agent in it");
  const agent = agentOfTask(task);
  if (agent === null || agent === "") throw invalid("metadata.delegate.agent", "names no agent");
  const texts: Record<string, string> = { "run-id": await runIdOf(task.id, attempt) };
  const flags: string[] = [];
  for (const [name, value] of Object.entries(delegate)) {
    if (name === "agent" || value === null) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const path = `metadata.delegate.${name}`;
    if (field === undefined) {
      throw invalid(path, `is not known: use agent, ${Object.keys(fields).join(", ")}`);
    }
    const kind: string = typeof value;
    if (name === "timeout_seconds" && typeof value === "number" && value < 1) {
      throw invalid(path, `is less than 1: ${value}`);
    }
    if (kind !== field.type) throw invalid(path, `is no ${field.type}: ${shortJson(value)}`);
    if (field.type !== "boolean") texts[field.option] = String(value);
    else if (value === false) flags.push(field.option);
  }
  return { agent, texts, flags, earlier: await earlierOf(task.id, Number(attempt)) };
}

async function earlierOf(id: string, attempt: number): Promise<string[]> {
  const length = Number.isSafeInteger(attempt) ? Math.min(Math.max(attempt - 1, 0), maxEarlier) : 0;
  const serials = Array.from({ length }, (_, index) => attempt - 1 - index);
  return await Promise.all(serials.map((serial) => runIdOf(id, String(serial))));
}

/** A slug that is too long is cut, and told apart by a hash. */
async function runIdOf(id: string, attempt: string): Promise<string> {
  const { slug } = await taskNames(id);
  const short = slug.replace(/^[^a-z0-9]+/, "");
  if (short !== "" && short.length <= maxSlug) return `${short}-${attempt}`;
  const hash = (await sha256Hex(id)).slice(0, 8);
  return `${short.slice(0, maxSlug - hash.length - 1) || "task"}-${hash}-${attempt}`;
}

function invalid(path: string, why: string): MacpError {
  return new MacpError("usage", `Cannot delegate the task as ${path} ${why}`, {
    code: "task_delegation_invalid",
    hints: ['For example: "metadata": {"delegate": {"agent": "webster", "timeout_seconds": 600}}'],
  });
}
