/**
 * What decides, beside the files of a checkout, what git sees in it: settings in every scope,
 * the files that they name, and replaced objects.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { Git } from "../git/git.ts";
import { shellWord } from "../protocol/text.ts";

/** Settings that change what git sees or merges (git-config(1)); names in lower case. */
const telling = new RegExp(
  "^(?:core\\.(?:attributesfile|autocrlf|bare|checkstat|eol|excludesfile|filemode|ignorecase|" +
    "ignorestat|sparsecheckout|sparsecheckoutcone|symlinks|trustctime|worktree)|" +
    "extensions\\.worktreeconfig|include\\.path|includeif\\.[^]+\\.path|" +
    "filter\\.[^]+\\.(?:clean|smudge|process|required)|merge\\.[^]+\\.driver|" +
    "submodule\\.[^]+\\.ignore)$",
);

/**
 * Name and value. A setting is named by its key, with the scope behind it unless that is the
 * repository's: `core.eol (global)`.
 */
export type GitView = Readonly<Record<string, string>>;

/** Reads the settings among it for the client's checkout. Throws `MacpError`. */
export async function readSettings(git: Git): Promise<GitView> {
  return parseSettings(await git.read(["config", "--list", "-z", "--show-scope"]));
}

/** Reads it for the client's checkout. Throws `MacpError`. */
export async function readGitView(git: Git): Promise<GitView> {
  const [view, replaced, places] = await Promise.all([
    readSettings(git),
    git.read(["for-each-ref", "--format=%(refname) %(objectname)", "refs/replace/"]),
    git.read([
      "rev-parse",
      "--path-format=absolute",
      ...["info/exclude", "info/attributes", "info/grafts"].flatMap((path) => ["--git-path", path]),
    ]),
  ]);
  const refs = replaced.split("\n").filter((line) => line !== "").map((line) => line.split(" "));
  const paths = [...places.split("\n").filter((path) => path !== ""), ...userFiles(git, view)];
  return {
    ...view,
    ...Object.fromEntries(refs.map(([name = "", object = ""]) => [name, object])),
    ...Object.fromEntries(paths.map((path) => [path, textOf(git, path)])),
  };
}

/** Pure reader of `git config --list -z --show-scope`: the settings that tell. */
export function parseSettings(output: string): GitView {
  const found: Record<string, string> = {};
  const fields = output.split("\0");
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [scope = "", entry = ""] = [fields[i], fields[i + 1]];
    const [key = "", ...value] = entry.split("\n");
    if (scope === "command" || !telling.test(key)) continue;
    const name = scope === "local" ? key : `${key} (${scope})`;
    const text = entry.includes("\n") ? value.join("\n") : "true";
    found[name] = `${found[name] ?? ""}${text};`;
  }
  return found;
}

/** Files of attributes and of ignored paths that hold for all repositories of the user. */
function userFiles({ cwd, world: { env } }: Git, view: GitView): string[] {
  const home = env.HOME ?? "/";
  const own = join(env.XDG_CONFIG_HOME || join(home, ".config"), "git");
  const named = Object.entries(view)
    .filter(([name]) => /^core\.(attributes|excludes)file( |$)/.test(name))
    .flatMap(([, value]) => value.split(";")).filter((path) => path !== "");
  return [
    ...new Set([join(own, "attributes"), join(own, "ignore"), ...named])
      .values().map((path) => resolve(cwd, path.replace(/^~\//, `${home}/`))),
  ];
}

/** Text of a file; what is none has none. */
function textOf({ world: { files } }: Git, path: string): string {
  try {
    return files.stat(path)?.kind === "file" ? files.readText(path) : "";
  } catch {
    return "";
  }
}

/** Names of what differs; a file that is not there is as an empty one. */
export function changedViews(before: GitView, after: GitView): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) =>
    name.startsWith("/")
      ? (before[name] ?? "") !== (after[name] ?? "")
      : before[name] !== after[name]
  );
}

/** Settings under which no worktree can be used: every call would look elsewhere. */
export function unusableView(view: GitView): string | null {
  if (valueOf(view, "core.worktree") !== null) return "core.worktree";
  return valueOf(view, "core.bare")?.includes("true") ? "core.bare" : null;
}

/** Whether files are left out of checkouts rightly. */
export function isSparse(view: GitView): boolean {
  return valueOf(view, "core.sparsecheckout") !== null ||
    valueOf(view, "extensions.worktreeconfig") !== null;
}

/** Value of a setting in any scope, or null. */
function valueOf(view: GitView, key: string): string | null {
  const found = Object.keys(view).find((name) => name === key || name.startsWith(`${key} (`));
  return found === undefined ? null : view[found] ?? null;
}

/** Characters of a text that is told as what was there before. */
const mostToTell = 300;

/**
 * How a person undoes a change of what git sees.
 *
 * @param before Its value before; null where it had none, undefined where only that it had one
 * is known.
 */
export function undoing(name: string, before: string | null | undefined): string {
  const isTold = typeof before === "string" && before.length <= mostToTell;
  const replaced = /^refs\/replace\/(.*)$/.exec(name)?.[1];
  if (replaced !== undefined) {
    if (before === null) return `git replace -d ${replaced}`;
    return isTold ? `git replace -f ${replaced} ${before}` : `set ${name} back`;
  }
  if (name.startsWith("/")) {
    if (before === "") return `empty ${name} again, or remove it`;
    return `set ${name} back to ${isTold ? JSON.stringify(before) : "what it was"}`;
  }
  const [, key = name, scope] = /^(.*?)(?: \((\w+)\))?$/s.exec(name) ?? [];
  const call = `git config${scope === undefined ? "" : ` --${scope}`}`;
  if (before === null) return `${call} --unset-all ${shellWord(key)}`;
  // Several values are joined by semicolons, and any of them may hold one.
  const value = isTold ? /^([^;\n]*);$/.exec(before)?.[1] : undefined;
  if (value !== undefined) return `${call} --replace-all ${shellWord(key)} ${shellWord(value)}`;
  const was = isTold ? ` was ${JSON.stringify(before)}` : "";
  return `set it back: ${call} --edit (${key}${was})`;
}
