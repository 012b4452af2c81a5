/**
 * A task done by hand: the git and sh calls that macp makes for one task, as a shell
 * script; and how to see that they are the same.
 *
 * @module
 */
import { join } from "@std/path";
import { pinnedConfiguration, pinnedEnvironment } from "../../src/git/git_settings.ts";

/** What the worker of a measured task runs: it leaves a new file, which is then committed. */
export const workerCommand = 'echo "work on $MACP_TASK_ID" > work.txt';

/** The gate of a measured task. */
export const gateCommand = "grep -q work work.txt";

/** A word of a shell script that stands for itself. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const environment = Object.entries(pinnedEnvironment)
  .map(([name, value]) => `export ${name}=${quoted(value)}`);

/**
 * Shell script that does the tasks whose ids are its arguments, in the repository that it
 * is called in: worktree, worker, commit, gate, log, snapshot, removal. It makes the same
 * git calls as macp, with the same settings, and nothing else of what macp does.
 */
export const taskScript = `set -e
${environment.join("\n")}
git() {
  command git ${pinnedConfiguration.map(quoted).join(" ")} "$@"
}
git rev-parse --path-format=absolute --is-bare-repository --git-dir --git-common-dir \\
  --show-toplevel HEAD >/dev/null
mkdir -p logs
for id do
  tree="$HOME/trees/$id"
  branch="feat/$id"
  export MACP_TASK_ID="$id"
  git status --porcelain=v2 --branch -z --untracked-files=all --no-renames \\
    --ignore-submodules=none >/dev/null
  git config --list -z --show-scope >/dev/null
  git for-each-ref --format='%(refname) %(objectname)' refs/replace/ >/dev/null
  git rev-parse --path-format=absolute --git-path info/exclude --git-path info/attributes \\
    --git-path info/grafts >/dev/null
  git for-each-ref --format='%(objectname) %(refname)' \\
    "refs/heads/$branch" "refs/bench/owner/$id" "refs/bench/snapshots/$id/" >/dev/null
  base=$(echo 'origin/main^{commit}' | git cat-file --batch-check)
  base=\${base%% *}
  git update-ref "refs/bench/owner/$id" "$base"
  git worktree add --quiet --no-track -b "$branch" -- "$tree" "$base"
  cd "$tree"
  git config --list -z --show-scope >/dev/null
  git for-each-ref --format='%(refname) %(objectname)' refs/replace/ >/dev/null
  git rev-parse --path-format=absolute --git-path info/exclude --git-path info/attributes \\
    --git-path info/grafts >/dev/null
  sh -c ${quoted(workerCommand)} >"$OLDPWD/logs/$id.log" 2>&1
  git status --porcelain=v2 --branch -z --untracked-files=all --ignore-submodules=none >/dev/null
  git config --list -z --show-scope >/dev/null
  git for-each-ref --format='%(refname) %(objectname)' refs/replace/ >/dev/null
  git rev-parse --path-format=absolute --git-path info/exclude --git-path info/attributes \\
    --git-path info/grafts >/dev/null
  git ls-files -v -z >/dev/null
  GIT_INDEX_FILE="$HOME/fresh.index" git read-tree HEAD
  GIT_INDEX_FILE="$HOME/fresh.index" git status --porcelain=v2 -z --no-renames \\
    --untracked-files=no --ignore-submodules=all >/dev/null
  rm "$HOME/fresh.index"
  git -C "$OLDPWD" status --porcelain=v2 --branch -z --untracked-files=all --no-renames \\
    --ignore-submodules=none >/dev/null
  git add --all --sparse -- .
  echo "left by $id" | git commit --quiet --no-verify --allow-empty --cleanup=whitespace \\
    --file=-
  head=$(git rev-parse --verify 'HEAD^{commit}')
  git rev-list --count "$base..$head" -- >/dev/null
  git diff --numstat -z --no-renames --no-ext-diff --no-textconv "$base" "$head" -- >/dev/null
  echo "$base:work.txt" | git cat-file --batch >/dev/null
  git status --porcelain=v2 -z --no-renames --untracked-files=no \\
    --ignore-submodules=untracked >/dev/null
  sh -c ${quoted(gateCommand)} >>"$OLDPWD/logs/$id.log" 2>&1
  git status --porcelain=v2 -z --no-renames --untracked-files=no \\
    --ignore-submodules=untracked >/dev/null
  git rev-parse --verify --quiet --end-of-options "refs/heads/$branch^{commit}" >/dev/null
  git status --porcelain=v2 --branch -z --untracked-files=all --ignore-submodules=none \\
    --ignored=matching >/dev/null
  git config --list -z --show-scope >/dev/null
  git ls-files -v -z >/dev/null
  git update-ref "refs/bench/snapshots/$id/1" "$head"
  cd "$OLDPWD"
  git worktree remove --force -- "$tree"
done
`;

/**
 * Puts a `git` into `folder` that notes each call in the file `calls` there and then
 * runs the real one. With the folder first on the path it is found first.
 */
export function writeGitRecorder(folder: string, realGit: string): string {
  Deno.mkdirSync(folder, { recursive: true });
  const calls = join(folder, "calls");
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${calls}'\nexec '${realGit}' "$@"\n`;
  Deno.writeTextFileSync(join(folder, "git"), script, { mode: 0o755 });
  return calls;
}

/** How often each verb of git was called, in the order of the alphabet: `add 1, commit 1`. */
export function summarizeCalls(calls: string): string {
  const counts = new Map<string, number>();
  for (const line of calls.split("\n")) {
    const verb = verbOf(line);
    if (verb !== "") counts.set(verb, (counts.get(verb) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([verb, count]) => `${verb} ${count}`).join(", ");
}

/** The verb of one call, of a worktree's with what is done to it. */
function verbOf(line: string): string {
  const words = line.split(" ");
  let at = 0;
  while (words[at]?.startsWith("-")) at += words[at] === "-c" || words[at] === "-C" ? 2 : 1;
  const verb = words[at] ?? "";
  return verb === "worktree" ? `${verb} ${words[at + 1] ?? ""}` : verb;
}
