/**
 * A terminal of a given size, by tmux, and screens that are checked in.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Repository, textOf, until } from "./harness.ts";

const folder = join(import.meta.dirname ?? ".", "screens");
/** Writes the screens instead of comparing them. */
const writes = Deno.env.get("MACP_WRITE_SCREENS") === "1";
/** Looks that a screen stays the same for, before it is written. */
const stillLooks = 40;

/** Whether tmux is there. */
export const hasTmux = (() => {
  try {
    return new Deno.Command("tmux", { args: ["-V"] }).outputSync().success;
  } catch {
    return false;
  }
})();

/** Size of a terminal. */
export interface Size {
  columns: number;
  rows: number;
}

/** A terminal in which a shell command runs. */
export class Screen {
  readonly #repository: Repository;
  readonly #socket: string;

  private constructor(repository: Repository, socket: string) {
    this.#repository = repository;
    this.#socket = socket;
  }

  /** Opens a terminal; afterwards `close` has to be called. */
  static open(
    repository: Repository,
    command: string,
    { columns, rows, env = {} }: Size & { env?: Record<string, string> },
  ): Screen {
    const screen = new Screen(repository, repository.outside(`tmux-${crypto.randomUUID()}`));
    // The shell outlives an interrupt that is meant for the command.
    const line = `trap : INT; ${command}; echo "exit $?"; exec cat >/dev/null`;
    screen.#tmux(
      ["-u", "-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, line],
      env,
    );
    return screen;
  }

  /** Ends what runs there. */
  close(): void {
    this.#tmux(["kill-server"]);
  }

  resize({ columns, rows }: Size): void {
    this.#tmux(["resize-window", "-x", `${columns}`, "-y", `${rows}`]);
  }

  /** Types keys by their names. */
  type(...keys: string[]): void {
    this.#tmux(["send-keys", ...keys]);
  }

  /** Lines that show, without blanks at their ends and empty lines at the end. */
  text(...more: string[]): string {
    return this.#tmux(["capture-pane", "-p", ...more])
      .split("\n").map((line) => line.trimEnd()).join("\n").trimEnd();
  }

  /** Waits for a text to show. */
  async shows(text: string | RegExp): Promise<void> {
    const has = () =>
      typeof text === "string" ? this.text().includes(text) : text.test(this.text());
    try {
      await until(`${text}`, has);
    } catch (error) {
      throw new Error(`${error}\n${this.text()}`);
    }
  }

  /**
   * Waits for a text to show, and then for the screen to be the one that is checked in;
   * times and process numbers do not count.
   */
  async is(name: string, when: string | RegExp): Promise<void> {
    await this.shows(when);
    const path = join(folder, `${name}.txt`);
    if (writes) return Deno.writeTextFileSync(path, `${await this.#still()}\n`);
    const wanted = textOf(path)?.trimEnd() ?? "";
    try {
      await until(name, () => mask(this.text()) === wanted, 10_000);
    } catch {
      assertEquals(mask(this.text()), wanted, name);
    }
  }

  async #still(): Promise<string> {
    let before = "";
    let same = 0;
    await until("a still screen", () => {
      const now = mask(this.text());
      same = now === before ? same + 1 : 0;
      before = now;
      return same > stillLooks;
    });
    return before;
  }

  #tmux(args: readonly string[], env: Record<string, string> = {}): string {
    const { stdout, stderr, success } = new Deno.Command("tmux", {
      args: ["-S", this.#socket, ...args],
      cwd: this.#repository.path,
      env: { ...this.#repository.env, SHELL: "/bin/sh", LANG: "C.UTF-8", TERM: "xterm", ...env },
      clearEnv: true,
    }).outputSync();
    if (!success) throw new Error(`Cannot run tmux: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}

/** A screen whose times and process numbers are always the same. */
export function mask(screen: string): string {
  return screen.split("\n").map(maskLine).join("\n");
}

function maskLine(line: string): string {
  return line
    // What stands at the right moves to the left when it gets longer.
    .replace(
      / {2}(\S[^·]*· attempt \d\/\d · )(\d+m )?(\d+)s$/,
      (_, about, minutes, seconds) =>
        `${" ".repeat(1 + (minutes ?? "").length + seconds.length)}${about}Ns`,
    )
    .replaceAll(/\b(?:\d+m )?\d+s\b/g, "Ns")
    .replaceAll(/process \d+/g, "process N")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}
