/**
 * Numbers, times and names for people. Pure.
 *
 * @module
 */

/** What stands where a figure is not known. */
export const unknown = "unknown";

/** `1 task`, `2 tasks`. */
export function plural(count, one, many = `${one}s`) {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A whole number with separators. */
export function formatCount(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Seconds as `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; null is unknown. */
export function formatDuration(seconds) {
  if (seconds === null) return unknown;
  if (seconds < 9.95) return `${seconds < 0.1 && seconds > 0 ? "< 0.1" : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => whole >= size);
  const [name, size] = units[first];
  const [nextName, nextSize] = units[first + 1];
  const rest = Math.floor((whole % size) / nextSize);
  return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${nextName}` : ""}`;
}

/** Tokens as `950`, `12.4 k`, `3.1 M`; null is unknown. */
export function formatTokens(tokens) {
  if (tokens === null) return unknown;
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_500) return `${(tokens / 1000).toFixed(tokens < 99_500 ? 1 : 0)} k`;
  return `${(tokens / 1_000_000).toFixed(1)} M`;
}

/** US dollars; null is unknown. */
export function formatCost(dollars) {
  if (dollars === null) return unknown;
  if (dollars > 0 && dollars < 0.01) return "< $0.01";
  const [whole, cents] = dollars.toFixed(2).split(".");
  return `$${formatCount(whole)}.${cents}`;
}

const pad = (number) => String(number).padStart(2, "0");
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `09:05` in the reader's time zone. */
export function formatClock(time) {
  const date = new Date(time);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** `21 Nov` in the reader's time zone. */
export function formatDay(time) {
  const date = new Date(time);
  return `${date.getDate()} ${months[date.getMonth()]}`;
}

/** `21 Nov, 09:05`, with the year where it is not that of `now`. */
export function formatTime(time, now = time) {
  const date = new Date(time);
  const year = date.getFullYear();
  const isOther = year !== new Date(now).getFullYear();
  return `${formatDay(time)}${isOther ? ` ${year}` : ""}, ${formatClock(time)}`;
}

/** `21 Nov, 09:05 to 11:30`: from one time to another, no more than is needed. */
export function formatRange(from, to, now) {
  const [first, last] = [formatTime(from, now), formatTime(to, now)];
  if (first === last) return first;
  return `${first} to ${formatDay(from) === formatDay(to) ? formatClock(to) : last}`;
}

/** A text with its RFC 3339 times in UTC as the reader's own. */
export function withOwnTimes(text, now) {
  return text.replace(
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g,
    (time) => Number.isNaN(Date.parse(time)) ? time : formatTime(time, now),
  );
}

/** `gate_failed` as `gate failed`. */
export function inWords(name) {
  return name === null ? unknown : name.replaceAll("_", " ");
}

/** What a serial was: `worker attempt 1 of 2 (serial 3)`, or an acceptance. */
export function attemptName({ by, serial, attempt, of }) {
  const which = by === "person"
    ? "acceptance"
    : `worker attempt${attempt === null ? "" : ` ${attempt}`}${
      attempt === null || of === null ? "" : ` of ${of}`
    }`;
  return serial === null ? which : `${which} (serial ${serial})`;
}

/** A text with its first letter as a capital. */
export function capitalized(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const marks = {
  completed: "✓",
  passed: "✓",
  failed: "✗",
  broken: "✗",
  escalated: "!",
  running: "▸",
  gated: "▸",
  pending: "·",
};

/** A sign that tells a status without its colour. */
export function markOf(status) {
  return marks[status] ?? "?";
}

/** One of good, bad, person, busy, idle: how a status is coloured. */
export function toneOf(status) {
  if (status === "completed" || status === "passed") return "good";
  if (status === "failed" || status === "broken") return "bad";
  if (status === "escalated" || status === null) return "person";
  return status === "running" || status === "gated" ? "busy" : "idle";
}

/** Sum of what is known; null when nothing is. */
export function addKnown(values) {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** A text in the words that are searched for, in lower case. */
export function searchText(task) {
  return [
    task.id,
    task.title,
    task.status ?? "invalid",
    inWords(task.outcome ?? ""),
    task.outcome ?? "",
    task.runtime ?? "",
    task.type ?? "",
    task.reason ?? "",
  ].join(" ").toLowerCase();
}
