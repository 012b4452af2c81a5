/**
 * Secrets that stand in files that git tracks.
 *
 * @module
 */
import type { Git } from "../../git/git.ts";
import { type Finding, found } from "./finding.ts";

/** Tokens of known shapes, as an extended regular expression of git grep. */
const shapes = [
  "gh[pousr]_[A-Za-z0-9]{36}",
  "github_pat_[A-Za-z0-9_]{60}",
  "sk-ant-[A-Za-z0-9_-]{32}",
  "sk-(proj|svcacct)-[A-Za-z0-9_-]{32}",
  "xox[abprs]-[A-Za-z0-9-]{20}",
  "A[KS]IA[A-Z0-9]{16}",
  "whsec_[A-Za-z0-9+/=]{24}",
  "-----BEGIN [A-Z ]*PRIVATE KEY-----",
].join("|");

/** Most places that are told. */
const maxPlaces = 10;
/** Milliseconds for a look through a large repository. */
const lookMs = 60_000;

/** Places of tracked files where a token of a known shape stands; never the token. */
export async function checkTrackedSecrets(git: Git): Promise<Finding> {
  const args = [
    "grep",
    "--cached",
    "-I",
    "-n",
    "--no-color",
    "--extended-regexp",
    "-z",
    "-e",
    shapes,
  ];
  const { code, stdout } = await git.run(args, { timeoutMs: lookMs });
  if (code > 1) return found.warn("secrets", "git grep could not look through the tracked files");
  const places = placesIn(stdout);
  if (places.length === 0) return found.ok("secrets", "no known token stands in a tracked file");
  const more = places.length > maxPlaces ? `, and ${places.length - maxPlaces} more` : "";
  return found.warn(
    "secrets",
    `tokens stand in tracked files: ${places.slice(0, maxPlaces).join(", ")}${more}`,
    "Take them out, and make them invalid where they came from; workers can read them",
  );
}

/** `file:line` of each hit in what `git grep -nz` prints. */
export function placesIn(output: string): string[] {
  return output.split("\n").filter((line) => line !== "").flatMap((line) => {
    const [file, number] = line.split("\0");
    return file && number ? [`${file}:${number}`] : [];
  });
}
