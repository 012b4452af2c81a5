/**
 * The log of one attempt: what worker and gates printed.
 *
 * @module
 */
import { join } from "@std/path";
import type { Redactor, StreamRedactor } from "../redaction/redactor.ts";
import type { Files } from "../sys/files.ts";
import { CappedFile } from "./capped_file.ts";
import { createTextCleaner } from "./text_cleaner.ts";
import { tailOf, TextTail } from "./text_tail.ts";

/** Which log, and what must not stand in it. */
export interface AttemptLogOptions {
  files: Files;
  /** Folder of all logs. */
  folder: string;
  /** Name of the task's folder. */
  name: string;
  /** Serial of the attempt. */
  attempt: number;
  /** Size beyond which the middle is dropped, bytes; 1024 at least. */
  maxBytes: number;
  redactor: Redactor;
}

/** Characters of the end that are kept in memory. */
const KEPT = 65_536;

/**
 * Writes what is printed into `<folder>/<name>/<attempt>.log` (0600, its folder 0700),
 * as plain text, redacted, capped in size. An existing log is continued. Complete lines
 * are written at once, a line that is not complete when it is or when it grows over
 * 4 Ki characters. Methods throw what the file system says.
 */
export class AttemptLog {
  /** Path of the file. */
  readonly path: string;
  readonly #file: CappedFile;
  readonly #redactor: Redactor;
  readonly #redaction: StreamRedactor;
  readonly #cleaners = { out: createTextCleaner(), err: createTextCleaner() };
  readonly #tail = new TextTail(KEPT);
  readonly #encoder = new TextEncoder();
  #lineOpen: boolean;
  #ended = false;

  constructor(options: AttemptLogOptions) {
    const folder = join(options.folder, options.name);
    options.files.makeFolder(folder);
    this.path = join(folder, `${options.attempt}.log`);
    this.#file = new CappedFile({ ...options, path: this.path });
    this.#lineOpen = this.#file.endsInLine;
    this.#redactor = options.redactor;
    this.#redaction = options.redactor.stream();
  }

  /** Takes what was printed, cut anywhere. Short lines of the two streams are not mixed. */
  write(bytes: Uint8Array, stream: "out" | "err" = "out"): void {
    this.#append(this.#redaction.push(this.#cleaners[stream].push(bytes)));
  }

  /** Begins a part with a line `== title`; `tail` then tells of this part alone. */
  section(title: string): void {
    this.#flush();
    const line = this.#redactor.text(title).replace(/[\s\p{Cc}]+/gu, " ").trim();
    this.#append(`== ${line}\n`);
    this.#tail.clear();
  }

  /**
   * The end of what was printed since the newest section, at most `lines` lines and
   * `bytes` bytes, at most 64 Ki characters, redacted.
   */
  tail(lines: number, bytes: number): string {
    const { out, err } = this.#cleaners;
    const pending = this.#redaction.preview(out.pending() + err.pending());
    return tailOf(this.#tail.text() + pending, lines, bytes);
  }

  /** A text without secrets. */
  redacted(text: string): string {
    return this.#redactor.text(text);
  }

  /** Writes the rest and closes the file. Calling it again does nothing. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    try {
      this.#flush();
    } finally {
      this.#file.close();
    }
  }

  /** Writes all that was held back, and completes the line. */
  #flush(): void {
    for (const cleaner of [this.#cleaners.out, this.#cleaners.err]) {
      this.#append(this.#redaction.push(cleaner.end()));
      this.#append(this.#redaction.end());
      if (this.#lineOpen) this.#append("\n");
    }
  }

  #append(text: string): void {
    if (text === "") return;
    this.#file.write(this.#encoder.encode(text));
    this.#tail.push(text);
    this.#lineOpen = !text.endsWith("\n");
  }
}
