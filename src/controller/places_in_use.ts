/**
 * Worktrees and branches that attempts under way have.
 *
 * @module
 */
import { taskPlace } from "../dispatcher/worktree_place.ts";
import { realPathOf } from "../sys/real_path.ts";
import type { RunningAttempt, State, Task } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import { idOf, statusOf } from "../protocol/task.ts";
import type { Queue } from "../store/queue.ts";
import type { ControllerContext } from "./context.ts";
import { taskBranch } from "./task_branch.ts";

/** Names of tasks by id, made once. */
export class KnownNames {
  readonly #names = new Map<string, TaskNames>();

  /** Makes those of every pending task. */
  async learn(queue: Queue): Promise<void> {
    for (const raw of queue.tasks) {
      const id = idOf(raw);
      if (id === null || statusOf(raw) !== "pending" || this.#names.has(id)) continue;
      this.#names.set(id, await taskNames(id));
    }
  }

  /** Those of a task, or undefined when they were not made. */
  of(id: string): TaskNames | undefined {
    return this.#names.get(id);
  }
}

/**
 * Tells whether a valid task that runs in a worktree would meet an attempt under way there
 * or in its branch. A task whose names are not known meets nobody.
 */
export function placesInUse(
  context: Pick<ControllerContext, "git" | "settings" | "redactor">,
  { running }: Pick<State, "running">,
  names: Pick<KnownNames, "of">,
): (task: Task) => boolean {
  const attempts = Object.values(running);
  const places = valuesOf(attempts, "worktree");
  const branches = valuesOf(attempts, "branch");
  const real = remembered((path) => realOrSame(context, path));
  return (task) => {
    const known = names.of(task.id);
    if (known === undefined || attempts.length === 0) return false;
    return branches.has(taskBranch(context, task, known)) ||
      places.has(real(taskPlace(context.git, context.settings, task, known).path));
  };
}

function valuesOf(
  attempts: readonly RunningAttempt[],
  name: "worktree" | "branch",
): ReadonlySet<string> {
  return new Set(attempts.flatMap((attempt) => attempt[name] ?? []));
}

function remembered(make: (key: string) => string): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

/** Where no link can be followed nothing can stand; the dispatcher says so. */
function realOrSame({ git: { world } }: Pick<ControllerContext, "git">, path: string): string {
  try {
    return realPathOf(world.files, path);
  } catch {
    return path;
  }
}
