/**
 * The end of a log.
 *
 * @module
 */
import { isInside, tailOf } from "../logs/text_tail.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Files } from "../sys/files.ts";
import type { LogTail } from "./report_data.ts";
import { shownText, type TextBudget } from "./text_budget.ts";

/** Bytes that are read: more than is shown, so that no secret is shown in part. */
const readBytes = 24 * 1024;
const mostLines = 60;
const mostCharacters = 6000;

/**
 * Reads the end of a log; null when no file is there any more, or none that can be read.
 *
 * @param shown Path as it is shown.
 */
export function readLogTail(
  files: Files,
  path: string,
  { shown, redactor, budget }: { shown: string; redactor: Redactor; budget: TextBudget },
): LogTail | null {
  if (files.lstat(path)?.kind !== "file") return null;
  let cut = false;
  let isRead = true;
  const tail = budget.take(() => {
    const read = readEnd(files, path);
    isRead = read !== null;
    if (read === null) return "";
    const text = redactor.text(read.text);
    const end = shownText(tailOf(text, mostLines, mostCharacters), mostCharacters);
    cut = read.cut || end.length < text.trimEnd().length;
    return end;
  });
  return isRead ? { path: shown, tail, cut } : null;
}

function readEnd(files: Files, path: string): { text: string; cut: boolean } | null {
  let file;
  try {
    file = files.open(path, { read: true });
  } catch {
    return null;
  }
  try {
    const { size } = file.stat();
    const from = Math.max(0, size - readBytes);
    file.seek(from);
    const bytes = new Uint8Array(size - from);
    let filled = 0;
    while (filled < bytes.length) {
      const read = file.read(bytes.subarray(filled));
      if (read === null) break;
      filled += read;
    }
    let start = 0;
    while (from > 0 && isInside(bytes[start])) start++;
    return { text: new TextDecoder().decode(bytes.subarray(start, filled)), cut: from > 0 };
  } finally {
    file.close();
  }
}
