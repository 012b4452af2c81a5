/**
 * Standard output: the lines that Discord would get, or the events themselves.
 *
 * @module
 */
import { formatEvent } from "../events/format_event.ts";
import { visibleJson } from "../events/visible_json.ts";
import { messageOf } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/names.ts";
import { identified } from "./event_identity.ts";
import { formattedTypes } from "./discord.ts";
import { passesFilter, type Sink } from "./sink.ts";

/** How events are printed. */
export interface PrintSettings {
  format: "text" | "json";
  eventFilter: readonly string[] | null;
  /** Prints a line. */
  print(line: string): void;
}

/** A sink that prints. */
export function stdoutSink({ format, eventFilter, print }: PrintSettings): Sink {
  const filter = eventFilter ?? (format === "text" ? formattedTypes : null);
  return {
    name: "stdout",
    audience: "programs",
    eventFilter: filter,
    isInstant: true,
    retryCount: 0,
    timeoutMs: 60_000,
    fingerprint: async () => (await sha256Hex(format)).slice(0, 16),
    accepts: ({ event_type }) => passesFilter(filter, event_type),
    async deliver(event, _signal, earlier = 0) {
      const line = format === "json"
        ? visibleJson(await identified(event))
        : formatEvent(event, { earlier });
      if (line === null) return { kind: "skipped" };
      try {
        print(line);
        return { kind: "delivered" };
      } catch (error) {
        const reason = `standard output takes nothing: ${messageOf(error)}`;
        return { kind: "retry", reason, afterMs: null };
      }
    },
  };
}
