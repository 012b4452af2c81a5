import { assertEquals } from "@std/assert";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import type { MacpConfig } from "../../../src/protocol/generated/types.ts";
import { calmOf } from "../../../src/sinks/calm_settings.ts";

function settingsOf(macp: MacpConfig) {
  return resolveSettings([{ origin: "test", values: { macp } }]).settings.macp;
}

Deno.test("calmOf() spares nobody anything unless the settings say so", () => {
  const settings = settingsOf({});
  for (const name of ["discord", "slack", "ntfy", "webhook", "stdout"]) {
    assertEquals(calmOf(settings, name, "UTC"), { quiet: null, windowMs: 0 });
  }
});

Deno.test("calmOf() reads quiet hours and the window of the sink alone", () => {
  const settings = settingsOf({
    slack: { quiet_hours: { from: "22:00", to: "07:30" }, collapse_seconds: 90 },
    ntfy: { quiet_hours: { from: "1:00", to: "2:00", time_zone: "UTC" } },
  });
  assertEquals(calmOf(settings, "slack", "Europe/Berlin"), {
    quiet: { from: 1320, to: 450, zone: "Europe/Berlin" },
    windowMs: 90_000,
  });
  assertEquals(calmOf(settings, "ntfy", "Europe/Berlin").quiet?.zone, 0);
  assertEquals(calmOf(settings, "discord", "Europe/Berlin"), { quiet: null, windowMs: 0 });
});
