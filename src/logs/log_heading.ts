/**
 * The first line of a log: whose it is, which serial, and what that was. Pure.
 *
 * @module
 */

/** What a serial of a task was. */
export type SerialKind =
  | { kind: "worker"; attempt: number; of: number }
  | { kind: "acceptance" }
  | { kind: "landing"; branch: string; into: string };

/** Title of the first section of a log. */
export function logHeading(id: string, serial: number, what: SerialKind): string {
  return `${id}: ${describe(what)} (serial ${serial})`;
}

function describe(what: SerialKind): string {
  switch (what.kind) {
    case "worker":
      return workerAttempt(what);
    case "acceptance":
      return "acceptance of what was left";
    case "landing":
      return `landing, ${what.branch} merged into ${what.into}`;
  }
}

/** The words for an attempt of a worker among those that may be spent. */
export function workerAttempt(
  { attempt, of }: { attempt: number | string; of: number | string },
): string {
  return `worker attempt ${attempt} of ${of}`;
}

/** What a log is of, from its first line, also one of earlier versions; null when nothing tells. */
export function readHeading(line: string): string | null {
  const title = /^== .*?: ([^:]+)$/.exec(line.trimEnd())?.[1] ?? "";
  const [, attempt, of] = /^(?:worker )?attempt (\d+) of (\d+)\b/.exec(title) ?? [];
  if (attempt !== undefined && of !== undefined) return workerAttempt({ attempt, of });
  if (/^(accept|acceptance of) what was left\b/.test(title)) return "acceptance";
  return /^(landing, )?\S+ merged into \S+/.test(title) ? "landing" : null;
}
