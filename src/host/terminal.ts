/**
 * The real terminal.
 *
 * @module
 */
import type { Terminal } from "../sys/terminal.ts";

/** The real terminal. A reader that went away ends nothing but the output. */
export function realTerminal(): Terminal {
  let isAbandoned = false;
  return {
    write: (text) => {
      if (!writeAll(Deno.stdout, text)) isAbandoned = true;
    },
    isAbandoned: () => isAbandoned,
    writeError: (text) => void writeAll(Deno.stderr, text),
    isTerminal: Deno.stdout.isTerminal(),
    isErrorTerminal: Deno.stderr.isTerminal(),
    columns() {
      try {
        return Deno.consoleSize().columns || 80;
      } catch {
        return 80;
      }
    },
    folder: Deno.cwd(),
    program: Deno.build.standalone
      ? [Deno.execPath()]
      : [Deno.execPath(), "run", "-A", Deno.mainModule],
    runtime: { name: "deno", version: Deno.version.deno, target: Deno.build.target },
    onSignal(signal, callback) {
      Deno.addSignalListener(signal, callback);
      return () => Deno.removeSignalListener(signal, callback);
    },
  };
}

/** False when nobody reads any more. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
