/**
 * What differs from one run to the next, made the same. Pure.
 *
 * @module
 */

/** Times are told in steps of so many milliseconds since the first one. */
const stepMs = 10_000;
/** The first time that is told. */
const startMs = Date.parse("2026-01-05T10:00:00Z");

/** A time of the day, or one with its date; it may stand right behind a colour. */
const times = /(\d{4}-\d\d-\d\dT)?(?<!\d)(\d\d):(\d\d):(\d\d)(?!\d)(?:(?:\.\d+)?Z)?/g;
/** Hexadecimal words with a digit and a letter in them. */
// deno-lint-ignore no-control-regex
const hashes = /(?<=^|[^\w/-]|\x1b\[[\d;]*m)(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}(?!\w)/g;

/**
 * The printed texts of one run, in their order, with masked times, durations and hashes.
 * Times are told from ten o'clock on and rounded down to ten seconds, so that they are the
 * same each time and a wait can still be seen.
 */
export function maskRun(printed: readonly string[]): string[] {
  const tell = clock();
  return printed.map((text) =>
    text
      .replaceAll(times, (_, date, hours, minutes, seconds) => {
        const time = tell((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds));
        return date === undefined ? time.slice(11, 19) : time;
      })
      .replaceAll(/\b(again|next) in \d+s\b/g, "$1 in 10s")
      .replaceAll(/\b(?<!(?:again|next) )in \d+s\b/g, "in 1s")
      .replaceAll(/\b\d+s ago\b/g, "1s ago")
      .replaceAll(/(?<![\d.])\d+(?:\.\d+)? s\b/g, "0.1 s")
      .replaceAll(hashes, (hash) => "c0ffee5".repeat(10).slice(0, hash.length))
  );
}

/** Tells a second of the day as a masked time. */
function clock(): (second: number) => string {
  let first: number | undefined;
  return (second) => {
    first ??= second;
    const passed = ((second - first + 86_400) % 86_400) * 1000;
    return new Date(startMs + Math.floor(passed / stepMs) * stepMs).toISOString();
  };
}
