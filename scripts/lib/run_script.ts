/**
 * What scripts that measure and prove begin with.
 *
 * @module
 */

/** Runs a script to its exit code; 1, with the message alone, when it throws. */
export async function runScript(main: (args: string[]) => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
