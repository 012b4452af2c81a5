/**
 * Pages of help as a man page, in the macros of man(7).
 *
 * @module
 */
import type { Block } from "./page.ts";
import { wrap } from "./page_text.ts";

/** Bytes of a line before its escapes: man pages keep lines short. */
const lineWidth = 68;

/** Running text as roff shows it, on lines of its own. */
export function roffText(text: string): string {
  return wrap(text, lineWidth).map(roffLine).join("\n");
}

/** A line of a listing; a long one goes on after a line break that roff does not see. */
function roffListing(line: string): string {
  const parts = line.match(/.{1,68}(?: |$)|[^ ]+(?: |$)/g) ?? [""];
  return parts.map((part, at) => at === 0 ? roffLine(part) : escape(part)).join("\\\n");
}

function roffLine(line: string): string {
  return /^[.\s']/.test(line) || line === "" ? `\\&${escape(line)}` : escape(line);
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga").replaceAll("^", "\\(ha").replaceAll("~", "\\(ti")
    .replaceAll("…", "...").replaceAll("→", "\\(->");
}

/** A word of a macro's arguments. */
export function roffWord(text: string): string {
  return `"${escape(text).replaceAll('"', "\\(dq")}"`;
}

/** Lines of roff for the blocks of a section. */
export function roffBlocks(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, at) => {
    const between = at > 0 && block.kind !== "rows" ? [".PP"] : [];
    return [...between, ...roffBlock(block)];
  });
}

function roffBlock(block: Block): string[] {
  if (block.kind === "text") return [roffText(block.text)];
  if (block.kind === "rows") {
    return block.rows.flatMap(([term, said]) => [
      ".TP",
      `.B ${roffWord(term.trim())}`,
      roffText(said),
    ]);
  }
  return [
    ".RS 4",
    ".EX",
    ...block.lines.map(roffListing),
    ".EE",
    ".RE",
  ];
}
