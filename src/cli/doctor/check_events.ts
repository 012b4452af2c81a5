/**
 * The event file, and how far each sink has read it.
 *
 * @module
 */
import { join } from "@std/path";
import type { ControllerContext } from "../../controller/context.ts";
import { messageOf } from "../../protocol/errors.ts";
import { isRecord } from "../../protocol/events.ts";
import { validateCursor } from "../../protocol/generated/validators.js";
import { faultsOf } from "../../protocol/validation.ts";
import { readText } from "../../store/read_json.ts";
import { type Finding, found } from "./finding.ts";

/** Bytes that wait for a sink above which it is told of. */
const muchBytes = 1024 ** 2;

/** Size of the event file, and the lag of each sink. */
export function checkEvents({ store: { paths }, world: { files } }: ControllerContext): Finding[] {
  const size = files.stat(paths.events)?.size ?? 0;
  const findings = [found.ok("events", `${size} bytes`)];
  const path = join(paths.folder, "event_cursor.json");
  const text = readText(files, path);
  if (text === null) return [...findings, found.ok("sinks", "no sink has read events yet")];
  try {
    const cursors: unknown = JSON.parse(text);
    if (faultsOf(validateCursor, cursors).length > 0) throw new Error("it does not fit its schema");
    return [...findings, ...lagsOf(cursors, size)];
  } catch (error) {
    const hint = "Move it away; sinks then begin anew";
    return [...findings, found.fail("sinks", `${path} cannot be used: ${messageOf(error)}`, hint)];
  }
}

/** The lag of each cursor, in bytes. */
export function lagsOf(cursors: unknown, size: number): Finding[] {
  const offsets = typeof cursors === "number"
    ? [["(older form)", cursors] as const]
    : Object.entries(isRecord(cursors) && isRecord(cursors.sinks) ? cursors.sinks : {})
      .map(([name, cursor]) => [name, isRecord(cursor) ? Number(cursor.offset) : 0] as const);
  return offsets.map(([name, offset]) => {
    const lag = Math.max(0, size - offset);
    const message = `${name} lags ${lag} bytes behind`;
    return lag > muchBytes
      ? found.warn("sinks", message, "macp watch --once delivers")
      : found.ok("sinks", message);
  });
}
