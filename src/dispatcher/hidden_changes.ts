/**
 * Ways in which a worker can hide from git what its gates would see: the branch would
 * then not hold what was judged.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import type { Files } from "../sys/files.ts";

/** Settings that change what git sees, in a checkout or everywhere. */
const telling = [
  "core.attributesfile",
  "core.bare",
  "core.excludesfile",
  "core.filemode",
  "core.sparsecheckout",
  "core.worktree",
  "extensions.worktreeconfig",
  "include.path",
];

/** What decides, beside the files of a checkout, what git sees in it: name and value. */
export type GitView = Readonly<Record<string, string>>;

/** Reads it from the repository's git folder. */
export function readGitView(files: Files, repository: string): GitView {
  const folder = join(repository, ".git");
  const textOf = (name: string) => {
    const path = join(folder, name);
    return files.stat(path)?.kind === "file" ? files.readText(path) : "";
  };
  return {
    ...parseGitConfig(textOf("config")),
    "info/exclude": textOf("info/exclude"),
    "info/attributes": textOf("info/attributes"),
  };
}

/** The telling settings of a configuration file of git (git-config(1), syntax). */
export function parseGitConfig(text: string): GitView {
  const found: Record<string, string> = {};
  let section = "";
  for (const line of text.split("\n")) {
    const header = /^\s*\[\s*([\w.-]+)/.exec(line);
    if (header) section = (header[1] ?? "").toLowerCase().replace(/^includeif$/, "include");
    const entry = /^\s*(?:\[[^\]]*\]\s*)?([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line);
    const key = `${section}.${(entry?.[1] ?? "").toLowerCase()}`;
    if (telling.includes(key)) found[key] = `${found[key] ?? ""}${entry?.[2]?.trim() ?? "true"};`;
  }
  return found;
}

/** Names of what differs. */
export function changedViews(before: GitView, after: GitView): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}

/** Settings under which no worktree can be used: every call would look elsewhere. */
export function unusableView(view: GitView): string | null {
  if (view["core.worktree"] !== undefined) return "core.worktree";
  return view["core.bare"]?.includes("true") ? "core.bare" : null;
}

/** Whether files are left out of checkouts rightly; a worktree may have its own setting. */
export function isSparse(view: GitView): boolean {
  return view["core.sparsecheckout"] !== undefined ||
    view["extensions.worktreeconfig"] !== undefined;
}

/**
 * Files that git was told not to look at (git-update-index(1), assume-unchanged and
 * skip-worktree).
 *
 * @param sparse Whether a sparse checkout leaves files out rightly.
 */
export async function unwatchedFiles(git: Git, sparse: boolean): Promise<string[]> {
  return unwatchedAmong(await listTracked(git), sparse);
}

/** Paths that git tracks, each behind the letter of its state. */
export async function listTracked(git: Git): Promise<string> {
  return await git.read(["ls-files", "-v", "-z"]);
}

/** Pure reader of that list; see `unwatchedFiles`. */
export function unwatchedAmong(tracked: string, sparse: boolean): string[] {
  return tracked.split("\0").filter((row) =>
    /^[a-z] /.test(row) || (!sparse && row.startsWith("S "))
  )
    .map((row) => row.slice(2));
}
