import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { emptyState, LedgerFile } from "../../../src/store/ledger.ts";

Deno.test("LedgerFile.read() checks what another program wrote, also after what it wrote itself", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const state = join(folder, "state.json");
    const ledger = new LedgerFile(realWorld(), { state });
    assertEquals(ledger.read(), null);
    ledger.write(emptyState());
    assertEquals(ledger.read(), emptyState());
    Deno.writeTextFileSync(state, JSON.stringify({ ...emptyState(), running: [] }));
    for (let look = 0; look < 2; look++) {
      const { code, details } = assertThrows(() => ledger.read(), MacpError);
      assertEquals(code, "state_invalid");
      assertEquals(details, [`${state}: /running: found [], expected object`]);
    }
    Deno.writeTextFileSync(state, JSON.stringify({ ...emptyState(), controller: null }));
    assertEquals(ledger.read(), emptyState());
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
