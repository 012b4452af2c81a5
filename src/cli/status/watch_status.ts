/**
 * `macp status --watch`: drawn anew in a terminal, otherwise printed whenever something
 * changed.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import type { OpenRepository } from "../open_repository.ts";
import { schemaVersion } from "../output.ts";
import { untilStopped } from "../until_stopped.ts";
import type { StatusReader } from "./overview.ts";
import { statusDocument } from "./status_document.ts";
import { statusLines } from "./status_lines.ts";

/** Milliseconds between looks. */
const lookMs = 1000;

/** Shows the queue until a signal ends it or nobody reads any more; gives the exit code. */
export async function watchStatus(
  invocation: Invocation,
  repository: OpenRepository,
  reader: StatusReader,
): Promise<number> {
  const watch = invocation.output.isLive ? drawStatus : printStatus;
  const { stopped } = await untilStopped(
    invocation.terminal,
    (stop) => watch(invocation, repository, { reader, stop }),
  );
  return stopped ?? exitCodes.done;
}

interface Watching {
  reader: StatusReader;
  stop: AbortSignal;
}

async function drawStatus(
  invocation: Invocation,
  repository: OpenRepository,
  { reader, stop }: Watching,
): Promise<void> {
  const { LiveView } = await import("../live/live_view.ts");
  const { cutTo } = await import("../live/text_width.ts");
  const view = new LiveView(invocation, async ({ rows, columns }) => {
    const lines = await statusLines(invocation, repository, await reader.look());
    const fitting = lines.map((line) => line.includes("\x1b") ? line : cutTo(line, columns - 1));
    if (lines.length <= rows) return fitting;
    const more = `… and ${lines.length - rows + 1} more lines`;
    return [...fitting.slice(0, rows - 1), cutTo(more, columns - 1)];
  }, { freeRows: 0, clockMs: lookMs });
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
  repository: OpenRepository,
  { reader, stop }: Watching,
): Promise<void> {
  const { world: { clock }, output, terminal } = invocation;
  let told = "";
  while (!stop.aborted && !terminal.isAbandoned?.()) {
    const look = await reader.look();
    const document = { schema_version: schemaVersion, ...statusDocument(repository, look) };
    const text = JSON.stringify(document);
    if (text !== told && output.options.json) output.jsonLine(document);
    else if (text !== told) {
      if (told !== "") output.line();
      output.line(`at ${new Date(look.plan.now).toISOString()}`);
      for (const line of await statusLines(invocation, repository, look)) output.line(line);
    }
    told = text;
    await clock.sleep(lookMs, stop);
  }
}
