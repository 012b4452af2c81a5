/**
 * Serving the sinks of a repository.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { Delivery } from "../sinks/delivery.ts";
import type { SinkName } from "../sinks/enabled_sinks.ts";
import { writeStamp } from "../sinks/idle_stamp.ts";
import type { Sink } from "../sinks/sink.ts";
import type { Invocation } from "./command.ts";
import type { IdleStamp } from "./commands/watch.ts";
import { exitCodes } from "./exit_codes.ts";
import { type OpenRepository, openRepository } from "./open_repository.ts";
import { deliveryContext, openSinks, withCalm } from "./open_sinks.ts";
import { parseSince } from "./time.ts";
import { untilStopped } from "./until_stopped.ts";

const flagged: readonly SinkName[] = ["webhook", "discord", "slack", "ntfy"];

/**
 * Delivers events to the sinks that are enabled; gives the exit code.
 *
 * @param stamp Where to leave word when there was nothing to do.
 */
export async function watchRepository(
  invocation: Invocation,
  stamp: IdleStamp | null,
): Promise<number> {
  const { args, terminal, world } = invocation;
  const repository = await openRepository(invocation);
  const since = args.text("since");
  const from = since === undefined ? null : parseSince(since, world.clock.now());
  const gone = new AbortController();
  const sinks = openSinks(invocation, repository, {
    flags: flagged.filter(args.flag),
    print: (line) => {
      terminal.write(`${line}\n`);
      if (!terminal.isAbandoned?.()) return;
      gone.abort();
      throw new Error("nobody reads it any more");
    },
  });
  if (sinks.length === 0) throw noSinks();
  world.files.makeFolder(repository.paths.sinks);
  const { result, stopped } = await untilStopped(terminal, (stop) => {
    const ended = AbortSignal.any([stop, gone.signal]);
    if (from !== null) return replaySince(invocation, repository, sinks, { since: from, ended });
    return serve(invocation, repository, sinks, { stamp, ended });
  });
  return stopped ?? result;
}

async function serve(
  invocation: Invocation,
  repository: OpenRepository,
  sinks: readonly Sink[],
  { stamp, ended }: { stamp: IdleStamp | null; ended: AbortSignal },
): Promise<number> {
  const { args } = invocation;
  const { settings, unknown } = repository;
  const context = deliveryContext(invocation, repository);
  const delivery = new Delivery(context, withCalm(repository, sinks));
  if (!args.flag("once")) {
    await delivery.run(ended, settings.macp.watch_poll_interval_seconds * 1000);
    return exitCodes.done;
  }
  const before = stamp?.text();
  const wasBusy = await delivery.once(ended);
  const waits = sinks.some(({ name }) => (context.cursors.cursor(name)?.parked ?? []).length > 0);
  if (stamp === null || before === undefined || wasBusy || waits || unknown.length > 0) {
    return exitCodes.done;
  }
  leaveWord(invocation, repository, stamp, before);
  return exitCodes.done;
}

/** Keeps that there was nothing to do, for the next call: a convenience that may fail. */
function leaveWord(
  { world: { files } }: Invocation,
  { paths }: OpenRepository,
  { folder, path }: IdleStamp,
  text: string,
): void {
  try {
    if (files.realPath(folder) === files.realPath(paths.repository)) writeStamp(files, path, text);
  } catch {
    // The next call looks for itself.
  }
}

async function replaySince(
  invocation: Invocation,
  repository: OpenRepository,
  sinks: readonly Sink[],
  { since, ended }: { since: number; ended: AbortSignal },
): Promise<number> {
  const { replay } = await import("../sinks/replay.ts");
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
