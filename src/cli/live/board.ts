/**
 * What stands on the live view, and how it follows from events. Pure.
 *
 * @module
 */
import type { ReadEvent } from "../../protocol/events.ts";

/** A gate of an attempt. */
export interface BoardGate {
  command: string;
  state: "ahead" | "running" | "passed" | "failed" | "broken";
}

/** One attempt under way. Texts are on one line and hold no secrets. */
export interface BoardAttempt {
  /** Id of the task as the queue has it. */
  key: string;
  id: string;
  title: string;
  /** What it does now, in a word or two. */
  phase: string;
  /** Attempts that were spent, this one included, and how many may be; null when not known. */
  attempt: number | null;
  maxAttempts: number | null;
  /** Milliseconds that it runs. */
  elapsedMs: number;
  gates: BoardGate[];
  /** The last thing that it said, or null. */
  said: string | null;
}

/** How many tasks stand where. */
export interface BoardCounts {
  ready: number;
  /** In back-off, behind a hold, or behind a task that is still to come. */
  waiting: number;
  /** Behind a task that failed or escalated. */
  blocked: number;
  /** Escalated, or wrong as they stand. */
  needsPerson: number;
  failed: number;
  completed: number;
  /** Milliseconds until the first back-off or hold ends that lets a task run; null without one. */
  wakeMs: number | null;
}

/** All of it. */
export interface Board {
  attempts: readonly BoardAttempt[];
  counts: BoardCounts;
  /** Lines about what else goes on, for example sinks. */
  remarks: readonly string[];
}

/** What the events of an attempt told: its gates, and what it said of its progress. */
export interface AttemptStory {
  gates: BoardGate[];
  progress: string | null;
}

/** Follows the attempts under way from event to event. */
export class Stories {
  readonly #stories = new Map<string, AttemptStory>();

  /** Takes the next event. */
  take({ event_type, task_id, message, metadata }: ReadEvent): void {
    const story = this.#stories.get(task_id) ?? { gates: [], progress: null };
    const gate = typeof metadata.gate === "string" ? metadata.gate : "";
    const outcome = metadata.gate_outcome === "broken" ? "broken" : "failed";
    switch (event_type) {
      case "task.assigned":
      case "task.gated":
        return void this.#stories.set(task_id, { gates: [], progress: null });
      case "task.progress":
        story.progress = message;
        break;
      case "rail.check.started":
        story.gates.push({ command: gate, state: "running" });
        break;
      case "rail.check.passed":
      case "rail.check.failed":
        settle(story, gate, event_type === "rail.check.passed" ? "passed" : outcome);
        break;
      case "task.completed":
      case "task.failed":
      case "task.escalated":
      case "task.retry.scheduled":
        return void this.#stories.delete(task_id);
    }
    this.#stories.set(task_id, story);
  }

  /** What was told of a task since its attempt began. */
  of(id: string): AttemptStory {
    return this.#stories.get(id) ?? { gates: [], progress: null };
  }

  /** Forgets tasks that are not under way. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#stories.keys()) if (!ids.has(id)) this.#stories.delete(id);
  }
}

function settle({ gates }: AttemptStory, command: string, state: BoardGate["state"]): void {
  const found = gates.findLast((gate) => gate.command === command && gate.state === "running");
  if (found) found.state = state;
  else gates.push({ command, state });
}

/** Gates as they were told, and those still to come of all that the task has. */
export function withGatesAhead(
  told: readonly BoardGate[],
  commands: readonly string[],
): BoardGate[] {
  const ahead = commands.slice(told.length);
  return [...told, ...ahead.map((command) => ({ command, state: "ahead" as const }))];
}
