/**
 * What a run shows on a terminal while it works.
 *
 * @module
 */
import type { Invocation } from "../command.ts";

import type { OpenRepository } from "../open_repository.ts";
import { eventLine, type Progress } from "../progress_lines.ts";
import { endLine } from "./end_line.ts";
import { LiveView } from "./live_view.ts";
import { Lookout } from "./look.ts";
import { marksFor } from "./marks.ts";
import { renderBoard } from "./render_board.ts";
import { wrapTo } from "./text_width.ts";

/** Shows what runs, and above it how each attempt ended. */
export function liveProgress(invocation: Invocation, repository: OpenRepository): Progress {
  const { world, output: { options: { verbose } } } = invocation;
  const lookout = new Lookout(world, repository);
  const view = new LiveView(
    invocation,
    async (canvas) => renderBoard(await lookout.look(), canvas),
  );
  const { output } = view.invocation;
  const paint = output.paint.bind(output);
  const marks = marksFor(world.env);
  // A terminal breaks lines anywhere, also in the middle of a word.
  const say = (text: string) =>
    wrapTo(text, invocation.terminal.columns()).forEach((line) => output.note(line));
  return {
    event(event) {
      const line = endLine({ ...event, metadata: event.metadata ?? {} }, {
        marks,
        paint,
        redact: (text) => repository.redactor.text(text),
        now: world.clock.now(),
      }) ?? (verbose ? eventLine(output, event) : null);
      if (line !== null) say(line);
      view.touch();
    },
    note: say,
    end: () => view.end(),
  };
}
