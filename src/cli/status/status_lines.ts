/**
 * What `macp status` prints for people, with what is loaded only where it is needed.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { oneLine } from "../../protocol/text.ts";
import { marksFor } from "../live/marks.ts";
import type { OpenRepository } from "../open_repository.ts";
import type { StatusLook } from "./overview.ts";
import { narrowFit, renderStatus, type StatusPage } from "./render_status.ts";

/** Columns for what is aligned to the right where there is no terminal. */
const usualColumns = 100;
/** What takes one column each. */
// deno-lint-ignore no-control-regex
const narrow = /^[\x1b\x20-\x7e…·→▸│✓✗●○]*$/;

/** The lines, as wide as the terminal at most. */
export async function statusLines(
  { terminal, output, world }: Pick<Invocation, "terminal" | "output" | "world">,
  { settings, paths, redactor }: OpenRepository,
  look: StatusLook,
): Promise<string[]> {
  const paint: StatusPage["paint"] = (color, text) => output.paint(color, text);
  const columns = terminal.isTerminal ? terminal.columns() : Infinity;
  const marks = marksFor(world.env);
  const page: StatusPage = {
    columns,
    paint,
    fit: narrowFit,
    say: (text, most) => oneLine(redactor.text(text), most),
    running: [],
    sinks: [],
    disabled: settings.enabled ? null : paths.config,
    mark: marks.next,
  };
  if (look.attempts.length > 0) {
    const { attemptLines } = await import("../live/render_board.ts");
    const wide = Math.min(columns, usualColumns);
    const canvas = { columns: wide, rows: Infinity, marks, paint };
    page.running = look.attempts.flatMap((attempt) => {
      const { head, gates, said } = attemptLines(attempt, canvas);
      return [...head, ...gates, ...said];
    });
  }
  if (look.sinks.length > 0) {
    const { describeSink, isTold, newError } = await import("../describe_sinks.ts");
    page.sinks = look.sinks.filter((sink) => isTold(sink, look.plan.now)).map((sink) => {
      const isBad = sink.disabled !== null || newError(sink) !== null;
      return `sink ${isBad ? paint("red", sink.name) : sink.name}: ${
        describeSink(sink, look.plan.now)
      }`;
    });
  }
  const lines = renderStatus(look, page);
  if (lines.every((line) => narrow.test(line))) return lines;
  const { cutTo, widthOf } = await import("../live/text_width.ts");
  return renderStatus(look, { ...page, fit: { cutTo, widthOf } });
}
