/**
 * A terminal window as a picture. Pure.
 *
 * @module
 */
import { escapeXml } from "./escape_xml.ts";
import type { Look, ScreenRow, Span } from "./terminal_screen.ts";

/** What is in the window. */
export interface TerminalPicture {
  /** Rows that belong together, as a command and what it printed; a small gap is between. */
  blocks: readonly (readonly ScreenRow[])[];
  columns: number;
  /** Stands in the bar of the window. */
  title: string;
  /** What is seen, in words. */
  about: string;
}

/** Lengths in pixels. */
const [cellWidth, lineHeight, blockGap, padding, barHeight] = [8.4, 19, 8, 18, 38];

/**
 * An SVG of the window: dark with an edge, so that it reads on light and dark pages. Each
 * piece of text names its place and length, so that columns stay columns in every font.
 */
export function drawTerminal({ blocks, columns, title, about }: TerminalPicture): string {
  const width = Math.ceil(columns * cellWidth + 2 * padding);
  const rows = blocks.flatMap((rows, block) => rows.map((row) => ({ row, block })));
  const height = barHeight + rows.length * lineHeight + Math.max(0, blocks.length - 1) * blockGap +
    2 * padding - 6;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img" aria-labelledby="title about">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="about">${escapeXml(about)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    `<path class="bar" d="M1 ${barHeight}V10.5a9.5 9.5 0 0 1 9.5 -9.5H${
      width - 10.5
    }a9.5 9.5 0 0 1 9.5 9.5V${barHeight}z"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map((color, index) =>
      `<circle cx="${22 + index * 20}" cy="19.5" r="6" fill="${color}"/>`
    ),
    `<text class="title" x="${width / 2}" y="24">${escapeXml(title)}</text>`,
    ...rows.flatMap(({ row, block }, index) =>
      drawRow(row, barHeight + padding + index * lineHeight + block * blockGap + 8)
    ),
    `</svg>\n`,
  ].join("\n");
}

function drawRow(row: ScreenRow, y: number): string[] {
  const pieces = row.flatMap(piecesOf);
  if (pieces.length === 0) return [];
  return [`<text y="${y}">${pieces.map(drawPiece).join("")}</text>`];
}

function drawPiece({ column, text, look }: Span): string {
  const at = `x="${round(padding + column * cellWidth)}" textLength="${
    round([...text].length * cellWidth)
  }"`;
  const kind = classOf(look);
  return `<tspan ${at}${kind === "" ? "" : ` class="${kind}"`}>${escapeXml(text)}</tspan>`;
}

/**
 * Parts of a span that are placed on their own: broken where there are two blanks or more,
 * and around characters that may come from another font and have another width.
 */
export function piecesOf(span: Span): Span[] {
  const parts = span.text.matchAll(/[^ -\u00ff]|(?! )(?:[ -\u00ff](?<! {2}))+/gu);
  return [...parts].flatMap(({ 0: part, index }) => {
    const text = part.trimEnd();
    const column = span.column + [...span.text.slice(0, index)].length;
    return text === "" ? [] : [{ ...span, column, text }];
  });
}

function classOf({ color, bold, dim }: Look): string {
  return [color ?? "", bold ? "bold" : "", dim ? "dim" : ""].filter((name) => name !== "")
    .join(" ");
}

function round(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}

const style = `
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; fill: #d6dde6 }
.title { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #9aa5b1; text-anchor: middle }
.window { fill: #161b22; stroke: #3d4650 }
.bar { fill: #222933 }
.bold { font-weight: 700; fill: #ffffff }
.dim { fill: #8b96a3 }
.black { fill: #6e7681 } .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
.blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #76e3ea } .white { fill: #ffffff }
`;
