/**
 * A diff in colours. Pure.
 *
 * @module
 */
import type { Output } from "./output.ts";

/** The text of `git diff --patch` or `--stat`, line by line; the text itself stays. */
export function paintDiff(diff: string, paint: Output["paint"]): string {
  let inHunk = false;
  return diff.split("\n").map((line) => {
    if (line.startsWith("diff --git ")) inHunk = false;
    if (line.startsWith("@@ ")) inHunk = true;
    if (line.startsWith("@@ ")) return paint("dim", line);
    if (line.startsWith("diff --git ") || (!inHunk && /^(?:\+\+\+|---) /.test(line))) {
      return paint("bold", line);
    }
    if (inHunk && line.startsWith("+")) return paint("green", line);
    if (inHunk && line.startsWith("-")) return paint("red", line);
    return inHunk ? line : paintGraph(line, paint);
  }).join("\n");
}

/** ` src/main.ts | 3 ++-` */
function paintGraph(line: string, paint: Output["paint"]): string {
  return line.replace(
    /^( .*\| +\d+ )(\++)?(-+)?$/,
    (_, head: string, added?: string, removed?: string) =>
      head + (added ? paint("green", added) : "") + (removed ? paint("red", removed) : ""),
  );
}
