/**
 * Git without any conversion: what it reads and writes are the bytes of the files, whatever
 * attributes, filters and line ends the repository and its user have set.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Files } from "../sys/files.ts";
import type { Git, GitCallOptions } from "./git.ts";

/** Wins over every other file of attributes (gitattributes(5)). */
const attributes = "* -text !crlf !eol !ident !filter !working-tree-encoding\n";

/** A folder for temporary files inside the git folder of one checkout. */
export interface GitScratch {
  git: Git;
  /** Temporary folder; its files are those of one piece of work only. */
  folder: string;
  /** Git folder of the checkout. */
  gitFolder: string;
  /** Reads with an index of its own in the temporary folder. */
  withIndex(name: string, args: readonly string[], stdin?: string): Promise<string>;
  /** The same without conversions; paths are meant literally. */
  plain(name: string, args: readonly string[], stdin?: string): Promise<string>;
}

/**
 * Calls `work` with a temporary folder inside the git folder of the client's checkout, which
 * goes with the checkout when a crash left it.
 */
export async function withGitScratch<T>(
  git: Git,
  work: (scratch: GitScratch) => Promise<T>,
): Promise<T> {
  const { files } = git.world;
  const output = await git.read([
    "rev-parse",
    "--path-format=absolute",
    "--absolute-git-dir",
    "--git-path",
    "objects",
    "--show-toplevel",
    "--show-object-format",
  ]);
  const [gitFolder = "", objects = "", top = "", format = ""] = output.split("\n");
  const folder = join(gitFolder, `macp-${git.world.uuid()}`);
  const indexOf = (name: string) => join(folder, `${name}.index`);
  const plainEnv = {
    GIT_DIR: folder,
    GIT_WORK_TREE: top,
    GIT_OBJECT_DIRECTORY: objects,
    GIT_LITERAL_PATHSPECS: "1",
  };
  const call = (args: readonly string[], env: Record<string, string>, stdin?: string) => {
    const options: GitCallOptions = stdin === undefined ? { env } : { env, stdin };
    return git.read(args, options);
  };
  makePlainFolder(files, folder, format);
  try {
    return await work({
      git,
      folder,
      gitFolder,
      withIndex: (name, args, stdin) => call(args, { GIT_INDEX_FILE: indexOf(name) }, stdin),
      plain: (name, args, stdin) =>
        call(args, { ...plainEnv, GIT_INDEX_FILE: indexOf(name) }, stdin),
    });
  } finally {
    files.remove(folder, { recursive: true });
  }
}

/** The least that git takes for a git folder. */
function makePlainFolder(files: Files, folder: string, format: string): void {
  const settings = {
    bare: "false",
    filemode: "true",
    symlinks: "true",
    autocrlf: "false",
    safecrlf: "false",
  };
  const core = Object.entries(settings).map(([name, value]) => `\t${name} = ${value}\n`).join("");
  const other = format !== "sha1";
  const extensions = other ? `[extensions]\n\tobjectFormat = ${format}\n` : "";
  writeText(files, join(folder, "HEAD"), "ref: refs/heads/none\n");
  writeText(
    files,
    join(folder, "config"),
    `[core]\n\trepositoryformatversion = ${other ? 1 : 0}\n${core}${extensions}`,
  );
  writeText(files, join(folder, "info", "attributes"), attributes);
  for (const name of ["objects", "refs"]) files.makeFolder(join(folder, name));
}

function writeText(files: Files, path: string, text: string): void {
  files.makeFolder(dirname(path));
  const file = files.open(path, { write: true, create: true, truncate: true });
  try {
    file.write(new TextEncoder().encode(text));
  } finally {
    file.close();
  }
}
