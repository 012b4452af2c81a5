/**
 * `macp digest`
 *
 * @module
 */
import { readAllLines } from "../../events/event_files.ts";
import { formatSummarised } from "../../events/format_summary.ts";
import { summarise, type Summary } from "../../events/summarise.ts";
import { parseEventLine, type ReadEvent } from "../../protocol/events.ts";
import { redactEvent } from "../../redaction/redact_formats.ts";
import { type Channel, channelOf } from "../../sinks/channel.ts";
import { postMessage } from "../../sinks/post_message.ts";
import type { World } from "../../sys/world.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { withOrigins } from "../explain_setting.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import type { Output } from "../output.ts";
import { parseSince } from "../time.ts";

/** What came of a post. */
interface Posted {
  channel: Channel["name"];
  delivered: boolean;
  /** Why it did not arrive. */
  reason: string | null;
}

/** Prints the digest, and posts it; exit code 1 when a post did not arrive. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const since = parseSince(args.text("since") ?? "24h", world.clock.now());
  const place = { world, repository: repository.paths.repository };
  const channels = (["discord", "slack"] as const).filter((name) => args.flag(name))
    .map((name) => withOrigins(repository, () => channelOf(place, repository.settings.macp, name)));
  const passedOver = { count: 0 };
  const summary = summarise(eventsSince(world, repository, { since, passedOver }));
  if (!output.options.json) output.line(formatSummarised(summary));
  if (passedOver.count > 0) {
    output.warn(`${passedOver.count} lines are no events and were passed over`);
  }
  const posts = await Promise.all(
    channels.map((channel) => postTo(world, channel, summary, repository)),
  );
  if (output.options.json) {
    output.json({
      since: new Date(since).toISOString(),
      digest: formatSummarised(summary),
      ...describe(summary),
      posts,
      unreadable_lines: passedOver.count,
    });
  }
  report(output, posts);
  return posts.every(({ delivered }) => delivered) ? exitCodes.done : exitCodes.workFailed;
}

/** Events from then on, of rotated files too, without secrets. */
function* eventsSince(
  { files }: World,
  { paths, redactor }: OpenRepository,
  { since, passedOver }: { since: number; passedOver: { count: number } },
): Generator<ReadEvent> {
  for (const { line } of readAllLines(files, paths.events, { wanted: "", since })) {
    const event = parseEventLine(line);
    if (event === null) passedOver.count++;
    else if (Date.parse(event.timestamp) >= since) yield redactEvent(redactor, event);
  }
}

async function postTo(
  world: World,
  { name, receiver, markup, bodyOf }: Channel,
  summary: Summary,
  { redactor }: OpenRepository,
): Promise<Posted> {
  const text = formatSummarised(summary, { markup });
  const reason = await postMessage(world, receiver, bodyOf(text));
  return { channel: name, delivered: reason === null, reason: reason && redactor.text(reason) };
}

function describe({ tasks, landed, retries, redGates, events, from, to }: Summary) {
  const timeOf = (time: number | null) => time === null ? null : new Date(time).toISOString();
  return {
    events,
    landed,
    retries,
    red_gates: redGates,
    from: timeOf(from),
    to: timeOf(to),
    tasks: tasks.map(({ id, state, event }) => ({ id, state, message: event.message ?? "" })),
  };
}

function report(output: Output, posts: readonly Posted[]): void {
  for (const { channel, reason } of posts) {
    if (reason === null) output.note(`posted to ${channel}`);
    else output.warn(`Cannot post the digest to ${channel} as ${reason}`);
  }
}
