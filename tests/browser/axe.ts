/**
 * The rules of axe-core for pages that everybody can use.
 *
 * @module
 */
import { join } from "@std/path";

/** The package of the npm registry, and what its file must be. */
const name = "axe-core@4.14.1";

/** One breach of a rule. */
export interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Text of the library, or null with a line that says why it cannot be had. */
export async function fetchAxe(): Promise<string | null> {
  const given = Deno.env.get("AXE_JS");
  if (given) return Deno.readTextFileSync(given);
  const folder = Deno.makeTempDirSync({ prefix: "macp-axe-" });
  try {
    const { success } = await new Deno.Command("npm", {
      args: ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", name],
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return Deno.readTextFileSync(join(folder, "node_modules/axe-core/axe.min.js"));
    console.log(`Skipped: ${name} cannot be fetched`);
  } catch (error) {
    console.log(`Skipped: npm cannot be run (${error})`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  return null;
}

/** An expression that gives the violations of the page that is open. */
export function axeExpression(axe: string): string {
  return `(() => { ${axe}; return axe.run(document, { resultTypes: ["violations"] })` +
    `.then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, ` +
    `nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }))) })()`;
}
