/**
 * `macp status --watch`: drawn anew in a terminal, otherwise printed whenever something
 * changed.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { schemaVersion } from "../output.ts";
import { untilStopped } from "../until_stopped.ts";
import type { StatusLook, StatusReader } from "./overview.ts";

/** Milliseconds between looks. */
const lookMs = 1000;

/** What is shown, and how. What shows it once is loaded already and stays in one piece. */
export interface WatchedStatus {
  reader: StatusReader;
  lines: (look: StatusLook) => Promise<string[]>;
  document: (look: StatusLook) => Record<string, unknown>;
}

/** Shows the queue until a signal ends it or nobody reads any more; gives the exit code. */
export async function watchStatus(
  invocation: Invocation,
  status: WatchedStatus,
): Promise<number> {
  const watch = invocation.output.isLive ? drawStatus : printStatus;
  const { stopped } = await untilStopped(
    invocation.terminal,
    (stop) => watch(invocation, status, stop),
  );
  return stopped ?? exitCodes.done;
}

async function drawStatus(
  invocation: Invocation,
  { reader, lines: linesOf }: WatchedStatus,
  stop: AbortSignal,
): Promise<void> {
  const { LiveView } = await import("../live/live_view.ts");
  const { cutTo } = await import("../live/text_width.ts");
  const view = new LiveView(invocation, async ({ rows, columns }) => {
    const lines = await linesOf(await reader.look());
    const fitting = lines.map((line) => line.includes("\x1b") ? line : cutTo(line, columns - 1));
    if (lines.length <= rows) return fitting;
    const more = `… and ${lines.length - rows + 1} more lines`;
    return [...fitting.slice(0, rows - 1), cutTo(more, columns - 1)];
  }, { freeRows: 0, clockMs: lookMs });
  view.invocation.output.note(invocation.output.paint("dim", "Ctrl-C ends"));
  await untilAborted(stop);
  await view.end("leave");
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function printStatus(
  invocation: Invocation,
  { reader, lines: linesOf, document: documentOf }: WatchedStatus,
  stop: AbortSignal,
): Promise<void> {
  const { world: { clock }, output, terminal } = invocation;
  let told = "";
  while (!stop.aborted && !terminal.isAbandoned?.()) {
    const look = await reader.look();
    const document = { schema_version: schemaVersion, ...documentOf(look) };
    const text = JSON.stringify(document);
    if (text !== told && output.options.json) output.jsonLine(document);
    else if (text !== told) {
      if (told !== "") output.line();
      output.line(`at ${new Date(look.plan.now).toISOString()}`);
      for (const line of await linesOf(look)) output.line(line);
    }
    told = text;
    await clock.sleep(lookMs, stop);
  }
}
