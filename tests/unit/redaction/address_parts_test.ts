import { assertEquals } from "@std/assert";
import { addressParts } from "../../../src/redaction/address_parts.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

Deno.test("addressParts() takes path and token of the address of a hook, and no plain word", () => {
  const token = "aaaaBBBBccccDDDDeeeeFFFF";
  const slack = `/services/T00000000/B00000000/${token}`;
  assertEquals(addressParts(`http://127.0.0.1:8080${slack}`), [slack, token]);
  const discord = "/api/webhooks/123456789012345678/aB3-dEf_gh1jKl";
  assertEquals(
    addressParts(`https://discord.com${discord}/`),
    [
      discord,
      "123456789012345678",
      "aB3-dEf_gh1jKl",
    ].filter((part) => part.length >= 12),
  );
  assertEquals(addressParts("https://ntfy.example/anna-builds-for-nobody-else"), [
    "/anna-builds-for-nobody-else",
    "anna-builds-for-nobody-else",
  ]);
});

Deno.test("addressParts() takes nothing where all is plain, short, or no address", () => {
  for (
    const value of [
      "http://localhost:8080/macp/events",
      "https://hooks.example.org",
      "https://very-long-name-of-a-host-1234.example.org/hook",
      "https://hooks.example.org/notifications",
      "https://hooks.example.org/api/v1/events",
      "https://hooks.example.org/x/IncomingWebhook",
      "https://example.org/x?v=2016-06-01",
      "https://user@example.org/",
      "ghp/aaaaBBBBccccDDDDeeeeFFFF",
      "file:///home/anna/a-very-long-name/of-a-file",
      "two lines\nhttps://example.org/aaaaBBBBccccDDDDeeeeFFFF",
    ]
  ) assertEquals(addressParts(value), [], value);
});

Deno.test("addressParts() takes the password, alone from 6 characters on, and with its user", () => {
  assertEquals(addressParts("https://bot:pass-1@example.org/hook"), ["pass-1", "bot:pass-1"]);
  assertEquals(addressParts("https://bot:pass@example.org/hook"), ["bot:pass"]);
  assertEquals(addressParts("https://bot:p@ss%2Fwörd@example.org"), [
    ...["p@ss%2Fwörd", "p@ss/wörd", "bot:p@ss%2Fwörd", "bot:p@ss/wörd"],
  ]);
  assertEquals(addressParts("https://a1b2c3d4e5f6@example.org"), ["a1b2c3d4e5f6"]);
});

Deno.test("addressParts() takes values of the query as they are and decoded", () => {
  assertEquals(addressParts("https://example.org/run?a=short&sig=Zm9v%2Bb-25kIQ&b#part"), [
    "/run?a=short&sig=Zm9v%2Bb-25kIQ&b",
    "/run?a=short&sig=Zm9v+b-25kIQ&b",
    "Zm9v%2Bb-25kIQ",
    "Zm9v+b-25kIQ",
  ]);
  assertEquals(addressParts("https://example.org/?key=100%25-1-secret-2"), [
    "/?key=100%25-1-secret-2",
    "/?key=100%-1-secret-2",
    "100%25-1-secret-2",
    "100%-1-secret-2",
  ]);
  assertEquals(addressParts("https://example.org/a%zz-0-not-encoded"), [
    "/a%zz-0-not-encoded",
    "a%zz-0-not-encoded",
  ]);
});

Deno.test("createRedactor() replaces an address once, and its parts where they stand alone", () => {
  const path = "/services/T00000000/B00000000/aaaaBBBBccccDDDDeeeeFFFF";
  const redactor = createRedactor([
    { name: "URL", value: `https://bot:b0tb0t@hooks.example.org${path}` },
    { name: "TOKEN", value: "aaaaBBBBccccDDDDeeeeFFFF" },
  ]);
  const told = {
    [`to https://bot:b0tb0t@hooks.example.org${path}.`]: "to [redacted:URL].",
    [`to https://hooks.example.org${path}.`]: "to https://hooks.example.org[redacted:URL].",
    [`> POST ${path} HTTP/1.1`]: "> POST [redacted:URL] HTTP/1.1",
    [`"${path.replaceAll("/", "\\/")}"`]: '"[redacted:URL]"',
    "the services of webhooks at hooks.example.org":
      "the services of webhooks at hooks.example.org",
    "aaaaBBBBccccDDDDeeeeFFFF": "[redacted:TOKEN]",
    [`Authorization: Basic ${btoa("bot:b0tb0t")}`]: "Authorization: Basic [redacted:URL]",
  };
  for (const [text, redacted] of Object.entries(told)) {
    assertEquals(redactor.text(text), redacted);
    const stream = redactor.stream();
    assertEquals([...text].map((char) => stream.push(char)).join("") + stream.end(), redacted);
  }
});
