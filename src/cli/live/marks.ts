/**
 * Signs that stand beside words, never in their place.
 *
 * @module
 */

/** Signs by what they stand for. */
export interface Marks {
  done: string;
  failed: string;
  retried: string;
  /** Somebody is asked. */
  asks: string;
  attempt: string;
  current: string;
  ahead: string;
  said: string;
  next: string;
}

const drawn: Marks = {
  done: "✓",
  failed: "✗",
  retried: "↻",
  asks: "?",
  attempt: "▸",
  current: "●",
  ahead: "○",
  said: "│",
  next: "→",
};

const typed: Marks = {
  done: "+",
  failed: "x",
  retried: "~",
  asks: "?",
  attempt: ">",
  current: "*",
  ahead: ".",
  said: "|",
  next: ">",
};

/** The signs that the terminal can show; one that says nothing of its characters has all. */
export function marksFor(env: Readonly<Record<string, string>>): Marks {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return locale === "" || /utf-?8/i.test(locale) ? drawn : typed;
}
