/**
 * `macp delegate`
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { checkListing, readCollecting, readQuestion } from "../delegate_arguments.ts";
import { openDelegation } from "../open_delegation.ts";
import { openRepository } from "../open_repository.ts";
import { usageError } from "../parse_arguments.ts";
import { outcomeFormat, reportOutcome } from "../report_outcome.ts";
import { untilStopped } from "../until_stopped.ts";

/** Asks an agent, or collects an answer, or lists the agents. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, world } = invocation;
  if (args.flag("list")) {
    checkListing(args);
    const { listAgents } = await import("../list_agents.ts");
    return await listAgents(invocation);
  }
  if (args.text("collect") !== undefined) return await collectAnswer(invocation);
  if (args.positional.length === 0 && world.env.MACP_TASK_FILE) {
    const { delegateTask } = await import("../delegate_task.ts");
    return await delegateTask(invocation);
  }
  return await ask(invocation);
}

async function ask(invocation: Invocation): Promise<number> {
  const asked = readQuestion(invocation);
  const format = outcomeFormat(invocation.args);
  const repository = await openRepository(invocation);
  const { delegate, previewDelegation } = await import("../../delegation/delegate.ts");
  if (invocation.args.flag("dry-run")) {
    const context = openDelegation(invocation, repository, new AbortController().signal);
    return reportOutcome(invocation, previewDelegation(context, asked), { format, stopped: null });
  }
  const { result, stopped } = await untilStopped(
    invocation.terminal,
    (stop) => delegate(openDelegation(invocation, repository, stop), asked),
  );
  return reportOutcome(invocation, result, { format, stopped });
}

async function collectAnswer(invocation: Invocation): Promise<number> {
  if (invocation.args.positional.length > 0) {
    throw usageError("Cannot collect and ask in one call: leave AGENT and TASK out");
  }
  const collecting = readCollecting(invocation);
  const format = outcomeFormat(invocation.args);
  const repository = await openRepository(invocation);
  const { collect } = await import("../../delegation/collect.ts");
  const { result, stopped } = await untilStopped(
    invocation.terminal,
    (stop) => collect(openDelegation(invocation, repository, stop), collecting),
  );
  return reportOutcome(invocation, result, { format, stopped });
}
