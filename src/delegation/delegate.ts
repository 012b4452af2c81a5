/**
 * A question to one agent, and its answer: who may ask, who is asked, whether the gateway
 * is up, then the attempts.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { writeError } from "../store/atomic_write.ts";
import { mayDelegate } from "./acl.ts";
import { type Agent, readRegistry, resolveAgent } from "./agents.ts";
import { runAttempts } from "./attempts.ts";
import { fetchChannelContext } from "./channel_context.ts";
import { type Asked, type DelegateContext, type DelegationRun, factsOf } from "./delegation_run.ts";
import { DelegationLog } from "./delegation_log.ts";
import type { Health } from "./health.ts";
import { Deliveries } from "./deliveries.ts";
import { renderMessage } from "./message.ts";
import { type EarlyRun, lookAtEarlier, type StartingPoint } from "./earlier_answer.ts";
import { failed, interrupted, type Outcome, planned } from "./outcome.ts";
import { makeRequestRecord, withoutSecrets, writeRequest } from "./request_record.ts";
import { buildRequest, requestFault } from "./request.ts";
import { checkRunId, handoffPaths } from "./run_id.ts";
import { withRunLock } from "./run_lock.ts";
import { tellSecrets } from "./tell_secrets.ts";

/** Milliseconds from which on a check of the health was not answered in time. */
const slowMs = 4500;

/** Checks of a gateway that does not answer in time. */
const maxChecks = 2;

/**
 * Delegates: ACL, registry, health, send, wait, validate, retry or finish.
 *
 * Throws `MacpError`: usage `invalid_run_id`, `run_id_taken` when another question was
 * asked under the id, and for settings that are wrong; busy `run_busy`; failure when its
 * own files cannot be written.
 */
export async function delegate(context: DelegateContext, asked: Asked): Promise<Outcome> {
  const log = openLog(context, asked);
  const begun = begin(context, asked, log);
  if ("error" in begun) return begun;
  const { paths } = begun;
  makeFolder(context);
  const run = { ...begun, log, channelContext: null, begun: context.world.clock.elapsed() };
  const lock = { path: paths.lock, runId: asked.runId };
  // One watch from before the first send to the end: each wait joins it.
  const stopWatch = context.world.files.watch(context.places.handoffs, () => {});
  try {
    return await withRunLock(context.world, lock, () => askAgent(run));
  } finally {
    stopWatch();
    if (log.failure !== null) context.note(`the log of delegations misses a line: ${log.failure}`);
  }
}

/**
 * What would be asked, and of whom: nothing is sent or written, and no gateway is asked for
 * its health. Messages of a channel are left out. Throws what `delegate` throws.
 */
export function previewDelegation(context: DelegateContext, asked: Asked): Outcome {
  const begun = begin(context, asked, null);
  if ("error" in begun) return begun;
  const { agent, paths } = begun;
  const { runId, task, deliver } = asked;
  const text = { ...{ runId, task, deliver, agent: asked.agent, context: asked.context } };
  const rest = { attempt: 1, previousError: null, channelContext: null };
  const message = renderMessage({ ...text, ...rest, handoffPath: paths.answer });
  const about = { runId, attempt: 1, message, deliver, sessionKey: agent.sessionKey };
  const fault = requestFault(buildRequest(agent, about).body);
  const facts = factsOf({ context, asked });
  if (fault !== null) return failed(facts, { code: "send_failed", notes: fault });
  tellSecrets({ context, asked, channelContext: null });
  const notes = [
    "Nothing was sent, and the gateway was not asked for its health",
    ...asked.channelContext === null ? [] : ["the messages of the channel are left out"],
  ].join("; ");
  return planned(facts, { notes, gateway: agent.url.host, answer: paths.answer, message });
}

/** Who is asked and where the answer comes, or why nobody is. */
function begin(
  context: DelegateContext,
  asked: Asked,
  log: DelegationLog | null,
): Pick<DelegationRun, "context" | "asked" | "agent" | "paths"> | Outcome {
  checkRunId(asked.runId);
  const facts = factsOf({ context, asked });
  if (!mayDelegate(context.settings.acl, asked.caller, asked.agent)) {
    log?.add("acl_denied", `caller=${asked.caller}`);
    const notes = `ACL denied: '${asked.caller}' cannot delegate to '${asked.agent}'`;
    const hints = ["macp delegate --list shows who may ask whom (delegate.acl)"];
    return failed(facts, { code: "acl_denied", notes, hints });
  }
  const agent = findAgent(context, asked.agent);
  if (agent instanceof MacpError) {
    log?.add("send_failed", agent.message);
    return failed(facts, { code: agent.code, notes: agent.message, hints: agent.hints });
  }
  return { context, asked, agent, paths: handoffPaths(context.places.handoffs, asked.runId) };
}

function makeFolder({ world, places }: DelegateContext): void {
  try {
    world.files.makeFolder(places.handoffs);
  } catch (cause) {
    const { message, code, hints } = writeError(places.handoffs, cause);
    throw new MacpError("failure", message, {
      code,
      hints: ["The setting delegate.handoff_dir names this folder", ...hints],
      cause,
    });
  }
}

/** The log of a delegation. */
function openLog(context: DelegateContext, asked: Asked): DelegationLog {
  const { runId, agent, workflowId, stepId } = asked;
  const base = { runId, agent, workflowId, stepId };
  return new DelegationLog(context.world, context.places.logs, context.redactor, base);
}

/** The agent of a name, or why there is none. Throws for settings that are wrong. */
function findAgent(context: DelegateContext, name: string): Agent | MacpError {
  const { world, settings, places } = context;
  const { registry, warning } = readRegistry(world.files, places.registry);
  if (warning !== null) context.note(warning);
  try {
    return resolveAgent(name, { settings, registry, env: world.env });
  } catch (error) {
    if (error instanceof MacpError && error.code === "unknown_agent") return error;
    throw error;
  }
}

async function askAgent(run: EarlyRun): Promise<Outcome> {
  const { context, asked, agent, log } = run;
  const start: StartingPoint = await lookAtEarlier(run);
  if (start.outcome) return start.outcome;
  const begun = context.world.clock.elapsed();
  const health = await checkPatiently(run);
  const spentMs = context.world.clock.elapsed() - begun;
  if (context.signal.aborted) return interrupted(factsOf(run), "before");
  if (!health.healthy) {
    log.add("health_failed", health.reason);
    const why = health.reason.replace(/^Cannot reach \S+ as /, "").replace(
      `${agent.url.host} `,
      "",
    );
    const notes = `Agent '${asked.agent}' unreachable at ${agent.url.host}: ${why}`;
    const hints = ["macp delegate --list shows the agents and whether their gateways are up"];
    return failed(factsOf(run), { code: "agent_unreachable", notes, hints });
  }
  const channel = await readChannel(run);
  if (channel instanceof MacpError) {
    log.add("send_failed", channel.message);
    return failed(factsOf(run), {
      code: channel.code,
      notes: channel.message,
      hints: channel.hints,
    });
  }
  const deliveries = await openDeliveries(run, start);
  return await runAttempts({ ...run, channelContext: channel, deliveries }, { ...start, spentMs });
}

/** The deliveries of the run, kept in its record from the beginning of the first one on. */
async function openDeliveries(
  { context, asked, paths }: EarlyRun,
  { delivery }: StartingPoint,
): Promise<Deliveries> {
  const { world } = context;
  const record = await makeRequestRecord(world, asked);
  return new Deliveries(delivery, (delivery) => {
    try {
      const told = withoutSecrets({ ...record, delivery }, context.redactor);
      writeRequest(world, paths.request, told);
    } catch (error) {
      // Nothing is sent that no later call would know of; what came of it is told anyway.
      if (!(error instanceof MacpError) || delivery.state === "sending") throw error;
      context.note(error.message);
    }
  });
}

/** A gateway that did not answer in time gets further chances: the machine may be busy. */
async function checkPatiently({ context, agent, asked }: EarlyRun): Promise<Health> {
  const { steps, world } = context;
  const signal = AbortSignal.any([context.signal, world.clock.deadline(asked.timeoutMs)]);
  for (let checks = 1;; checks++) {
    const start = world.clock.elapsed();
    const health = await steps.checkHealth(world, agent, signal);
    const wasSlow = world.clock.elapsed() - start >= slowMs;
    if (health.healthy || !wasSlow || signal.aborted || checks === maxChecks) return health;
  }
}

/** Messages of the channel; null when none are wanted. Throws for settings that are wrong. */
async function readChannel({ context, asked }: EarlyRun): Promise<string | null | MacpError> {
  if (asked.channelContext === null) return null;
  const { world, settings, cwd, signal } = context;
  const about = { ...asked.channelContext, caller: asked.caller, cwd, signal };
  try {
    const text = await fetchChannelContext(world, settings.channel_context, about);
    if (text !== "") return text;
    context.note("the command for the channel's messages printed nothing, so none go along");
    return null;
  } catch (error) {
    if (error instanceof MacpError && error.kind === "failure") return error;
    throw error;
  }
}
