/**
 * A search that ends. Some regular expressions take for ever on some texts, and only an
 * interrupt of the engine itself ends them: ending a Worker does not.
 *
 * @module
 */

/** Whether `pattern` finds something in `text`; null when it does not come to an end in `ms`. */
export async function finds(pattern: RegExp, text: string, ms: number): Promise<boolean | null> {
  // Loads modules of Node: only when something is searched for.
  const { runInNewContext } = await import("node:vm");
  try {
    return runInNewContext("pattern.test(text)", { pattern, text }, { timeout: ms }) === true;
  } catch (error) {
    if (isTooMuch(error)) return null;
    throw error;
  }
}

/**
 * Whether a search took too long, or came to no end as it took too much of the stack. The error
 * is of another realm, whose classes are not the ones here.
 */
function isTooMuch(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === "RangeError" || code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
