/**
 * Reader of `git status --porcelain=v2 --branch -z`.
 *
 * @module
 */
import type { Git } from "./git.ts";

/** What a checkout holds beside its commit. */
export interface CheckoutStatus {
  /** Commit of HEAD; null before the first commit. */
  head: string | null;
  /** Branch of HEAD; null when detached. */
  branch: string | null;
  /** Paths that git tracks and that differ from HEAD. */
  changed: string[];
  /** Submodules among them that hold changes of which no commit of theirs knows. */
  dirtySubmodules: string[];
  /** Paths with merge conflicts. */
  unmerged: string[];
  /** Files that git neither tracks nor ignores. */
  untracked: string[];
  /** Repositories inside the checkout that are no submodules. */
  nestedRepositories: string[];
  /** Files that git ignores, and folders of them with a slash at the end; when asked for. */
  ignored: string[];
}

/**
 * Reads the status of the client's checkout. Throws `MacpError`.
 *
 * @param about.ignored Whether to look at what git ignores, too.
 */
export async function readStatus(
  git: Git,
  about: { ignored?: boolean } = {},
): Promise<CheckoutStatus> {
  const output = await git.read([
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=none",
    ...(about.ignored ? ["--ignored=matching"] : []),
  ]);
  return parseStatus(output);
}

/** Pure reader of the output (git-status(1), porcelain format version 2). */
export function parseStatus(output: string): CheckoutStatus {
  const status: CheckoutStatus = {
    head: null,
    branch: null,
    changed: [],
    dirtySubmodules: [],
    unmerged: [],
    untracked: [],
    nestedRepositories: [],
    ignored: [],
  };
  const fields = output.split("\0");
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? "";
    const rest = field.slice(2);
    switch (field[0]) {
      case "#":
        readHeader(status, rest);
        break;
      case "1":
        status.changed.push(pathAfter(rest, 7));
        if (/^.. S.(?:M.|.U)/.test(rest)) status.dirtySubmodules.push(pathAfter(rest, 7));
        break;
      case "2":
        status.changed.push(pathAfter(rest, 8), fields[++i] ?? "");
        break;
      case "u":
        status.unmerged.push(pathAfter(rest, 9));
        break;
      case "?":
        (rest.endsWith("/") ? status.nestedRepositories : status.untracked).push(rest);
        break;
      case "!":
        status.ignored.push(rest);
        break;
    }
  }
  return status;
}

function readHeader(status: CheckoutStatus, header: string): void {
  const [name, value = ""] = header.split(" ");
  if (name === "branch.oid" && value !== "(initial)") status.head = value;
  if (name === "branch.head" && value !== "(detached)") status.branch = value;
}

/** The path behind `count` fields that are separated by single spaces. */
function pathAfter(text: string, count: number): string {
  return text.split(" ").slice(count).join(" ");
}

/** Whether anything is left that no commit holds. */
export function isDirty(status: CheckoutStatus): boolean {
  return status.changed.length + status.unmerged.length + status.untracked.length +
      status.nestedRepositories.length > 0;
}
