/**
 * What a page of help is, before it becomes text for a terminal or a man page.
 *
 * @module
 */

/** A piece of a page. */
export type Block =
  | { kind: "text"; text: string }
  /** Terms, and what is said of each. */
  | { kind: "rows"; rows: readonly (readonly [term: string, text: string])[]; column: number }
  /** Lines to type or to copy, never wrapped. */
  | { kind: "code"; lines: readonly string[] };

/** A heading and what stands under it. */
export interface Section {
  title: string;
  blocks: readonly Block[];
}

/** A page of help. */
export interface Page {
  /** Stands before the first heading. */
  opening: string;
  sections: readonly Section[];
}

/** A piece of running text. */
export function text(value: string): Block {
  return { kind: "text", text: value };
}

/** Terms, and what is said of each; `column` is the least width of the terms. */
export function rows(value: readonly (readonly [string, string])[], column = 0): Block {
  return { kind: "rows", rows: value, column };
}

/** Lines as they are. */
export function code(...lines: string[]): Block {
  return { kind: "code", lines };
}
