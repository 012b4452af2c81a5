/**
 * Recognises that a runtime's usage limit was reached, by the runtime's own words.
 *
 * @module
 */
import { findResetTime, readResetTime, type TimeContext } from "./reset_time.ts";
import { isIanaName, type Zone } from "./time_zones.ts";

/** A usage limit. */
export interface UsageLimit {
  /** When it is over, in milliseconds since the epoch; null when no time is stated. */
  until: number | null;
  /** The words that say so, on one line. */
  reason: string;
}

/** What is needed to understand the words. */
export interface LimitContext {
  /** `limits` of the runtime. */
  patterns: readonly RegExp[];
  /** Milliseconds since the epoch. */
  now: number;
  /** Time zone of times that name none: an IANA name, or minutes east of Greenwich. */
  localTimeZone: Zone;
}

/** Lines from the end of a text that are looked at. */
const MAX_LINES = 200;
/** Characters of a line that are looked at. */
const MAX_LINE = 2000;
/** Lines behind the first that belong to one message, as narrow screens break it. */
const MORE_LINES = 3;
/** Characters of a reason. */
const MAX_REASON = 300;

/** What a screen puts in front of a message: frames, bullets, and the word error. */
const decoration = /^[\s│┃|⎿└╰▌▐■□●○◆⏺•·✗✘✖×⚠\ufe0f!]+/;
const announcement = /^(?:(?:(?:API|codex|stream|agent) )?error(?: [\w-]+){0,4}:\s*)+/i;
const frameEnd = /[\s│┃|▌▐]+$/;

/**
 * The usage limit that a text speaks of, or null. The patterns are held against the
 * beginnings of lines, so that prose about limits is none. Of several messages the last
 * one that states a time counts, else the last one.
 */
export function findUsageLimit(text: string, about: LimitContext): UsageLimit | null {
  const lines = text.split("\n").slice(-MAX_LINES).map(plainLine);
  const { localTimeZone: local } = about;
  const zone = typeof local === "number" || isIanaName(local) ? local : 0;
  let last: UsageLimit | null = null;
  for (let n = lines.length - 1; n >= 0; n--) {
    const found = limitAt(lines, n, about.patterns, { now: about.now, zone });
    if (found?.until) return found;
    last ??= found;
  }
  return last;
}

function plainLine(line: string): string {
  return line.slice(0, MAX_LINE).replace(decoration, "").replace(announcement, "")
    .replace(frameEnd, "");
}

/** The limit that the message speaks of that begins in line `n`. */
function limitAt(
  lines: readonly string[],
  n: number,
  patterns: readonly RegExp[],
  context: TimeContext,
): UsageLimit | null {
  const line = lines[n];
  if (line === undefined || line === "") return null;
  const message = messageFrom(lines, n);
  for (const pattern of patterns) {
    const found = pattern.exec(line) ?? pattern.exec(message);
    if (!found || found.index >= line.length) continue;
    const stated = found.groups?.reset;
    const inLine = (stated === undefined ? null : readResetTime(stated, context)) ??
      findResetTime(line.slice(found.index), context);
    const until = inLine ?? findResetTime(message.slice(found.index), context);
    return { until, reason: shorten(until === inLine ? line : message) };
  }
  return null;
}

/** A line and those that follow it, up to an empty one, and as far as they are looked at. */
function messageFrom(lines: readonly string[], n: number): string {
  const following = lines.slice(n, n + 1 + MORE_LINES);
  const end = following.indexOf("");
  return following.slice(0, end < 0 ? undefined : end).join(" ").slice(0, MAX_LINE);
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MAX_REASON ? line : `${line.slice(0, MAX_REASON - 1)}…`;
}
