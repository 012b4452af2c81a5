/**
 * Runs every check that needs no executable, all of them also after one failed, and says
 * at the end what failed.
 *
 * @module
 */
import { deno } from "./lib/run.ts";

/** Each check, by name, with the arguments of Deno. */
const checks: Readonly<Record<string, string[]>> = {
  format: ["fmt", "--check"],
  lint: ["lint"],
  imports: ["run", "-A", "scripts/check_imports.ts"],
  types: ["check", "src", "scripts", "tests"],
  schemas: ["run", "-A", "scripts/schemas.ts", "--check"],
  drawing: ["run", "-A", "scripts/drawing.ts", "--check"],
  help: ["run", "-A", "scripts/check_help.ts"],
  documentation: ["run", "-A", "scripts/check_docs.ts"],
  "unit tests": ["test", "-A", "--quiet", "tests/unit"],
};

async function main(): Promise<number> {
  const failed: string[] = [];
  for (const [name, args] of Object.entries(checks)) {
    console.log(`— ${name}`);
    const start = performance.now();
    const { success } = await deno(args);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${success ? "ok" : "FAILED"}: ${name} (${seconds} s)`);
    if (!success) failed.push(name);
  }
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}`);
  else console.log("\nAll checks passed");
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
