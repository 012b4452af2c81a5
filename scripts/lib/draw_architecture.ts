/**
 * The architecture as a picture: a row for each folder, in its layer, with what it is for
 * and what it imports. Pure.
 *
 * @module
 */
import type { Architecture, Place } from "./architecture.ts";
import { escapeXml } from "./escape_xml.ts";
import { balancedLines } from "./wrap_words.ts";

/** Lengths in pixels. */
const [width, margin, headHeight, rowHeight, layerGap, layerPad] = [880, 12, 146, 32, 7, 3];
const [nameAt, purposeAt, filesAt, cellsAt] = [26, 122, 404, 418];
/** Characters of a purpose in a line. */
const purposeWidth = 44;

/** A place and where it is drawn. */
interface Row {
  place: Place;
  /** Middle of the row and of its column. */
  y: number;
  x: number;
}

/** A layer and where it is drawn. */
interface Band {
  rows: Row[];
  top: number;
  height: number;
}

/** An SVG of the layers; it reads on light and dark ground. */
export function drawArchitecture(architecture: Architecture): string {
  const bands = placeBands(architecture);
  const rows = bands.flatMap(({ rows }) => rows);
  const last = bands.at(-1);
  const bottom = last ? last.top + last.height : headHeight;
  const height = bottom + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img" aria-labelledby="title about">`,
    `<title id="title">The layers of src/</title>`,
    `<desc id="about">${escapeXml(describe(architecture))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    ...head(rows),
    ...bands.map(drawBand),
    ...rows.map((row) => drawGuide(row, bottom)),
    ...bands.flatMap(drawOwnLayer),
    ...rows.flatMap((row) => drawRow(row, rows)),
    `</svg>\n`,
  ].join("\n");
}

/** The same in words. */
function describe(architecture: Architecture): string {
  const layers = architecture.map((places) => places.map(({ name }) => name).join(", "));
  return `From the top to the bottom: ${layers.join(" → ")}. Imports go down only.`;
}

function placeBands(architecture: Architecture): Band[] {
  const cell = (width - margin - 6 - cellsAt) / Math.max(1, architecture.flat().length);
  let [top, column] = [headHeight, 0];
  return architecture.map((places) => {
    const height = places.length * rowHeight + 2 * layerPad;
    const rows = places.map((place, index) => ({
      place,
      y: top + layerPad + (index + 0.5) * rowHeight,
      x: cellsAt + (column++ + 0.5) * cell,
    }));
    const band = { rows, top, height };
    top += height + layerGap;
    return band;
  });
}

function head(rows: readonly Row[]): string[] {
  const hints = [
    "A box is a layer. A folder imports from its own layer",
    "and from those below, never from one above.",
    "Read along a row: how many imports of each folder.",
  ];
  return [
    text("title", { x: nameAt, y: 40 }, "src/ in layers"),
    ...hints.map((hint, index) => text("hint", { x: nameAt, y: 66 + index * 17 }, hint)),
    text("small end", { x: filesAt, y: headHeight - 9 }, "files"),
    ...rows.map(({ place, x }) =>
      `<text class="column" transform="translate(${round(x + 4)} ${headHeight - 9}) rotate(-90)">${
        escapeXml(place.name)
      }</text>`
    ),
  ];
}

function drawBand({ top, height }: Band): string {
  return rectangle("layer", { x: margin, y: top, width: width - 2 * margin, height }, 7);
}

/** A line from the head of a column to its own row, where the column's folder stands. */
function drawGuide({ x, y }: Row, bottom: number): string {
  return `<path class="guide" d="M${round(x)} ${headHeight}V${round(Math.min(y, bottom))}"/>`;
}

/** A frame around the cells of the folders of one layer. */
function drawOwnLayer({ rows, top, height }: Band): string[] {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || first === last) return [];
  const half = (last.x - first.x) / (rows.length - 1) / 2;
  const own = {
    x: first.x - half,
    y: top + 1.5,
    width: last.x - first.x + 2 * half,
    height: height - 3,
  };
  return [rectangle("own", own, 5)];
}

function drawRow({ place, x, y }: Row, rows: readonly Row[]): string[] {
  const lines = balancedLines(place.purpose, purposeWidth);
  const first = y + 4 - (lines.length - 1) * 6.5;
  return [
    text("name", { x: nameAt, y: y + 4 }, place.name),
    ...lines.map((line, index) => text("purpose", { x: purposeAt, y: first + index * 13 }, line)),
    text("small end", { x: filesAt, y: y + 4 }, `${place.files}`),
    `<circle class="self" cx="${round(x)}" cy="${round(y)}" r="3.5"/>`,
    ...rows.flatMap((other) => drawCount(place.imports.get(other.place.name) ?? 0, other.x, y)),
  ];
}

/** How often something is imported, the stronger the more often. */
function drawCount(count: number, x: number, y: number): string[] {
  if (count === 0) return [];
  const strength = count < 3 ? 1 : count < 10 ? 2 : count < 30 ? 3 : 4;
  return [
    rectangle(`cell s${strength}`, { x: x - 8.7, y: y - 9, width: 17.4, height: 18 }, 4),
    text(`count c${strength}${count > 99 ? " long" : ""}`, { x, y: y + 3.5 }, `${count}`),
  ];
}

function text(kind: string, { x, y }: { x: number; y: number }, content: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeXml(content)}</text>`;
}

function rectangle(
  kind: string,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  radius: number,
): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" ` +
    `height="${round(height)}" rx="${radius}"/>`;
}

/** At most one digit after the point. */
function round(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}

const style = `
svg {
  --page: #ffffff; --edge: #d1d9e0; --layer: #f3f6fa; --line: #dfe5ec; --own: #c3cedb;
  --ink: #1f2328; --soft: #59636e; --name: #0a3069;
  --s1: #ddf4ff; --s2: #b6e3ff; --s3: #80ccff; --s4: #0969da; --on: #0a3069; --on3: #0a3069; --on4: #ffffff;
}
@media (prefers-color-scheme: dark) {
  svg {
    --page: #0d1117; --edge: #30363d; --layer: #161b22; --line: #262c34; --own: #3d4650;
    --ink: #e6edf3; --soft: #9198a1; --name: #a5d6ff;
    --s1: #12263f; --s2: #143d70; --s3: #1f6feb; --s4: #79c0ff; --on: #cae8ff; --on3: #ffffff; --on4: #0d1117;
  }
}
text { font: 11.5px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--ink) }
.title { font-size: 20px; font-weight: 600 }
.hint { font-size: 12.5px; fill: var(--soft) }
.name, .column { font: 600 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--name) }
.column { font-weight: 400; font-size: 11.5px }
.small { fill: var(--soft); font-size: 10.5px }
.end { text-anchor: end }
.count { font-size: 10px; text-anchor: middle; font-variant-numeric: tabular-nums; fill: var(--on) }
.c3 { fill: var(--on3) } .c4 { fill: var(--on4) } .long { font-size: 9px; letter-spacing: -0.3px }
.page { fill: var(--page); stroke: var(--edge) }
.layer { fill: var(--layer); stroke: var(--line) }
.guide { stroke: var(--line); fill: none }
.own { fill: none; stroke: var(--own); stroke-dasharray: 3 3 }
.self { fill: var(--own) }
.s1 { fill: var(--s1) } .s2 { fill: var(--s2) } .s3 { fill: var(--s3) } .s4 { fill: var(--s4) }
`;
