/**
 * What calls of git do, told by their arguments.
 *
 * @module
 */

/** Verbs that change nothing, and may end with the program when a terminal is interrupted. */
const queries = [
  "cat-file",
  "check-ignore",
  "diff",
  "for-each-ref",
  "ls-files",
  "rev-list",
  "rev-parse",
  "status",
];

/** Verbs that write files into a checkout. */
const checkouts = ["checkout", "merge", "read-tree", "submodule", "switch", "worktree"];

/**
 * Whether a call only asks. A call that changes something runs in a session of its own,
 * so that no interrupt cuts it short; that takes some milliseconds more.
 */
export function isQuery(args: readonly string[]): boolean {
  const [verb = "", first] = withoutSettings(args);
  const lists = verb === "worktree" && first === "list" ||
    verb === "config" && first === "--list";
  return lists || queries.includes(verb);
}

/** A call without the settings that it begins with. */
function withoutSettings(args: readonly string[]): readonly string[] {
  return args[0] === "-c" ? withoutSettings(args.slice(2)) : args;
}

/** Whether a call writes files into a checkout. */
export function writesFiles(args: readonly string[]): boolean {
  return checkouts.includes(args[0] ?? "");
}

/** The checkout that a call changes: `worktree` names another than that which it runs in. */
export function placeOf(args: readonly string[], cwd: string): string {
  const named = args[0] === "worktree" ? args[args.indexOf("--") + 1] : undefined;
  return args.includes("--") && named !== undefined ? named : cwd;
}
