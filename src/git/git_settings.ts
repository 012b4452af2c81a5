/**
 * What every call of git is told, so that nothing of the user's or a worker's changes it.
 *
 * @module
 */

/** Variables that tie git to a repository (`git rev-parse --local-env-vars`). */
export const localEnvironment: readonly string[] = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NAMESPACE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
];

/** Settings of the command line, which win over every file. */
export const pinnedConfiguration = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  // Its list of files that nobody changed stands in the index, where a worker can write.
  "core.untrackedCache=false",
  "core.editor=true",
  "core.pager=cat",
  "core.quotePath=false",
  "core.safecrlf=false",
  "commit.gpgSign=false",
  "credential.helper=",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "merge.renames=true",
  "rerere.enabled=false",
  "advice.detachedHead=false",
  // Somebody else may work on the refs at the same time: milliseconds to wait for them.
  "core.filesRefLockTimeout=3000",
  "core.packedRefsTimeout=5000",
].flatMap((entry) => ["-c", entry]);

/** Files that git LFS keeps elsewhere stay pointers; nothing is fetched for them. */
export const withoutLargeFiles = ["smudge=", "process=", "required=false"]
  .flatMap((entry) => ["-c", `filter.lfs.${entry}`]);

/** Objects are what they are named, whatever stands below `refs/replace`. */
export const originalObjects = { GIT_NO_REPLACE_OBJECTS: "1" };

/** Variables of every call, which win over the caller's. */
export const pinnedEnvironment = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  SSH_ASKPASS: "true",
  GIT_EDITOR: "true",
  GIT_SEQUENCE_EDITOR: "true",
  GIT_PAGER: "cat",
  GIT_MERGE_AUTOEDIT: "no",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LFS_SKIP_SMUDGE: "1",
  ...originalObjects,
  GIT_AUTHOR_NAME: "macp",
  GIT_AUTHOR_EMAIL: "macp@localhost",
  GIT_COMMITTER_NAME: "macp",
  GIT_COMMITTER_EMAIL: "macp@localhost",
};

/** The environment without what ties git to another repository. */
export function gitEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) =>
    !localEnvironment.includes(name) && !/^GIT_(CONFIG_(KEY|VALUE)_|TRACE)/.test(name)
  );
  return Object.fromEntries(kept);
}
