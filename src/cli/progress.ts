/**
 * What a run shows while it works: plain lines for a pipe, JSON lines with `--json`,
 * and in a terminal one live line below them.
 *
 * @module
 */
import type { TaskEvent } from "../protocol/generated/types.ts";
import type { Invocation } from "./command.ts";
import { type Color } from "./output.ts";
import { oneLine } from "../protocol/text.ts";

/** Milliseconds between two looks of the live line. */
const redrawMs = 500;

/** Shows the progress of a run. */
export interface Progress {
  event: (event: TaskEvent) => void;
  note: (text: string) => void;
  /** Takes the live line away. */
  end: () => void;
}

const colors: Partial<Record<TaskEvent["event_type"], Color>> = {
  "task.completed": "green",
  "task.failed": "red",
  "task.escalated": "red",
  "task.retry.scheduled": "yellow",
  "rail.check.passed": "green",
  "rail.check.failed": "red",
};

/** Shows the progress of a run in the way that suits the output. */
export function createProgress({ output, terminal, world }: Invocation): Progress {
  if (output.options.json) {
    return {
      event: (event) => output.jsonLine(event),
      note: (text) => terminal.writeError(`${output.options.redaction.text(text)}\n`),
      end: () => {},
    };
  }
  const live = terminal.isTerminal && !output.options.quiet && world.env.TERM !== "dumb"
    ? createLiveLine({ output, terminal, world })
    : null;
  const line = (text: string) => {
    live?.clear();
    output.note(text);
    live?.draw();
  };
  return {
    event: (event) => {
      live?.show(event);
      const type = event.event_type;
      const text = `${event.timestamp.slice(11, 19)}  ${event.task_id}  ${type}  ${
        oneLine(event.message, 200)
      }`;
      line(output.paint(colors[type] ?? "dim", text));
    },
    note: line,
    end: () => live?.end(),
  };
}

function createLiveLine(
  { terminal, world, output }: Pick<Invocation, "output" | "terminal" | "world">,
) {
  const ended = new AbortController();
  let current: TaskEvent | null = null;
  let since = 0;
  const clear = () => terminal.write("\r\x1b[2K");
  const draw = () => {
    if (current === null || ended.signal.aborted) return;
    const { attempt, max_attempts: most } = current.metadata ?? {};
    const seconds = Math.floor((world.clock.elapsed() - since) / 1000);
    const phase = current.event_type.replace(/^(task|rail\.check)\./, "");
    const text = `${current.task_id} · attempt ${attempt}/${most} · ${phase} · ${seconds}s`;
    clear();
    terminal.write(output.paint("dim", oneLine(text, terminal.columns() - 1)));
  };
  const redraw = async () => {
    while (!ended.signal.aborted) {
      await world.clock.sleep(redrawMs, ended.signal);
      draw();
    }
  };
  void redraw();
  return {
    clear,
    draw,
    show(event: TaskEvent) {
      if (event.event_type === "task.assigned") since = world.clock.elapsed();
      const over = /^task\.(completed|failed|escalated|retry)/.test(event.event_type);
      current = over ? null : event;
    },
    end() {
      if (!ended.signal.aborted) clear();
      ended.abort();
    },
  };
}
