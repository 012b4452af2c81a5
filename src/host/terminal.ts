/**
 * The real terminal.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { Terminal } from "../sys/terminal.ts";

/** The real terminal. A reader or a terminal that went away ends nothing but the output. */
export function realTerminal(): Terminal {
  let isAbandoned = false;
  const isTerminal = Deno.stdout.isTerminal();
  const isErrorTerminal = Deno.stderr.isTerminal();
  return {
    write: (text) => {
      if (!writeAll(Deno.stdout, text, isTerminal)) isAbandoned = true;
    },
    isAbandoned: () => isAbandoned,
    writeError: (text) => void writeAll(Deno.stderr, text, isErrorTerminal),
    isTerminal,
    isErrorTerminal,
    columns: () => sizeOf("columns", 80),
    rows: () => sizeOf("rows", 24),
    onDisturbed(callback) {
      const resized = () => callback("resized");
      const continued = () => callback("continued");
      Deno.addSignalListener("SIGWINCH", resized);
      Deno.addSignalListener("SIGCONT", continued);
      return () => {
        Deno.removeSignalListener("SIGWINCH", resized);
        Deno.removeSignalListener("SIGCONT", continued);
      };
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

function sizeOf(side: "columns" | "rows", otherwise: number): number {
  try {
    return Deno.consoleSize()[side] || otherwise;
  } catch {
    return otherwise;
  }
}

/** False when nobody reads any more. Throws `MacpError` when it cannot be written. */
function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
  isTerminal: boolean,
): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || (isTerminal && isHungUp(error))) {
      return false;
    }
    throw new MacpError("failure", `Cannot print as ${messageOf(error)}`, {
      code: "output_failed",
      hints: ["What was done until then is done; macp status tells"],
      cause: error,
    });
  }
}

/** Whether an error says that the terminal was closed. */
function isHungUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EIO";
}
