/**
 * The live view as lines that fit a terminal. Pure.
 *
 * @module
 */
import { formatDuration } from "../duration.ts";
import type { Color } from "../output.ts";
import type { Board, BoardAttempt, BoardCounts, BoardGate } from "./board.ts";
import type { Marks } from "./marks.ts";
import { cutTo, padTo, widthOf } from "./text_width.ts";

/** Width from which on a title and what goes on stand beside each other. */
const wideColumns = 60;

/** How to draw. */
export interface Canvas {
  /** Columns of the terminal; the last one stays free. */
  columns: number;
  /** Most lines. */
  rows: number;
  marks: Marks;
  paint: (color: Color, text: string) => string;
}

/**
 * The lines of the view. What does not fit goes in this order: what attempts said, their
 * gates, attempts that run; how many those are is said.
 */
export function renderBoard(board: Board, canvas: Canvas): string[] {
  const { attempts } = board;
  const foot = footOf(board, canvas);
  const room = Math.max(1, canvas.rows - foot.length);
  const levels = attempts.map((attempt) => attemptLines(attempt, canvas));
  for (const most of [Infinity, 2, 1]) {
    const lines = levels.flatMap((all) => keepOf(all, most));
    if (lines.length <= room) return [...lines, ...foot];
  }
  const per = levels[0]?.head.length ?? 1;
  const shown = Math.max(0, Math.floor((room - 1) / per));
  return [
    ...levels.slice(0, shown).flatMap(({ head }) => head),
    canvas.paint("dim", cutTo(`… and ${attempts.length - shown} more running`, canvas.columns - 1)),
    ...foot,
  ].slice(-canvas.rows);
}

interface AttemptLines {
  head: string[];
  gates: string[];
  said: string[];
}

function keepOf({ head, gates, said }: AttemptLines, most: number): string[] {
  if (most === 1) return head;
  return most === 2 ? [...head, ...gates] : [...head, ...gates, ...said];
}

/** The lines of one attempt, from what matters most to what matters least. */
export function attemptLines(attempt: BoardAttempt, canvas: Canvas): AttemptLines {
  const { columns, marks, paint } = canvas;
  const width = columns - 1;
  const about = aboutAttempt(attempt);
  const name = `${marks.attempt} ${attempt.id}`;
  const inner = width - 2;
  const said = attempt.said === null
    ? []
    : [`  ${paint("dim", cutTo(`${marks.said} ${attempt.said}`, inner))}`];
  const gates = attempt.gates.length === 0 ? [] : [`  ${gateLine(attempt.gates, canvas, inner)}`];
  if (columns < wideColumns) {
    const head = [nameAndTitle(name, attempt.title, width, paint), `  ${cutTo(about, inner)}`];
    return { head, gates, said };
  }
  const left = width - widthOf(about) - 2;
  // The title stays as it is while the time gets longer.
  const growth = Math.max(0, widthOf("59m 59s") - widthOf(formatDuration(attempt.elapsedMs)));
  const title = nameAndTitle(name, attempt.title, left - growth, paint);
  return { head: [`${padTo(title, left)}  ${about}`], gates, said };
}

function nameAndTitle(name: string, title: string, width: number, paint: Canvas["paint"]): string {
  const shown = cutTo(name, width);
  const room = width - widthOf(shown) - 2;
  return room < 4 || title === ""
    ? paint("bold", shown)
    : `${paint("bold", shown)}  ${cutTo(title, room)}`;
}

/** `gates 1/2 · attempt 1/3 · 1m 04s` */
export function aboutAttempt(attempt: BoardAttempt): string {
  const { phase, attempt: count, maxAttempts, elapsedMs, gates } = attempt;
  const settled = gates.filter(({ state }) => state !== "ahead" && state !== "running").length;
  const doing = phase === "gates" && gates.length > 0 ? `gates ${settled}/${gates.length}` : phase;
  const tries = count === null ? "" : `attempt ${count}/${maxAttempts ?? "?"}`;
  return [doing, tries, formatDuration(elapsedMs)].filter((part) => part !== "").join(" · ");
}

const gateColors: Record<BoardGate["state"], Color> = {
  ahead: "dim",
  running: "bold",
  passed: "green",
  failed: "red",
  broken: "red",
};

/** All gates in a line: those that are over give way first, then each gets shorter. */
function gateLine(gates: readonly BoardGate[], canvas: Canvas, width: number): string {
  const { marks, paint } = canvas;
  const signs: Record<BoardGate["state"], string> = {
    ahead: marks.ahead,
    running: marks.current,
    passed: marks.done,
    failed: marks.failed,
    broken: marks.failed,
  };
  const texts = gates.map(({ command, state }) =>
    `${signs[state]} ${state === "broken" ? `broken: ${command}` : command}`
  );
  // Red ones and the one that runs stay longest.
  const isShown = gates.map(() => true);
  const most = Math.max(1, Math.floor((width + 2) / 12));
  for (const states of [["passed"], ["ahead"], ["failed", "broken"]]) {
    for (let at = 0; at < gates.length && isShown.filter(Boolean).length > most; at++) {
      if (states.includes(gates[at]?.state ?? "")) isShown[at] = false;
    }
  }
  const shown = gates.flatMap(({ state }, at) =>
    isShown[at] ? [{ state, text: texts[at] ?? "" }] : []
  );
  const widths = shareOf(shown.map(({ text }) => widthOf(text)), width - 2 * (shown.length - 1));
  return shown.map(({ state, text }, at) => paint(gateColors[state], cutTo(text, widths[at] ?? 0)))
    .join("  ");
}

/** Columns for each of several texts: short ones get what they need, long ones equal shares. */
export function shareOf(widths: readonly number[], room: number): number[] {
  const shares = widths.map(() => 0);
  const order = widths.map((width, at) => ({ width, at })).sort((a, b) => a.width - b.width);
  let left = room;
  order.forEach(({ width, at }, done) => {
    const share = Math.min(width, Math.floor(left / (order.length - done)));
    shares[at] = Math.max(0, share);
    left -= share;
  });
  return shares;
}

function footOf({ attempts, counts, remarks }: Board, canvas: Canvas): string[] {
  const { columns, paint, rows } = canvas;
  const width = columns - 1;
  const shown = remarks.slice(0, Math.max(0, Math.floor(rows / 3)));
  const isTall = rows >= 6 && (attempts.length > 0 || shown.length > 0);
  return [
    ...isTall ? [""] : [],
    ...shown.map((line) => cutTo(line, width)),
    ...wrapParts(describeCounts(attempts.length, counts), width)
      .map((line) => paint("dim", cutTo(line, width))),
  ];
}

/** Parts joined by ` · ` to lines that fit, two at most. */
function wrapParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)} · ${part}`;
    const joins = lines.length > 0 && (longer.length <= width || lines.length === 2);
    if (joins) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** `2 running`, `1 needs a person`, `11 waiting` and so on. */
export function describeCounts(running: number, counts: BoardCounts): string[] {
  const { ready, waiting, blocked, needsPerson, failed, completed, wakeMs } = counts;
  const parts: [number, string][] = [
    [running, "running"],
    [needsPerson, needsPerson === 1 ? "needs a person" : "need a person"],
    [ready, "ready"],
    [waiting, "waiting"],
    [blocked, "blocked"],
    [failed, "failed"],
    [completed, "completed"],
  ];
  const texts = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  if (running === 0) texts.unshift("nothing runs");
  if (running === 0 && wakeMs !== null) texts.push(`next in ${formatDuration(wakeMs)}`);
  return texts;
}
