/**
 * `macp notify`
 *
 * @module
 */
import { Notifier } from "../../events/notifier.ts";
import {
  type Notification,
  parseIssue,
  renderNotification,
} from "../../events/render_notification.ts";
import { MacpError } from "../../protocol/errors.ts";
import type { Doorbell } from "../../sinks/doorbell.ts";
import { type Tried, tryDoorbells } from "../../sinks/enabled_sinks.ts";
import { postMessage } from "../../sinks/post_message.ts";
import type { World } from "../../sys/world.ts";
import type { Arguments, Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { tellFaults } from "../open_sinks.ts";
import type { Output } from "../output.ts";
import { usageError } from "../parse_arguments.ts";

/** The arguments of `renderNotification`. */
type Alert = Parameters<typeof renderNotification>;

/** What came of ringing one doorbell. */
interface Rung {
  doorbell: Doorbell["name"];
  delivered: boolean;
  /** Why it did not arrive; null when it did, and when nothing was sent. */
  reason: string | null;
}

/** Rings the doorbells that are enabled; exit code 1 when one did not ring, 2 when one cannot. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const alert = alertOf(args, repository);
  const notification = renderNotification(...alert);
  const { made: doorbells, faults } = requireDoorbells(invocation, repository);
  const dryRun = args.flag("dry-run");
  const rung = dryRun
    ? doorbells.map(({ name }): Rung => ({ doorbell: name, delivered: false, reason: null }))
    : await Promise.all(doorbells.map((doorbell) => ring(world, doorbell, alert, repository)));
  const unusable = faults.map(({ name, error: { message } }) => ({
    doorbell: name,
    reason: message,
  }));
  if (output.options.json) output.json({ notification, rung, unusable, dry_run: dryRun });
  else if (dryRun) preview(output, notification, rung);
  for (const { doorbell, delivered, reason } of rung) {
    if (reason !== null) output.warn(`Cannot ring ${doorbell} as ${reason}`);
    else if (delivered) output.note(`rang ${doorbell}: ${notification.title}`);
  }
  const failed = rung.some(({ reason }) => reason !== null);
  if (faults.length > 0) return exitCodes.usage;
  return failed ? exitCodes.workFailed : exitCodes.done;
}

/** The alert that is asked for, without secrets. Throws `MacpError` of kind usage. */
function alertOf(args: Arguments, { settings, redactor }: OpenRepository): Alert {
  const [kind = ""] = args.positional;
  const { base_url: baseUrl } = settings.macp.doorbell;
  const rendered = (issue: Alert[1], detail: string): Alert => {
    const thread = args.text("thread") ?? null;
    return [kind, issue, thread, redactor.text(detail), { baseUrl }];
  };
  // The kind is looked at first: it is what a program that rings gets wrong.
  renderNotification(...rendered({ repo: "", number: 0 }, ""));
  return rendered(parseIssue(required(args, "issue")), required(args, "detail"));
}

function required(args: Arguments, name: string): string {
  const value = args.text(name);
  if (value !== undefined) return value;
  throw usageError(`Cannot ring the doorbell as --${name} is missing`, [
    "See: macp help notify",
  ]);
}

/** Throws `MacpError` of kind usage when none is enabled, or all are set wrongly. */
function requireDoorbells(invocation: Invocation, repository: OpenRepository): Tried<Doorbell> {
  const { settings, paths } = repository;
  const doorbells = tryDoorbells(invocation.world, settings.macp, {
    repository: paths.repository,
    flags: [],
  });
  tellFaults(invocation, repository, doorbells);
  if (doorbells.made.length > 0) return doorbells;
  throw new MacpError("usage", "Cannot ring the doorbell as none is enabled: slack, ntfy", {
    code: "no_doorbell",
    hints: [
      `Set macp.slack.enabled, and macp.slack.url_env to the variable with its address: ${paths.config}`,
      "Or macp.ntfy.enabled and macp.ntfy.url, such as https://ntfy.sh/my-topic",
    ],
  });
}

async function ring(
  world: World,
  { name, receiver, bodyOf }: Doorbell,
  [kind, issue, threadId, detail, options]: Alert,
  { redactor }: OpenRepository,
): Promise<Rung> {
  const send = (alert: Notification) => postMessage(world, receiver, bodyOf(alert));
  const reason = await new Notifier(send, options).notify(kind, issue, threadId, detail);
  return { doorbell: name, delivered: reason === null, reason: reason && redactor.text(reason) };
}

function preview(output: Output, alert: Notification, rung: readonly Rung[]): void {
  output.line(`would ring ${rung.map(({ doorbell }) => doorbell).join(" and ")}:`);
  output.line(`  ${alert.title}`);
  for (const line of alert.body.split("\n")) output.line(`  ${line}`);
  output.line(`  priority ${alert.priority}, tags ${alert.tags.join(", ")}`);
}
