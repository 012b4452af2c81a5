/**
 * Where in the project a file stands.
 *
 * @module
 */

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Path below the project's folder, for example `src/main.ts`; the path itself elsewhere. */
export function placeOf(filename: string): string {
  const path = filename.startsWith("file:")
    ? decodeURIComponent(new URL(filename).pathname)
    : filename;
  return path.startsWith(root) ? path.slice(root.length) : path;
}
