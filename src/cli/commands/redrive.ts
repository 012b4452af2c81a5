/**
 * `macp redrive`
 *
 * @module
 */
import { sinkNames } from "../../sinks/enabled_sinks.ts";
import { lettersSince, redrive } from "../../sinks/redrive.ts";
import { unusable } from "../../sinks/sink_settings.ts";
import { unknownSink } from "../../sinks/unknown_sink.ts";
import { nearestHint } from "../../protocol/nearest.ts";
import { oneLine } from "../../protocol/text.ts";
import { makeStateFolder } from "../../store/state_places.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { deliveryContext, openSink } from "../open_sinks.ts";
import { explainSetting } from "../explain_setting.ts";
import type { Output } from "../output.ts";
import { parseSince } from "../time.ts";
import { untilStopped } from "../until_stopped.ts";

/** Sends the dead letters of a sink. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, world, output } = invocation;
  const [given = ""] = args.positional;
  const name = sinkNames.find((known) => known === given);
  if (name === undefined) throw unknownSink(given, sinkNames, nearestHint(given, sinkNames));
  const repository = await openRepository(invocation);
  const since = args.text("since");
  const from = since === undefined ? -Infinity : parseSince(since, world.clock.now());
  if (args.flag("dry-run")) return list(invocation, repository, { name, from });
  // Standard output is the sink itself: what is said beside it goes elsewhere.
  const isPrinting = name === "stdout";
  const sink = openSink(invocation, repository, {
    name,
    print: (line) => {
      invocation.terminal.write(`${line}\n`);
      if (invocation.terminal.isAbandoned?.()) throw new Error("nobody reads it any more");
    },
  });
  if (sink === null) {
    throw explainSetting(unusable(`macp.${name}.url`, "there is no address"), repository);
  }
  const context = deliveryContext(invocation, repository);
  makeStateFolder(world.files, repository.paths.sinks);
  const { result, stopped } = await untilStopped(
    invocation.terminal,
    (stop) =>
      redrive(
        {
          world,
          letters: context.letters,
          cursors: context.cursors,
          lockPath: context.lockPath(name),
          stop,
          trouble: (text) => context.report.trouble(name, text),
        },
        sink,
        from,
      ),
  );
  const { delivered, left, older, unreadable } = result;
  if (output.options.json && !isPrinting) output.json({ sink: name, dry_run: false, ...result });
  else if (!isPrinting) output.note(`${name}: ${delivered} delivered, ${left} still lie there`);
  if (older > 0 && !isPrinting) output.note(`${older} are older than --since`);
  warnUnreadable(output, context.letters.path(name), unreadable);
  return stopped ?? (left + unreadable > 0 ? exitCodes.workFailed : exitCodes.done);
}

function warnUnreadable(output: Output, path: string, count: number): void {
  if (count === 0) return;
  const what = count === 1
    ? "1 line is no dead letter and stays"
    : `${count} lines are no dead letters and stay`;
  output.warn(`${path}: ${what} as before; mend or remove what cannot be read`);
}

/** Prints what would be sent. */
function list(
  invocation: Invocation,
  repository: OpenRepository,
  { name, from }: { name: string; from: number },
): number {
  const { output } = invocation;
  const { letters } = deliveryContext(invocation, repository);
  const { wanted, older, unreadable } = lettersSince(letters, name, from);
  warnUnreadable(output, letters.path(name), unreadable);
  if (output.options.json) {
    const found = wanted.map(({ letter }) => repository.redactor.value(letter));
    output.json({ sink: name, dry_run: true, letters: found, older, unreadable });
    return exitCodes.done;
  }
  for (const { letter: { dead_lettered_at, event, reason } } of wanted) {
    const what = `${event.event_id}  ${event.task_id}  ${event.event_type}`;
    output.line(oneLine(`${dead_lettered_at}  ${what}  ${reason}`, 400));
  }
  output.note(`${wanted.length} would be sent to ${name}`);
  return exitCodes.done;
}
