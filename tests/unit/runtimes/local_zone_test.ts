import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { realFiles } from "../../../src/host/files.ts";
import { localZone } from "../../../src/runtimes/local_zone.ts";

function zoneFor(TZ: string | undefined, systemName?: string) {
  const env: Record<string, string> = TZ === undefined ? {} : { TZ };
  return localZone({ files: realFiles, env }, systemName);
}

Deno.test("localZone() takes TZ in all its forms", () => {
  for (
    const [given, zone] of [
      ["Europe/Berlin", "Europe/Berlin"],
      [":Europe/Paris", "Europe/Paris"],
      ["/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"],
      [":/usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"],
      ["right/Asia/Tokyo", "Asia/Tokyo"],
      ["EST5EDT", "EST5EDT"],
      ["UTC", 0],
      ["UTC0", 0],
      ["UTC+3", -180],
      ["<+0530>-5:30", 330],
      ["JST-9", 540],
      ["", "UTC"],
      [":", "UTC"],
    ] as const
  ) {
    assertEquals(zoneFor(given), { zone, doubt: null }, given);
  }
});

Deno.test("localZone() follows a link to a file of the system's list", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(join(folder, "zoneinfo", "Europe"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "zoneinfo", "Europe", "Rome"), "");
    Deno.symlinkSync(join(folder, "zoneinfo", "Europe", "Rome"), join(folder, "here"));
    assertEquals(zoneFor(`:${folder}/here`), { zone: "Europe/Rome", doubt: null });
    Deno.writeTextFileSync(join(folder, "copy"), "");
    assertMatch(zoneFor(`${folder}/copy`).doubt ?? "", /^TZ is .*copy, which names no time zone/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("localZone() is UTC, and says why, when nothing can be told", () => {
  for (const given of ["Bogus", "/no/such/file", "Etc/Unknown", "XYZ99", "@"]) {
    const doubt = `TZ is ${given}, which names no time zone that is known`;
    assertEquals(zoneFor(given), { zone: "UTC", doubt });
  }
});

Deno.test("localZone() keeps the winter time of a zone whose summer time it cannot tell", () => {
  const doubt = "the summer time of TZ=CET-1CEST,M3.5.0,M10.5.0/3 is not known";
  assertEquals(zoneFor("CET-1CEST,M3.5.0,M10.5.0/3"), { zone: 60, doubt });
});

Deno.test("localZone() is that of the system without TZ", () => {
  assertEquals(zoneFor(undefined, "Asia/Tokyo"), { zone: "Asia/Tokyo", doubt: null });
  const files = {
    ...realFiles,
    stat: () => realFiles.stat("/"),
    realPath: () => "/usr/share/zoneinfo/Europe/Rome",
  };
  assertEquals(localZone({ files, env: {} }, "Etc/Unknown").zone, "Europe/Rome");
  const none = { ...realFiles, stat: () => null };
  const doubt = "the time zone of the machine is unknown";
  assertEquals(localZone({ files: none, env: {} }, "Etc/Unknown"), { zone: "UTC", doubt });
});
