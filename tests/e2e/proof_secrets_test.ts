import { assert, assertEquals } from "@std/assert";
import { proveSecrets } from "../proof/secrets.ts";

Deno.test("Secrets planted in every input are in no byte that is written, sent or printed", async () => {
  const report = await proveSecrets({ seed: 4711 });
  assertEquals(report.faults, []);
  assert(report.requests > 10 && report.redacted > 500, JSON.stringify(report));
});
