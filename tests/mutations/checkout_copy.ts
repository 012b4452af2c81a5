/**
 * A copy of the checkout that can be broken.
 *
 * @module
 */
import { dirname, join } from "@std/path";

/** Root folder of the project. */
export const root: string = join(import.meta.dirname ?? ".", "..", "..");

/**
 * Copies the files that git tracks, as they are now, into a new folder. What compiling
 * fetched is shared, so that it is not fetched again.
 *
 * @throws Error when git does not know the checkout, or a file cannot be copied.
 */
export function copyCheckout(to: string): void {
  const { success, stdout, stderr } = new Deno.Command("git", {
    args: ["ls-files", "-z"],
    cwd: root,
  }).outputSync();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot list the files of ${root}: ${text.decode(stderr)}`);
  for (const name of text.decode(stdout).split("\0")) {
    if (name !== "" && isFile(join(root, name))) copyFile(join(root, name), join(to, name));
  }
  const cache = join("dist", ".cache");
  Deno.mkdirSync(join(root, cache), { recursive: true });
  Deno.mkdirSync(join(to, "dist"), { recursive: true });
  Deno.symlinkSync(join(root, cache), join(to, cache));
}

function copyFile(from: string, to: string): void {
  Deno.mkdirSync(dirname(to), { recursive: true });
  Deno.copyFileSync(from, to);
}

/** False for what git tracks and somebody removed. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
