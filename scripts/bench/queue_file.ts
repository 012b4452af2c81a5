/**
 * Queues of many tasks that look like real ones. The same arguments give the same queue.
 *
 * @module
 */

/** A task of the queue, as far as the measurements need it. */
export interface BenchTask extends Record<string, unknown> {
  id: string;
  title: string;
  status: string;
}

const types = ["coding", "review", "research", "documentation", "infrastructure"];
const parts = ["login form", "invoice export", "search index", "retry queue", "audit log"];

/** A task that ended well some time ago, or, with `status`, one in another state. */
export function sampleTask(number: number, status = "completed"): BenchTask {
  const part = parts[number % parts.length] ?? "";
  const ended = status === "completed"
    ? { attempts: 1, last_attempt: 1, outcome: "completed", branch: `feat/task-${number}` }
    : {};
  return {
    id: `TASK-${String(number).padStart(6, "0")}`,
    title: `Mend the ${part} (${number})`,
    description: `The ${part} fails when a field is left out.`,
    status,
    type: types[number % types.length],
    dispatch: "exec",
    command: `./mend '${part}' ${number}`,
    max_attempts: 2,
    ...(number % 4 === 1 ? { depends_on: [`TASK-${String(number - 1).padStart(6, "0")}`] } : {}),
    quality_gates: ["npm test --silent"],
    metadata: { repo: "shop" },
    ...ended,
  };
}

/** Statuses of a long queue, by the last digit of a task's number. */
const mixture = [
  ...Array<string>(6).fill("completed"),
  ...Array<string>(3).fill("pending"),
  "escalated",
];

/** Tasks of a queue that is in use: most completed, many pending, some escalated. */
export function mixedTasks(count: number): BenchTask[] {
  return Array.from(
    { length: count },
    (_, number) => sampleTask(number, mixture[number % mixture.length]),
  );
}

/** Tasks that are all completed. */
export function completedTasks(count: number): BenchTask[] {
  return Array.from({ length: count }, (_, number) => sampleTask(number));
}

/** Text of a queue file. */
export function queueText(tasks: readonly BenchTask[]): string {
  return `${JSON.stringify({ tasks }, null, 2)}\n`;
}
