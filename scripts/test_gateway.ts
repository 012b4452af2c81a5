/**
 * Runs tests/gateway: the executable against a real gateway, which is installed first.
 * Where it cannot be, the tests are skipped, which is said; with `MACP_REQUIRE_GATEWAY=1`
 * that is a failure, unless the machine has no network. Arguments go to `deno test`.
 *
 * @module
 */
import { installFolder, installGateway } from "./lib/gateway_install.ts";
import { deno } from "./lib/run.ts";
import { runScript } from "./lib/run_script.ts";

async function main(args: string[]): Promise<number> {
  const env = Deno.env.toObject();
  const folder = installFolder(env, Deno.uid());
  console.log(`Gateway in ${folder}`);
  const start = performance.now();
  const missing = await installGateway(folder, env);
  if (missing !== null) {
    const failed = env.MACP_REQUIRE_GATEWAY === "1" && !missing.offline;
    const why = `it cannot be installed: ${missing.reason}`;
    console.log(
      failed
        ? `FAILED: MACP_REQUIRE_GATEWAY=1 wants the tests with a real gateway, and ${why}`
        : `Skipped the tests with a real gateway, as ${why}`,
    );
    return failed ? 1 : 0;
  }
  console.log(`Installed after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  const tests = ["test", "-A", ...args, "tests/gateway"];
  return (await deno(tests, { env: { MACP_GATEWAY_INSTALL: folder } })).code;
}

if (import.meta.main) await runScript(main);
