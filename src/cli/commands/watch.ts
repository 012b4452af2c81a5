/**
 * `macp watch`
 *
 * @module
 */
import { MacpError } from "../../protocol/errors.ts";
import { Delivery } from "../../sinks/delivery.ts";
import type { SinkName, Tried } from "../../sinks/enabled_sinks.ts";
import type { Sink } from "../../sinks/sink.ts";
import { makeStateFolder } from "../../store/state_places.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { deliveryContext, doubtsOf, openSinks, tellFaults, withCalm } from "../open_sinks.ts";
import { parseSince } from "../time.ts";
import { untilStopped } from "../until_stopped.ts";

const flagged: readonly SinkName[] = ["webhook", "discord", "slack", "ntfy"];

/** Delivers events to the sinks that are enabled: until a signal ends it, or once. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output } = invocation;
  const repository = await openRepository(invocation);
  const isLive = output.isLive && !args.flag("once") && args.text("since") === undefined;
  if (!isLive) return await watch(invocation, repository);
  const { liveWatch } = await import("../live/live_watch.ts");
  const view = liveWatch(invocation, repository);
  try {
    return await watch(view.invocation, repository);
  } finally {
    await view.end();
  }
}

async function watch(invocation: Invocation, repository: OpenRepository): Promise<number> {
  const { args, output, terminal, world } = invocation;
  const since = args.text("since");
  const from = since === undefined ? null : parseSince(since, world.clock.now());
  const gone = new AbortController();
  const opened = openSinks(invocation, repository, {
    flags: flagged.filter(args.flag),
    print: (line) => {
      terminal.write(`${line}\n`);
      if (!terminal.isAbandoned?.()) return;
      gone.abort();
      throw new Error("nobody reads it any more");
    },
  });
  if (opened.made.length + opened.faults.length === 0) throw noSinks();
  tellFaults(invocation, repository, opened);
  const doubts = doubtsOf(invocation, repository, opened.made);
  for (const text of doubts) output.warn(text);
  makeStateFolder(world.files, repository.paths.sinks);
  const { result, stopped } = await untilStopped(terminal, (stop) => {
    const ended = AbortSignal.any([stop, gone.signal]);
    const isPlain = opened.faults.length + doubts.length + repository.unknown.length === 0;
    if (from === null) return serve(invocation, repository, { ...opened, ended, isPlain });
    return replaySince(invocation, repository, opened.made, { since: from, ended });
  });
  return stopped ?? (opened.faults.length > 0 ? exitCodes.usage : result);
}

async function serve(
  invocation: Invocation,
  repository: OpenRepository,
  { made: sinks, faults, ended, isPlain }: Tried<Sink> & { ended: AbortSignal; isPlain: boolean },
): Promise<number> {
  const { args, idle } = invocation;
  const { settings, paths } = repository;
  const context = deliveryContext(invocation, repository);
  const served = withCalm(invocation.world, repository, sinks);
  const delivery = new Delivery(context, served, faults.map(({ name }) => name));
  if (!args.flag("once")) {
    tellWatch(invocation, sinks);
    await delivery.run(ended, settings.macp.watch_poll_interval_seconds * 1000);
    return exitCodes.done;
  }
  const before = idle?.text();
  const wasBusy = await delivery.once(ended);
  const waits = sinks.some(({ name }) => (context.cursors.cursor(name)?.parked ?? []).length > 0);
  if (before !== undefined && !wasBusy && !waits && isPlain) {
    idle?.keep(paths.repository, before);
  }
  return exitCodes.done;
}

/** What is served, and how that ends. */
function tellWatch({ args, terminal }: Invocation, sinks: readonly Sink[]): void {
  if (args.flag("quiet")) return;
  const names = sinks.map(({ name }) => name === "stdout" ? "standard output" : name);
  terminal.writeError(`watching events for ${names.join(", ")}; Ctrl-C ends\n`);
}

async function replaySince(
  invocation: Invocation,
  repository: OpenRepository,
  sinks: readonly Sink[],
  { since, ended }: { since: number; ended: AbortSignal },
): Promise<number> {
  const { replay } = await import("../../sinks/replay.ts");
  const context = { ...deliveryContext(invocation, repository), stop: ended };
  const replayed = await replay(context, sinks, since);
  for (const { sink, delivered, missed } of replayed) {
    context.report.remark(sink, `${delivered} delivered, ${missed} missed`);
  }
  return replayed.some(({ missed }) => missed > 0) ? exitCodes.workFailed : exitCodes.done;
}

function noSinks(): MacpError {
  return new MacpError(
    "usage",
    "Cannot watch as no sink is enabled: macp.stdout.enabled is false",
    {
      code: "no_sink",
      hints: ["Enable one in the configuration, or with --webhook, --discord, --slack or --ntfy"],
    },
  );
}
