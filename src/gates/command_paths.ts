/**
 * Files that a gate's command names.
 *
 * @module
 */
import { globToRegExp, join, normalize } from "@std/path";
import { onlyLooks } from "./only_looks.ts";

/** Words after which a folder stands that the rest of the command is about. */
const folderWords = /^(?:cd|pushd|-C|--(?:cwd|dir|directory|prefix|project|root|workspace))$/;
/** What a program may leave out of the path of a script. */
const endings = [".cjs", ".js", ".mjs", ".py", ".sh", ".ts", "/index.js", "/index.ts"];

/** Tells whether a command names a file. */
export interface CommandPaths {
  /** Paths that the command names, from the root of the repository; not all exist. */
  readonly paths: readonly string[];
  /**
   * @param file Path from the root of the repository; that of a submodule when the command
   *   names files in it.
   */
  names(file: string): boolean;
  /** Whether it only looks at what it names. */
  readonly onlyLooks: boolean;
}

/**
 * Reads a shell command: its words that can be paths, also below the folders that it goes
 * to, globs, and the modules of `python -m`. More than it really opens, so to be asked
 * about files that changed.
 *
 * @param root Folder that it runs in; paths below it are taken for relative ones.
 */
export function commandPaths(command: string, root: string): CommandPaths {
  const plain = command.replaceAll(`${root}/`, "");
  const words = plain.split(/[\s"'`;&|<>(){}=,]+/).filter((word) => word !== "");
  const folders = words.filter((_, at) => folderWords.test(words[at - 1] ?? ""));
  const named = words.flatMap((word, at) => {
    if (words[at - 1] === "-m") return modulePaths(word);
    const path = word.replace(/^\$\w+\//, "./");
    return path.includes("/") ? [path, ...endings.map((ending) => path + ending)] : [path];
  });
  const all = ["", ...folders].flatMap((folder) => named.map((word) => toPath(folder, word)));
  const globs = all.filter((path) => /[*?[]/.test(path)).flatMap(toRegExp);
  const paths = new Set(all);
  const above = new Set(all.flatMap(foldersOf));
  const unescaped = plain.replaceAll("\\", "");
  return {
    paths: [...paths],
    onlyLooks: onlyLooks(plain),
    names: (file) =>
      paths.has(file) || above.has(file) || globs.some((glob) => glob.test(file)) ||
      (/[\s"'`;&|<>(){}=,]/.test(file) && unescaped.includes(file)),
  };
}

/** Files that `python -m` can mean; the folder that it runs in comes first for it. */
function modulePaths(name: string): string[] {
  const path = name.replaceAll(".", "/");
  return [`${path}.py`, `${path}/__main__.py`, `${path}/__init__.py`];
}

/** The folders above a path: one of them changes when it is a submodule at another commit. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

function toPath(folder: string, word: string): string {
  return normalize(join(folder, word)).replace(/^\/+/, "");
}

function toRegExp(glob: string): RegExp[] {
  try {
    return [globToRegExp(glob)];
  } catch {
    return [];
  }
}
