/**
 * The event file, and how the sinks stand that read it.
 *
 * @module
 */
import type { ControllerContext } from "../../controller/context.ts";
import { endsOpen, isThere } from "../../events/event_log.ts";
import type { SinkStatus } from "../../sinks/sink_status.ts";
import type { Files } from "../../sys/files.ts";
import { describeSink, lookAtSinks, newError } from "../describe_sinks.ts";
import { type Finding, found } from "./finding.ts";

/** Bytes that wait for a sink above which it is told of. */
const muchBytes = 1024 ** 2;

/** Size of the event file, and how each sink stands. */
export async function checkEvents(
  { store: { paths }, settings, world }: ControllerContext,
): Promise<Finding[]> {
  const { sinks, fault, doubt } = await lookAtSinks(world, { paths, settings });
  return [
    checkEnd(world.files, paths.events),
    ...fault === null ? [] : [
      found.fail("sinks", fault),
    ],
    ...doubt === null ? [] : [found.warn("quiet hours", doubt)],
    ...sinks.map((sink) => judgeSink(sink, world.clock.now())),
    ...sinks.length > 0 ? [] : [found.ok("sinks", "no sink is enabled, and none has read events")],
  ];
}

/** Size of the event file, and whether its last line is whole. */
function checkEnd(files: Files, path: string): Finding {
  if (!isThere(files, path)) return found.ok("events", "0 bytes");
  const file = files.open(path, { read: true });
  try {
    const { size } = file.stat();
    return endsOpen(file)
      ? found.warn(
        "events",
        "the last line is cut off",
        "macp ends it before the next event; macp validate tells whether one is lost",
      )
      : found.ok("events", `${size} bytes`);
  } finally {
    file.close();
  }
}

/**
 * What is to be done about a sink.
 *
 * @param now Milliseconds since the epoch.
 */
export function judgeSink(sink: SinkStatus, now: number): Finding {
  const check = `sink.${sink.name}`;
  const message = describeSink(sink, now);
  if (sink.disabled) {
    const address = `Give macp.${sink.name} the address that is right now`;
    const way = `macp redrive ${sink.name} enables it once an event arrives`;
    return found.warn(check, message, `${address}; where it is right, ${way}`);
  }
  if (newError(sink)) return found.warn(check, message, "macp doctor --send-test tries it");
  if (sink.dead_letters.events > 0) {
    return found.warn(check, message, `macp redrive ${sink.name} sends them again`);
  }
  if (sink.dead_letters.unreadable > 0) {
    return found.warn(check, message, "Mend or remove those lines: nothing else will");
  }
  const lag = sink.lag_bytes ?? 0;
  if (lag <= muchBytes) return found.ok(check, message);
  const flag = sink.enabled || sink.name === "exec" || sink.name === "stdout"
    ? ""
    : ` --${sink.name}`;
  return found.warn(check, message, `macp watch --once${flag} delivers`);
}
