import { assertEquals } from "@std/assert";
import { parseAddress, refusedAddress, refusedHost } from "../../../src/sinks/addresses.ts";

/** The host as a URL has it, which undoes unusual ways to write an address. */
function hostOf(address: string): string {
  return new URL(`http://${address}/`).hostname;
}

for (
  const address of [
    "169.254.169.254",
    "169.254.0.1",
    "169.254.255.255",
    "2852039166", // 169.254.169.254 as one number
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[fe80::1]",
    "[febf:ffff::1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[::169.254.169.254]",
    "[::ffff:0:169.254.169.254]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::169.254.169.254]",
    "[2002:a9fe:a9fe::1]",
    "[fd00:ec2::254]",
    "[FD00:0EC2:0:0:0:0:0:0254]",
    "[fd20:ce::254]",
    "100.100.100.200",
    "[::ffff:100.100.100.200]",
    "168.63.129.16",
    "metadata.google.internal",
    "METADATA.Google.Internal.",
    "metadata",
    "instance-data.ec2.internal",
  ]
) {
  Deno.test(`refusedHost() refuses ${address}`, () => {
    assertEquals(typeof refusedHost(hostOf(address)), "string");
  });
}

for (
  const address of [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.253.255.255",
    "169.255.0.0",
    "100.100.100.201",
    "[fc00::1]",
    "[fec0::1]",
    "[fe7f::1]",
    "[::ffff:127.0.0.1]",
    "[2001:db8::a9fe:a9fe]",
    "hooks.slack.com",
    "metadata.example.org",
    "my-metadata",
  ]
) {
  Deno.test(`refusedHost() has nothing against ${address}`, () => {
    assertEquals(refusedHost(hostOf(address)), null);
  });
}

Deno.test("refusedAddress() knows addresses as the system tells them", () => {
  assertEquals(typeof refusedAddress("fe80::1%eth0"), "string");
  assertEquals(typeof refusedAddress("169.254.169.254"), "string");
  assertEquals(refusedAddress("93.184.216.34"), null);
});

Deno.test("parseAddress() tells addresses from names", () => {
  assertEquals(parseAddress("127.0.0.1"), [127, 0, 0, 1]);
  assertEquals(parseAddress("::1"), [0, 0, 0, 0, 0, 0, 0, 1]);
  assertEquals(parseAddress("1:2:3:4:5:6:7:8"), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(parseAddress("::"), [0, 0, 0, 0, 0, 0, 0, 0]);
  for (const name of ["localhost", "cafe", "a.b", "256.1.1.1", "1.2.3", "", ":::", "::1]/x["]) {
    assertEquals(parseAddress(name), null, name);
  }
});
