import { assertEquals } from "@std/assert";
import { configFaults } from "../../../src/store/config_faults.ts";

function faultsWith(quiet: unknown, more: Record<string, unknown> = {}): string[] {
  return configFaults({ macp: { slack: { quiet_hours: quiet, ...more } } })
    .map(({ path, value, expected }) => `${path} ${value}: ${expected}`);
}

const at = "/macp/slack/quiet_hours";

Deno.test("configFaults() takes quiet hours, over midnight and without a time zone too", () => {
  assertEquals(faultsWith({ from: "22:00", to: "07:00" }), []);
  assertEquals(faultsWith({ from: "1:00", to: "07:30", time_zone: null }), []);
  assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone: "Europe/Berlin" }), []);
  assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone: "UTC" }), []);
  assertEquals(faultsWith(null, { collapse_seconds: 90.5 }), []);
});

Deno.test("configFaults() takes time zones without a slash, and refuses what is none or several", () => {
  const zones = ["UTC", "utc", "GMT", "CET", "EST5EDT", "PST8PDT", "EST", "Japan", "Zulu", "Z"];
  for (const time_zone of [...zones, "Etc/GMT+5", "+05:30", "UTC-3"]) {
    assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone }), [], time_zone);
  }
  for (const time_zone of ["", " ", "localtime", "Berlin", "BST", "IST", "CST", "+25:00"]) {
    assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone }), [
      `${at}/time_zone "${time_zone}": a time zone such as Europe/Berlin or UTC`,
    ]);
  }
});

Deno.test("configFaults() names the field of quiet hours that is wrong", () => {
  assertEquals(faultsWith({ from: "25:00", to: "07:00" }), [
    `${at}/from "25:00": a time of day such as 22:00`,
  ]);
  assertEquals(faultsWith({ from: "22:00", to: "7am" }), [
    `${at}/to "7am": a time of day such as 22:00`,
  ]);
  assertEquals(faultsWith({ from: "7:00", to: "07:00" }), [
    `${at}/to "07:00": another time than "7:00"`,
  ]);
  assertEquals(faultsWith({ from: "22:00", to: "07:00", time_zone: "Mars/Phobos" }), [
    `${at}/time_zone "Mars/Phobos": a time zone such as Europe/Berlin or UTC`,
  ]);
  assertEquals(faultsWith({ from: "22:00" }), [`${at}/to nothing: a value, as it is required`]);
  assertEquals(faultsWith("22:00-07:00"), [`${at} "22:00-07:00": object or null`]);
  assertEquals(faultsWith({ from: "22:00", to: "07:00", timezone: "UTC" }).length, 1);
});

Deno.test("configFaults() names collapse_seconds that cannot be", () => {
  const fault = (value: unknown) => faultsWith(null, { collapse_seconds: value });
  assertEquals(fault(-1), ["/macp/slack/collapse_seconds -1: a number >= 0"]);
  assertEquals(fault("30"), ['/macp/slack/collapse_seconds "30": number']);
});

Deno.test("configFaults() gives the faults of something that is no configuration", () => {
  assertEquals(configFaults(3).length, 1);
  assertEquals(configFaults({ macp: 3 }).length, 1);
});

Deno.test("configFaults() shows no value that may hold a secret, but what kind it is", () => {
  const MARK = "MARKMARKMARK";
  const shown = (config: unknown) =>
    configFaults(config).map(({ path, value }) => `${path} ${value}`);
  for (
    const [config, fault] of [
      [{ macp: { webhook: { auth_token: [MARK] } } }, "/macp/webhook/auth_token a list"],
      [{ macp: { webhook: { auth_token: 12345678 } } }, "/macp/webhook/auth_token a number"],
      [
        { macp: { webhook: { signing_secret: { a: MARK } } } },
        "/macp/webhook/signing_secret an object",
      ],
      [{ macp: { webhook: { url_env: { a: MARK } } } }, "/macp/webhook/url_env an object"],
      [{ macp: { slack: `https://hooks.slack.com/services/${MARK}` } }, "/macp/slack a text"],
      [{ macp: { ntfy: [{ url: MARK }] } }, "/macp/ntfy a list"],
      [{ macp: { exec: { command: [MARK] } } }, "/macp/exec/command a list"],
      [{ macp: `https://hooks.slack.com/services/${MARK}` }, "/macp a text"],
      [{ macp: [{ webhook: { url: MARK } }] }, "/macp a list"],
      [[{ macp: MARK }], " a list"],
      [{ quality_gates: { env: { API_TOKEN: MARK } } }, "/quality_gates an object"],
      [{ macp: { slack: { timeout_seconds: "soon" } } }, '/macp/slack/timeout_seconds "soon"'],
      [{ macp: { webhook: { enabled: null } } }, "/macp/webhook/enabled null"],
    ] as const
  ) {
    const all = shown(config);
    assertEquals(all.includes(fault), true, `${fault}: ${all}`);
    assertEquals(all.join().includes("MARK"), false, all.join());
  }
});

Deno.test("configFaults() refuses a base_url that no link can begin with", () => {
  const fault = (base_url: unknown) =>
    configFaults({ macp: { doorbell: { base_url } } }).map(({ path, value }) => [path, value]);
  for (const base of [null, "", "https://mosaic.example.org", "http://localhost:3000/app//"]) {
    assertEquals(fault(base), [], String(base));
  }
  for (
    const [base, shown] of [
      ["mosaic", "mosaic"],
      ["mosaic.example.org/app", "mosaic.example.org/app"],
      ["ftp://mosaic.example.org", "ftp://mosaic.example.org"],
      ["javascript:alert(1)", "javascript:alert(1)"],
      ["https://me:MARK@mosaic.example.org/a", "https://…@mosaic.example.org/a"],
      ["https://mosaic.example.org/?key=MARK", "https://mosaic.example.org/?…"],
      ["https://mosaic.example.org/#x", "https://mosaic.example.org/#…"],
      ["https://", "https://"],
    ] as const
  ) {
    assertEquals(fault(base), [["/macp/doorbell/base_url", JSON.stringify(shown)]]);
  }
});

Deno.test("configFaults() refuses times for a sink that no day has", () => {
  for (const name of ["webhook", "discord", "slack", "ntfy", "exec"]) {
    const of = (timeout_seconds: number) =>
      configFaults({ macp: { [name]: { timeout_seconds } } })
        .map(({ path, value, expected }) => `${path} ${value}: ${expected}`);
    assertEquals(of(86_400), []);
    assertEquals(of(1e300), [`/macp/${name}/timeout_seconds 1e+300: a number <= 86400`]);
  }
  assertEquals(configFaults({ macp: { watch_poll_interval_seconds: 1e9 } }).length, 1);
});

Deno.test("configFaults() tells nothing that an agent's settings may hold, and the nearest key", () => {
  const agents: [unknown, string, string][] = [
    [{ w: { port: 1, token: "MARK", nope: 1 } }, "/delegate/agents/w", "an object"],
    [{ w: { port: 1, token: ["MARK"] } }, "/delegate/agents/w/token", "a list"],
    [[{ token: "MARK" }], "/delegate/agents", "a list"],
    [{ w: { url: "http://u:MARK@h/p?x=MARK", nope: 1 } }, "/delegate/agents/w", "an object"],
    [{ w: { url: ["http://h/MARK"] } }, "/delegate/agents/w/url", "a list"],
    [{ w: { model: ["http://u:MARK@h/"] } }, "/delegate/agents/w/model", "a list"],
    [{ w: "MARK" }, "/delegate/agents/w", "a text"],
  ];
  for (const [value, path, found] of agents) {
    const faults = configFaults({ delegate: { agents: value } });
    assertEquals(faults.map((fault) => [fault.path, fault.value]), [[path, found]]);
    assertEquals(JSON.stringify(faults).includes("MARK"), false);
  }
  assertEquals(
    configFaults({ delegate: { agents: { w: { port: 1, tokn: "x" } } } })[0]?.expected,
    'no field "tokn": did you mean token?',
  );
});
