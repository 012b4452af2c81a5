/**
 * `macp delegate` as the worker of a queued task.
 *
 * @module
 */
import { noteTaken, questionOfTask, takeEarlierAnswer } from "../delegation/earlier_attempts.ts";
import { type TaskOptions, taskOptions } from "../delegation/task_options.ts";
import { faultReport, taskReport } from "../delegation/task_report.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import { checkTask, titleOf } from "../protocol/task.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { Files } from "../sys/files.ts";
import type { Invocation } from "./command.ts";
import { type OptionValues, readAsked } from "./delegate_arguments.ts";
import { openDelegation } from "./open_delegation.ts";
import { openRepository } from "./open_repository.ts";
import { redactedJson } from "./redacted_json.ts";
import { outcomeFormat, reportOutcome } from "./report_outcome.ts";
import { untilStopped } from "./until_stopped.ts";

/**
 * Asks the agent that `metadata.delegate` of the task names, with the brief as the text, and
 * tells the controller what came of it. Options of the call win. Gives the exit code.
 *
 * Throws `MacpError` of kind usage when the task names no agent, or wrongly.
 */
export async function delegateTask(invocation: Invocation): Promise<number> {
  try {
    return await askForTask(invocation);
  } catch (error) {
    // What is set wrongly is as wrong in the next attempt.
    if (error instanceof MacpError && error.kind === "usage") {
      report(invocation, faultReport(error));
    }
    throw error;
  }
}

async function askForTask(invocation: Invocation): Promise<number> {
  const { terminal, world, args } = invocation;
  const { files, env } = world;
  const task = readTask(files, env.MACP_TASK_FILE ?? "");
  const options = await taskOptions(task, env.MACP_ATTEMPT ?? "1");
  const brief = env.MACP_BRIEF_FILE ? readFile(files, env.MACP_BRIEF_FILE) : "";
  const text = brief.trim() || [titleOf(task), task.description ?? ""].join("\n\n");
  const question = readAsked(
    { args: layered(args, options), world, terminal, output: invocation.output },
    { agent: options.agent, task: text },
  );
  const asked = { ...question, questionSha256: await questionOfTask(question) };
  const format = outcomeFormat(args);
  const repository = await openRepository(invocation);
  const { delegate } = await import("../delegation/delegate.ts");
  const { result, stopped } = await untilStopped(
    terminal,
    async (stop) => {
      const context = openDelegation(invocation, repository, stop);
      const outcome = await takeEarlierAnswer(context, asked, options.earlier) ??
        await delegate(context, asked);
      if (outcome.error === null) noteTaken(context, String(outcome.document.runId));
      return outcome;
    },
  );
  if (stopped === null) report(invocation, taskReport(result));
  return reportOutcome(invocation, result, { format, stopped });
}

function layered(args: OptionValues, { texts, flags }: TaskOptions): OptionValues {
  const opposite = (name: string) => name.replace(/^no-/, "");
  return {
    text: (name) => args.text(name) ?? (Object.hasOwn(texts, name) ? texts[name] : undefined),
    flag: (name) => args.flag(name) || (flags.includes(name) && !args.flag(opposite(name))),
  };
}

/** The result file belongs to the attempt; nobody reads it without one. */
function report({ world, output }: Invocation, content: Record<string, unknown>): void {
  const path = world.env.MACP_RESULT_FILE ?? "";
  if (path === "") return;
  atomicWriteJson(world, path, JSON.parse(redactedJson(content, output.options.redaction)));
}

function readTask(files: Files, path: string): Task {
  const text = readFile(files, path);
  try {
    const checked = checkTask(JSON.parse(text));
    if (checked.ok) return checked.task;
  } catch {
    // Told below.
  }
  throw new MacpError("usage", `Cannot delegate a task as its file holds none: ${path}`, {
    code: "task_unreadable",
    hints: ["MACP_TASK_FILE is set for the worker of a task"],
  });
}

function readFile(files: Files, path: string): string {
  try {
    return files.readText(path);
  } catch (cause) {
    throw new MacpError("usage", `Cannot delegate a task as ${messageOf(cause)}`, {
      code: "task_unreadable",
      cause,
    });
  }
}
