/**
 * Finding the repository that a folder belongs to.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { MacpError } from "../protocol/errors.ts";
import type { Git } from "./git.ts";
import { parseWorktreeList } from "./worktree_list.ts";

/** A repository with a main checkout. */
export interface Repository {
  /** Main checkout, also when asked from a linked worktree. */
  root: string;
  /** Whether there is a commit at all where it was asked. */
  hasCommit: boolean;
}

/**
 * The repository of the client's folder. Inside a linked worktree it is the main
 * checkout.
 *
 * Throws `MacpError` of kind usage when there is none, it is bare, or its settings name a
 * checkout elsewhere.
 */
export async function findRepository(git: Git): Promise<Repository> {
  const { code, stdout, stderr } = await git.run([
    "rev-parse",
    "--path-format=absolute",
    "--is-bare-repository",
    "--git-dir",
    "--git-common-dir",
    "--show-toplevel",
    "HEAD",
  ]);
  const lines = stdout.split("\n");
  const [bare, gitFolder, commonFolder, toplevel, commit = ""] = lines;
  // Before the first commit git gives everything but that.
  const unborn = code !== 0 && commit === "HEAD";
  if (bare === "true") throw bareError(git.cwd);
  if ((code !== 0 && !unborn) || !gitFolder || !commonFolder) throw noRepository(git.cwd, stderr);
  if (lines.length > 6) {
    throw new MacpError(
      "usage",
      `Cannot use a repository as its path holds a line break: ${git.cwd}`,
      {
        code: "unusable_path",
        hints: ["Move it to a path without one"],
      },
    );
  }
  if (!toplevel) {
    throw new MacpError("usage", `Cannot use ${git.cwd} as it is inside a .git folder`, {
      code: "inside_git_folder",
      hints: ["Call macp in a checkout, or name it with --repo"],
    });
  }
  if (gitFolder !== commonFolder) {
    return { root: await mainCheckout(git, commonFolder), hasCommit: !unborn };
  }
  await refuseElsewhere(git, commonFolder, toplevel);
  return { root: toplevel, hasCommit: !unborn };
}

/**
 * Git takes the folder that `core.worktree` names for the checkout, as it must in a submodule,
 * whose git folder stands elsewhere. Beside a `.git` the state of macp and all work is missed.
 */
async function refuseElsewhere(git: Git, gitFolder: string, toplevel: string): Promise<void> {
  if (basename(gitFolder) !== ".git" || dirname(gitFolder) === toplevel) return;
  const { code } = await git.run(["config", "--get", "core.worktree"]);
  if (code !== 0) return;
  const why = `its setting core.worktree has git look elsewhere, at ${toplevel}`;
  throw new MacpError("usage", `Cannot use ${dirname(gitFolder)} as ${why}`, {
    code: "core_worktree_set",
    hints: [
      "A worker may have set it. Unset it there with: git config --unset core.worktree",
    ],
  });
}

/** A linked worktree's main checkout is the first of the list. */
async function mainCheckout(git: Git, commonFolder: string): Promise<string> {
  if (basename(commonFolder) === ".git") return dirname(commonFolder);
  const [main] = parseWorktreeList(await git.read(["worktree", "list", "--porcelain", "-z"]));
  if (main && !main.bare) return main.path;
  throw bareError(commonFolder);
}

function bareError(path: string): MacpError {
  return new MacpError("usage", `Cannot use a bare repository as it has no checkout: ${path}`, {
    code: "bare_repository",
    hints: ["Clone it, and call macp in the clone"],
  });
}

function noRepository(path: string, stderr: string): MacpError {
  const reason = /dubious ownership/.test(stderr)
    ? "git refuses it: it belongs to another user"
    : "it is not inside a git repository";
  return new MacpError("usage", `Cannot use ${path} as ${reason}`, {
    code: "not_a_repository",
    hints: ["Call macp in a git checkout, name one with --repo DIR, or make one with: git init"],
    details: /not a git repository/.test(stderr) ? [] : [stderr.trim()].filter(Boolean),
  });
}
