/**
 * The work of `macp demo`: plain shell in the place of an agent.
 *
 * @module
 */

/** A task as `status --json` shows it at the end. */
export interface ShownTask {
  id: string;
  status: string;
  outcome: string;
  attempts: number;
}

/** A task of the demo. */
export interface DemoTask {
  id: string;
  title: string;
  command: string;
  gate: string;
  /** Further options of `submit`. */
  more?: string[];
  expected: Omit<ShownTask, "id">;
}

/** The tasks that are submitted. */
export const demoTasks: readonly DemoTask[] = [
  {
    id: "greet",
    title: "Add a greeting",
    command: 'echo "Hello from $MACP_TASK_ID" > greeting.txt && git add . && ' +
      'git -c user.name=demo -c user.email=demo@localhost commit -qm "feat: greet"',
    gate: "grep -q Hello greeting.txt",
    more: ["--type", "coding"],
    expected: { status: "completed", outcome: "completed", attempts: 1 },
  },
  {
    id: "fix",
    title: "Fix what the gate finds",
    // The first attempt knows nothing; the second reads what the gate said.
    command: 'if [ -n "$MACP_PREVIOUS_FAILURE_FILE" ]; ' +
      `then sed -n 's/.*wanted: \\([a-z]*\\).*/\\1/p' "$MACP_PREVIOUS_FAILURE_FILE" | head -n 1 > answer.txt; ` +
      "else echo wrong > answer.txt; fi",
    gate: 'grep -qx right answer.txt || { echo "wanted: right"; exit 1; }',
    more: ["--type", "coding", "--max-attempts", "2"],
    expected: { status: "completed", outcome: "completed", attempts: 2 },
  },
  {
    id: "shout",
    title: "Build on the greeting",
    command: "tr a-z A-Z < greeting.txt > shout.txt",
    gate: "grep -q HELLO shout.txt",
    more: ["--type", "coding", "--depends-on", "greet"],
    expected: { status: "completed", outcome: "completed", attempts: 1 },
  },
  {
    id: "untested",
    title: "Work whose gate cannot run",
    command: "echo done > work.txt",
    gate: "no-such-test-runner --all",
    expected: { status: "escalated", outcome: "gate_broken", attempts: 1 },
  },
];

/** A task in the form of the older implementation: no dispatch, run in the checkout. */
export const legacyTask = {
  id: "legacy",
  title: "A task of the older implementation",
  status: "pending",
  command: "echo legacy work",
  quality_gates: ["test -d .git"],
};

/** How each task must stand at the end, in the order of the queue. */
export const expectedTasks: readonly ShownTask[] = [
  ...demoTasks.map(({ id, expected }) => ({ id, ...expected })),
  { id: legacyTask.id, status: "completed", outcome: "completed", attempts: 1 },
];

/** Configuration of the demo's repository. */
export function demoConfig(worktreeBase: string): string {
  return `{
  "enabled": true,
  "macp": {
    "worktree_base": ${JSON.stringify(worktreeBase)},
    "retry_backoff_seconds": 1, // so that the demo is short
  },
}
`;
}
