/**
 * What a run shows while it works: plain lines for a pipe, JSON lines with `--json`,
 * and in a terminal live lines below them, one for each attempt under way.
 *
 * @module
 */
import type { TaskEvent } from "../protocol/generated/types.ts";
import type { Invocation } from "./command.ts";
import { type Color } from "./output.ts";
import { oneLine, printable } from "../protocol/text.ts";

/** Milliseconds between two looks of the live lines. */
const redrawMs = 500;

/** Shows the progress of a run. */
export interface Progress {
  event: (event: TaskEvent) => void;
  note: (text: string) => void;
  /** Takes the live lines away. */
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
      note: (text) => terminal.writeError(`${printable(output.options.redaction.text(text))}\n`),
      end: () => {},
    };
  }
  const live = terminal.isTerminal && !output.options.quiet && world.env.TERM !== "dumb"
    ? createLiveLines({ output, terminal, world })
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

/** One line for each attempt under way, below all else. */
function createLiveLines(
  { terminal, world, output }: Pick<Invocation, "output" | "terminal" | "world">,
) {
  const ended = new AbortController();
  const attempts = new Map<string, { event: TaskEvent; since: number }>();
  let drawn = 0;
  const clear = () => {
    if (drawn === 0) return;
    const up = drawn > 1 ? `\x1b[${drawn - 1}A` : "";
    terminal.write(`\r${up}\x1b[J`);
    drawn = 0;
  };
  const draw = () => {
    clear();
    if (ended.signal.aborted || attempts.size === 0) return;
    const now = world.clock.elapsed();
    const lines = [...attempts.values()].map(({ event, since }) =>
      oneLine(describeAttempt(event, now - since), terminal.columns() - 1)
    );
    terminal.write(lines.map((line) => output.paint("dim", line)).join("\n"));
    drawn = lines.length;
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
      const over = /^task\.(completed|failed|escalated|retry)/.test(event.event_type);
      const known = attempts.get(event.task_id);
      if (over) attempts.delete(event.task_id);
      else if (event.event_type === "task.assigned" || known) {
        attempts.set(event.task_id, { event, since: known?.since ?? world.clock.elapsed() });
      }
    },
    end() {
      clear();
      ended.abort();
    },
  };
}

function describeAttempt(event: TaskEvent, elapsedMs: number): string {
  const { attempt, max_attempts: most } = event.metadata ?? {};
  const seconds = Math.floor(elapsedMs / 1000);
  return `${event.task_id} · attempt ${attempt}/${most} · ${seconds}s · ${phaseOf(event)}`;
}

function phaseOf({ event_type, message, metadata }: TaskEvent): string {
  if (event_type === "task.progress") return message;
  const check = /^rail\.check\.(.*)/.exec(event_type)?.[1];
  if (check === undefined) return event_type.replace("task.", "");
  return `gate ${check}: ${String(metadata?.gate ?? "")}`;
}
