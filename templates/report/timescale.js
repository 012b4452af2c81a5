/**
 * Time on a line of limited length: idle hours take little of it. Pure.
 *
 * @module
 */

/** Part of the line that an idle gap takes at most. */
const gapPart = 0.03;

/** Where nothing ran for this part of the time that something ran, the line is cut. */
const idlePart = 0.12;

/** Milliseconds that are never cut. */
const leastIdle = 60_000;

/** Times that something ran, merged: `[from, to]` in milliseconds, sorted. */
export function mergeSpans(spans) {
  const merged = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/**
 * A scale of these spans. `at(time)` gives a place from 0 to 1; `gaps` are those that were
 * shortened, `ticks` times to name.
 */
export function makeScale(spans, mostTicks = 7) {
  const merged = mergeSpans(spans);
  if (merged.length === 0) return { at: () => 0, gaps: [], ticks: [] };
  const active = merged.reduce((sum, [from, to]) => sum + to - from, 0) || 1;
  const pieces = [];
  for (const [from, to] of merged) {
    const before = pieces.at(-1);
    if (before) {
      const idle = from - before.to;
      const most = Math.max(active * gapPart, 1);
      const isCut = idle > Math.max(active * idlePart, most, leastIdle);
      pieces.push({ from: before.to, to: from, length: isCut ? most : idle, isCut });
    }
    pieces.push({ from, to, length: Math.max(to - from, active * 0.002), isCut: false });
  }
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  let start = 0;
  for (const piece of pieces) {
    piece.start = start / total;
    start += piece.length;
    piece.end = start / total;
  }
  const at = (time) => {
    const piece = pieces.find(({ to }) => time <= to) ?? pieces.at(-1);
    const part = piece.to === piece.from ? 0 : (time - piece.from) / (piece.to - piece.from);
    return piece.start + Math.min(1, Math.max(0, part)) * (piece.end - piece.start);
  };
  return { at, gaps: pieces.filter(({ isCut }) => isCut), ticks: ticksOf(pieces, at, mostTicks) };
}

const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400]
  .map((seconds) => seconds * 1000);

/** Even times inside of the pieces that are not cut, not closer than they can be read. */
function ticksOf(pieces, at, most) {
  const shown = pieces.filter(({ isCut }) => !isCut);
  const active = shown.reduce((sum, { from, to }) => sum + to - from, 0);
  const step = steps.find((size) => active / size <= most) ??
    Math.ceil(active / most / 86_400_000) * 86_400_000;
  const ticks = [];
  const least = 0.75 / most;
  const isNear = (place) => ticks.length > 0 && place - ticks.at(-1).place < least;
  const add = (time) => {
    const place = at(time);
    if (place <= 1 - least / 2 && !isNear(place)) ticks.push({ time, place });
  };
  for (const { from, to } of shown) {
    const zone = new Date(from).getTimezoneOffset() * 60_000;
    const first = Math.ceil((from - zone) / step) * step + zone;
    if (isAfterCut(pieces, from)) {
      // The first moment after hours that were cut is worth more than the last before them.
      if (ticks.length > 1 && isNear(at(from))) ticks.pop();
      add(from);
    } else if (ticks.length === 0) add(from);
    for (let time = first; time <= to && ticks.length < 3 * most; time += step) add(time);
  }
  return ticks;
}

function isAfterCut(pieces, time) {
  return pieces.some(({ to, isCut }) => isCut && to === time);
}

/** Where an attempt begins and ends, in milliseconds; null when nothing tells. */
export function spanOf(attempt, now) {
  const from = Date.parse(attempt.started_at ?? attempt.ended_at ?? "");
  const to = Date.parse(attempt.ended_at ?? (attempt.running ? now : attempt.started_at) ?? "");
  return Number.isNaN(from) || Number.isNaN(to) ? null : [from, Math.max(from, to)];
}
