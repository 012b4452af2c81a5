/**
 * The figures as a picture: how much of its mark each one takes. Pure.
 *
 * @module
 */
import { escapeXml } from "../lib/escape_xml.ts";
import { type Figure, formatValue } from "./figures.ts";

const [labelWidth, barWidth, valueWidth, rowHeight, top] = [430, 300, 110, 24, 34];

/** An SVG of the figures that have a mark; it reads on light and dark ground. */
export function plotFigures(figures: readonly Figure[]): string {
  const shown = figures.flatMap(({ name, value, unit, most }) =>
    value === null || most === null ? [] : [{ name, value, unit, part: value / most }]
  );
  const width = labelWidth + barWidth + valueWidth;
  const height = top + shown.length * rowHeight + 10;
  const markAt = labelWidth + barWidth * 0.8;
  const rows = shown.map(({ name, value, unit, part }, row) => {
    const y = top + row * rowHeight;
    const length = Math.max(2, Math.min(part, 1.25) * barWidth * 0.8);
    return `<text class="t" x="${labelWidth - 10}" y="${y + 16}" text-anchor="end">${
      escapeXml(name)
    }</text>` +
      `<rect class="${part > 1 ? "over" : "bar"}" x="${labelWidth}" y="${y + 4}" width="${
        length.toFixed(1)
      }" height="16" rx="2"/>` +
      `<text class="t" x="${labelWidth + length + 6}" y="${y + 16}">${
        escapeXml(formatValue(value, unit))
      }</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="How much of its mark each figure takes">
<style>
.t { font: 12px system-ui, sans-serif; fill: #24292f }
.bar { fill: #2f81f7 } .over { fill: #d1242f } .mark { stroke: #57606a; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { .t { fill: #e6edf3 } .mark { stroke: #8b949e } }
</style>
<line class="mark" x1="${markAt}" y1="${top - 8}" x2="${markAt}" y2="${height - 6}"/>
<text class="t" x="${markAt}" y="18" text-anchor="middle">the mark</text>
${rows.join("\n")}
</svg>
`;
}
