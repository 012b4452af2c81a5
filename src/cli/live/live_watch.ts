/**
 * What `macp watch` shows on a terminal: what runs, and how far each sink is.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { describeSink, isTold, lookAtSinks, newError } from "../describe_sinks.ts";
import type { OpenRepository } from "../open_repository.ts";
import { LiveView } from "./live_view.ts";
import { Lookout } from "./look.ts";
import { renderBoard } from "./render_board.ts";

/** Begins to show it, below all that is printed by the view's `invocation`. */
export function liveWatch(invocation: Invocation, repository: OpenRepository): LiveView {
  const { world, output } = invocation;
  const lookout = new Lookout(world, repository);
  return new LiveView(invocation, async (canvas) => {
    const { sinks } = await lookAtSinks(world, repository);
    const remarks = sinks.filter((sink) => isTold(sink, world.clock.now())).map((sink) => {
      const isBad = sink.disabled !== null || newError(sink) !== null;
      const mark = isBad ? canvas.marks.failed : canvas.marks.next;
      return output.options.redaction.text(
        `${mark} ${sink.name}: ${describeSink(sink, world.clock.now())}`,
      );
    });
    return renderBoard(await lookout.look(remarks), canvas);
  }, { clockMs: 1000 });
}
