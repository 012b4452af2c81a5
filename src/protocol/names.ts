/**
 * Names that are made from a task: worktree folder, files, refs and branch.
 *
 * @module
 */

/** Pattern of an id that `submit` accepts. */
export const taskIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Most characters of a branch name that macp makes. */
const maxBranchLength = 100;

/** Names of one task, each safe where it is used. */
export interface TaskNames {
  /** Folder of the worktree. */
  slug: string;
  /** Base name of files and folders: the id, or a hash of an id that is no file name. */
  file: string;
  /** One or more components of a ref name. */
  ref: string;
}

/** Names of the task with this id. */
export async function taskNames(id: string): Promise<TaskNames> {
  const hash = await sha256Hex(id);
  const slug = slugOf(id, hash);
  const file = taskIdPattern.test(id) ? id : `task-${hash.slice(0, 16)}`;
  return { slug, file, ref: isRefComponent(file) ? file : `task-${hash.slice(0, 16)}` };
}

/**
 * The id lower-cased, anything outside `[a-z0-9._-]` to `-`, and, when that changed
 * more than letter case, `-` and 8 hexadecimal digits of its SHA-256.
 */
function slugOf(id: string, hash: string): string {
  const lower = id.toLowerCase();
  const slug = lower.replaceAll(/[^a-z0-9._-]/gu, "-");
  return slug === lower && /^[a-z0-9]/.test(slug) ? slug : `${slug}-${hash.slice(0, 8)}`;
}

/** Branch of a task that names none: `feat/<id-slug>-<title-slug>`, at most 100 characters. */
export function defaultBranch(slug: string, title: string): string {
  const words = title.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-");
  const id = slug.replaceAll(/\.{2,}/g, "-");
  const name = `feat/${id}-${words.replaceAll(/^-|-$/g, "")}`.slice(0, maxBranchLength);
  return name.replace(/[-.]+$/, "").replace(/\.lock$/, "-lock");
}

/**
 * Whether git accepts the text as a branch that a task may have (git-check-ref-format):
 * never one that could be taken for an option or for another ref.
 */
export function isBranchName(name: string): boolean {
  // deno-lint-ignore no-control-regex
  const forbidden = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^[-/]|^@$|^HEAD$|^refs\//;
  const parts = name.split("/");
  return name !== "" && !forbidden.test(name) &&
    parts.every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

/** Whether git accepts the text as one component of a ref (git-check-ref-format). */
function isRefComponent(name: string): boolean {
  return !name.includes("..") && !name.endsWith(".lock") && !name.endsWith(".") &&
    !name.startsWith(".") && !name.startsWith("-");
}

/** Hexadecimal SHA-256 of bytes, or of a text as UTF-8. */
export async function sha256Hex(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
