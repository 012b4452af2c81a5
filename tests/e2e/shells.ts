/**
 * Real shells in a terminal, in which a test types.
 *
 * @module
 */
import { join } from "@std/path";
import { exists, macpPath, type Repository, until } from "./harness.ts";

/** A shell that completions are made for. */
export type ShellName = "bash" | "zsh" | "fish";

/** How each shell starts without settings of its user, and takes the completions over. */
const starts: Record<ShellName, { command: string; setup: string[] }> = {
  bash: {
    command: "bash --noprofile --norc -i",
    setup: [
      "PS1='ready''> '",
      "bind 'set enable-bracketed-paste off'",
      'eval "$(macp completions bash)"',
    ],
  },
  zsh: {
    command: "zsh -f -i",
    setup: [
      "PS1='ready''> ' PROMPT_SP= PROMPT_EOL_MARK=",
      "autoload -Uz compinit && compinit -u -D",
      'eval "$(macp completions zsh)"',
    ],
  },
  fish: {
    command: "fish -i",
    setup: ["function fish_prompt; echo -n 'ready''> '; end", "macp completions fish | source"],
  },
};

/** What a terminal shows, without colours, movements and padding. */
function plain(screen: string): string {
  // deno-lint-ignore no-control-regex
  return screen.replaceAll(/\x1b\[[\d;?]*[A-Za-z]|[\x00\x0f]/g, "");
}

/** Whether a program is there; the test is skipped with a line where it is not. */
export function isThere(program: string): boolean {
  const found = ["/usr/local/bin", "/usr/bin", "/bin"].some((folder) =>
    exists(join(folder, program))
  );
  if (!found) console.log(`Skipped, as there is no ${program} on this machine`);
  return found;
}

/** A shell in a terminal. Its `macp` writes its arguments down instead of running. */
export class Shell {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #calls: string;
  #screen = "";
  #reading: Promise<void>;

  private constructor(child: Deno.ChildProcess, calls: string) {
    this.#child = child;
    this.#calls = calls;
    this.#keys = child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Starts a shell in a repository, calls `test`, and ends it. */
  static async in(
    repository: Repository,
    name: ShellName,
    test: (shell: Shell) => Promise<void>,
    setup: readonly string[] = starts[name].setup,
  ): Promise<void> {
    const bin = repository.outside("bin");
    const calls = repository.outside("calls");
    Deno.mkdirSync(bin, { recursive: true });
    // Fish makes these of all man pages in the background, where the folder is missing.
    const made = repository.outside("home", ".local/share/fish/generated_completions");
    Deno.mkdirSync(made, { recursive: true });
    const script = `#!/bin/sh
case "$1" in __complete | completions) exec '${macpPath}' "$@" ;; esac
printf '%s\\n' "$@" >'${calls}.part'
mv '${calls}.part' '${calls}'
`;
    Deno.writeTextFileSync(join(bin, "macp"), script, { mode: 0o755 });
    const { command } = starts[name];
    const child = new Deno.Command("script", {
      args: ["-qefc", `stty rows 40 cols 120; exec ${command}`, "/dev/null"],
      cwd: repository.path,
      env: {
        ...repository.env,
        PATH: `${bin}:${repository.env.PATH}`,
        TERM: "vt100",
        LANG: "C.UTF-8",
        SHELL: "/bin/sh",
      },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const shell = new Shell(child, calls);
    try {
      for (const line of setup) await shell.type(`${line}\r`);
      await shell.type(" echo set-''up\r");
      await until("the shell to be set up", () => shell.#screen.includes("set-up"));
      await test(shell);
    } finally {
      await shell.#end();
    }
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#screen += text;
    }
  }

  /** Types keys; `\t` is the key that completes. */
  async type(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Types a line, presses Enter; gives the arguments that macp was called with. */
  async call(keys: string): Promise<string[]> {
    if (exists(this.#calls)) Deno.removeSync(this.#calls);
    await this.type(`${keys}\r`);
    await until(
      `a call of macp by ${JSON.stringify(keys)}; the screen: ${this.#screen}`,
      () => exists(this.#calls),
      15_000,
    );
    return Deno.readTextFileSync(this.#calls).replace(/\n$/, "").split("\n");
  }

  /** Types keys, and waits until the screen shows all of `texts` after it; takes the line back. */
  async shows(keys: string, texts: readonly string[]): Promise<void> {
    const from = this.#screen.length;
    await this.type(keys);
    await until(`${texts.join(", ")} on the screen: ${this.#screen.slice(from)}`, () => {
      const shown = plain(this.#screen.slice(from));
      return texts.every((text) => shown.includes(text));
    }, 15_000);
    await this.type("\x03");
  }

  async #end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#reading;
    await this.#keys.abort().catch(() => {});
  }
}
