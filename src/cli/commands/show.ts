/**
 * `macp show`
 *
 * @module
 */
import { nextCommands } from "../../controller/next_commands.ts";
import { worktreeOf } from "../../controller/inbox.ts";
import type { TaskResult } from "../../protocol/generated/types.ts";
import { isRecord } from "../../protocol/events.ts";
import { dependenciesOf, type RawTask, statusOf, titleOf } from "../../protocol/task.ts";
import type { Invocation } from "../command.ts";
import { printResult } from "../describe_result.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords, type TaskRecords } from "../find_result.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import { type Output, tabulate } from "../output.ts";
import { showHandover } from "../show_handover.ts";
import { oneLine, shellWord } from "../../protocol/text.ts";

/** Shows one task. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const { store } = repository;
  const id = args.positional[0] ?? "";
  const raw = requireTask(store, id);
  if (args.flag("acp")) return await showHandover(invocation, repository, id, raw);
  const records = await findRecords(world, repository, id, raw);
  const state = store.readState();
  const { result, attempts, logs } = records;
  if (output.options.json) {
    output.json({ task: raw, result, attempts, running: state.running[id] ?? null, logs });
    return exitCodes.done;
  }
  const own = worktreeOf(state, id) ?? result?.worktree ?? null;
  const worktree = own !== null && world.files.stat(own)?.kind === "folder" ? own : null;
  printTask(output, id, raw);
  if (result) {
    const hasWorktree = worktree !== null && worktree === result.worktree;
    printResult(output, result, { resultPath: records.resultPath, hasWorktree });
  } else if (worktree !== null) {
    output.line(`worktree: ${worktree}`);
  }
  for (const attempt of attempts) printAttempt(output, attempt);
  for (const log of logs) output.line(`log ${log.serial}: ${log.path}`);
  const branches = dependenciesOf(raw).flatMap((name) =>
    textOf(store.readQueue().find(name), "branch") ?? []
  );
  printNext(output, { id, raw, records, worktree, branches });
  return exitCodes.done;
}

/** What the queue says: status, reason, waiting time, landing and answers. */
function printTask(output: Output, id: string, raw: RawTask): void {
  output.line(`${oneLine(id)}: ${oneLine(titleOf(raw), 200)}`);
  output.line(`status: ${statusOf(raw) ?? "invalid"}`);
  const reason = textOf(raw, "reason");
  if (reason !== null) output.line(`reason: ${oneLine(reason)}`);
  const notBefore = textOf(raw, "not_before");
  if (notBefore !== null && statusOf(raw) === "pending") {
    output.line(`not before: ${oneLine(notBefore)}`);
  }
  const metadata = isRecord(raw) && isRecord(raw.metadata) ? raw.metadata : {};
  const into = textOf(metadata.landed, "into");
  if (into !== null) {
    output.line(
      `landed on: ${oneLine(into)} at ${oneLine(textOf(metadata.landed, "commit") ?? "")}`,
    );
  }
  const replies = isRecord(raw) && Array.isArray(raw.replies) ? raw.replies : [];
  for (const reply of replies) {
    const question = textOf(reply, "question");
    if (question !== null) output.line(`asked: ${oneLine(question, 400)}`);
    output.line(`answer of ${textOf(reply, "at")}: ${oneLine(textOf(reply, "text") ?? "", 400)}`);
  }
}

function textOf(value: unknown, name: string): string | null {
  const text = isRecord(value) ? value[name] : null;
  return typeof text === "string" && text !== "" ? text : null;
}

function printAttempt(output: Output, { metadata, error }: TaskResult): void {
  const serial = metadata?.attempt_serial ?? "?";
  output.line(
    `attempt ${serial}: ${metadata?.outcome ?? "unknown"}${
      error ? `: ${oneLine(error, 200)}` : ""
    }`,
  );
}

function isLanded(raw: RawTask): boolean {
  return isRecord(raw) && isRecord(raw.metadata) && isRecord(raw.metadata.landed);
}

interface NextFacts {
  id: string;
  raw: RawTask;
  records: TaskRecords;
  worktree: string | null;
  /** Branches of the dependencies. */
  branches: string[];
}

function printNext(output: Output, facts: NextFacts): void {
  const { id, raw, records: { result, logs }, worktree } = facts;
  const status = statusOf(raw);
  const hasLog = logs.length > 0;
  if (status === "failed" || status === "escalated") {
    const { snapshot_ref, commits } = result?.metadata ?? {};
    const next = nextCommands({
      id,
      outcome: textOf(raw, "outcome"),
      hasLog,
      hasWork: !!snapshot_ref || worktree !== null || (commits ?? 0) > 0,
      worktree,
      branch: textOf(raw, "branch") ?? result?.branch ?? null,
      dependencies: facts.branches,
    }).filter(({ command }) => command !== `macp show ${shellWord(id)}`);
    output.line("next:");
    const lines = tabulate(next.map(({ command, why }) => [`  ${command}`, `# ${why}`]));
    for (const line of lines) output.line(line);
    return;
  }
  const word = shellWord(id);
  const next = hasLog ? [`macp logs ${word}`] : [];
  if (status === "completed") next.push(`macp diff ${word}`);
  if (status === "completed" && result?.branch && !isLanded(raw)) next.push(`macp land ${word}`);
  if (status === "pending") next.push("macp drain");
  if (next.length > 0) output.line(`next: ${next.join(" · ")}`);
}
