/**
 * What a run shows while it works: plain lines for a pipe, JSON lines with `--json`, and in
 * a terminal a live view, which is loaded only there.
 *
 * @module
 */
import type { TaskEvent } from "../protocol/generated/types.ts";
import type { Invocation } from "./command.ts";
import { eventLine } from "./event_line.ts";
import type { OpenRepository } from "./open_repository.ts";

/** Shows the progress of a run. */
export interface Progress {
  event: (event: TaskEvent) => void;
  note: (text: string) => void;
  /** Takes away what is drawn anew. */
  end: () => Promise<void> | void;
}

/** Shows the progress of a run in the way that suits the output. */
export async function createProgress(
  invocation: Invocation,
  repository: OpenRepository,
): Promise<Progress> {
  if (!invocation.output.isLive) return lineProgress(invocation);
  const { liveProgress } = await import("./live/live_progress.ts");
  return liveProgress(invocation, repository);
}

/** Shows each event in a line of its own, in a terminal too. */
export function lineProgress({ output, terminal }: Invocation): Progress {
  if (output.options.json) {
    return {
      event: (event) => output.jsonLine(event),
      note: (text) => terminal.writeError(`${output.options.redaction.text(text)}\n`),
      end: () => {},
    };
  }
  return {
    event: (event) => output.note(eventLine(output, event)),
    note: (text) => output.note(text),
    end: () => {},
  };
}
