/**
 * Whether the sinks' receivers can be reached, and what they answer to a test.
 *
 * @module
 */
import type { ControllerContext } from "../../controller/context.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import { makeEvent, type ReadEvent } from "../../protocol/events.ts";
import { enabledSinks, settingsOfOne, type SinkName } from "../../sinks/enabled_sinks.ts";
import type { Delivered, Sink } from "../../sinks/sink.ts";
import { enabledNames } from "../../sinks/sink_status.ts";
import { filterDoubts } from "../filter_doubts.ts";
import { explainSetting } from "../explain_setting.ts";
import { type Finding, found } from "./finding.ts";

/** Milliseconds for looking up a name. */
const lookUpMs = 5000;

/** What every test says. */
const testMessage = "This is a test of macp doctor --send-test: nothing happened";

/** A sink that is enabled, or what keeps it from being made. */
type Made = { name: SinkName; sink: Sink } | { name: SinkName; finding: Finding };

/** Whether the receivers could be posted to: settings, names, addresses. Sends nothing. */
export async function checkReceivers(context: ControllerContext): Promise<Finding[]> {
  const { macp } = context.settings;
  const doubts = filterDoubts(macp, [...new Set([...enabledNames(macp), "stdout" as const])]);
  const reached = await Promise.all(
    makeSinks(context).map(async (made) => {
      if ("finding" in made) return made.finding;
      const check = checkOf(made.name);
      const reach = await made.sink.reach?.(context.world.clock.deadline(lookUpMs));
      if (reach === undefined) return found.ok(check, "runs the command of macp.exec.command");
      if (reach.problem !== null) return found.warn(check, reach.problem);
      return found.ok(check, `${reach.host} can be posted to, as far as its address tells`);
    }),
  );
  return [...reached, ...doubts.map((text) => found.warn("event filter", text))];
}

/** Sends a test to every sink that is enabled, and tells what each answered. */
export async function sendTests(context: ControllerContext): Promise<Finding[]> {
  const sinks = makeSinks(context);
  if (sinks.length === 0) {
    const hint = "Enable one, such as: macp.slack.enabled, with its address in macp.slack.url_env";
    return [found.fail("sinks", "no sink is enabled, so no test was sent", hint)];
  }
  return await Promise.all(sinks.map(async (made) => {
    if ("finding" in made) return made.finding;
    const { sink, name } = made;
    const { clock } = context.world;
    const event = testEvent(sink.audience, clock.now());
    const outcome = await sink.deliver(event, clock.deadline(sink.timeoutMs));
    const host = (await sink.reach?.(clock.deadline(lookUpMs)))?.host ?? "the command";
    return judgeTest(name, host, outcome);
  }));
}

function judgeTest(name: SinkName, host: string, outcome: Delivered): Finding {
  const check = checkOf(name);
  if ("reason" in outcome) return found.fail(check, `the test did not arrive: ${outcome.reason}`);
  return found.ok(check, `${host} took the test`);
}

/**
 * An event that is plainly a test. Programs get one that changes the state of no task;
 * people one that has a line and rings.
 */
export function testEvent(audience: Sink["audience"], now: number): ReadEvent {
  const forPeople = audience === "people";
  const event = makeEvent({
    event_type: forPeople ? "task.completed" : "task.progress",
    task_id: "MACP-TEST",
    status: forPeople ? "completed" : "running",
    source: "controller",
    message: testMessage,
    metadata: { test: true },
  }, now);
  return { ...event, metadata: { test: true } };
}

function checkOf(name: SinkName): string {
  return `sink.${name}`;
}

/** Every sink that posts or runs something, each made alone: one that is wrong hides no other. */
function makeSinks(context: ControllerContext): Made[] {
  const { settings: { macp } } = context;
  return enabledNames(macp).filter((name) => name !== "stdout").map((name): Made => {
    try {
      const [sink] = makeSink(context, name);
      if (sink !== undefined) return { name, sink };
      const message = "there is no address, so watch prints its lines";
      const hint = `Set macp.${name}.url_env to the variable that holds it`;
      return { name, finding: found.warn(checkOf(name), message, hint) };
    } catch (error) {
      const { paths } = context.store;
      const explained = explainSetting(error, { origins: {}, paths });
      const hints = explained instanceof MacpError ? explained.hints : [];
      const finding = found.fail(checkOf(name), messageOf(error));
      return {
        name,
        finding: hints.length === 0 ? finding : { ...finding, hint: hints.join("; ") },
      };
    }
  });
}

function makeSink({ world, store, settings }: ControllerContext, name: SinkName): Sink[] {
  const one = settingsOfOne(settings.macp, name);
  // A doorbell that a test rings.
  const doorbell = { ...one.doorbell, done_on: "completed" as const };
  return enabledSinks(world, { ...one, doorbell }, {
    repository: store.paths.repository,
    flags: [],
    json: false,
    print: () => {},
    // The event is our own, and what is printed is redacted there.
    redaction: { text: (text) => text, event: (event) => event },
  });
}
