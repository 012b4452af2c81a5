import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MacpError } from "../../../src/protocol/errors.ts";
import { goesThroughProxy } from "../../../src/sinks/proxies.ts";
import { post } from "../../../src/sinks/post.ts";
import type { Http } from "../../../src/sys/http.ts";
import { accepting, never, withReceiver } from "./test_receiver.ts";

function postOf(url: string) {
  return { url: new URL(url), headers: {}, body: "{}", certificates: [] };
}

/** A resolver of its own in front of the real connections. */
function resolving(http: Http, addresses: string[], asked: string[] = []): Http {
  const lookup = (host: string) => {
    asked.push(host);
    return Promise.resolve(addresses);
  };
  return { ...http, lookup };
}

Deno.test("post() connects to the address that it looked at, under the name", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    const http = resolving(world.http, ["127.0.0.1"]);
    const url = `http://hooks.example.org:${port}/x`;
    assertEquals((await post({ ...world, http }, postOf(url), never())).status, 204);
    assertEquals(received[0]?.headers.host, `hooks.example.org:${port}`);
  }));

Deno.test("post() tries the next address when one cannot be connected to", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    const http = resolving(world.http, ["::1", "127.0.0.2", "127.0.0.1"]);
    // The receiver listens on 127.0.0.1 alone.
    const url = `http://hooks.example.org:${port}/x`;
    assertEquals((await post({ ...world, http }, postOf(url), never())).status, 204);
    assertEquals(received.length, 1);
  }));

Deno.test("post() sends nothing when any address of a name is refused", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    for (const bad of ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.1.1", "fd00:ec2::254"]) {
      const http = resolving(world.http, ["127.0.0.1", bad]);
      for (const scheme of ["http", "https"]) {
        const request = postOf(`${scheme}://hooks.example.org:${port}/p4th`);
        const error = await assertRejects(
          () => post({ ...world, http }, request, never()),
          MacpError,
        );
        assertEquals(error.code, "address_refused");
        assertMatch(error.message, /^Cannot send to hooks\.example\.org:\d+ as /);
      }
    }
    assertEquals(received, []);
  }));

Deno.test("post() asks for the addresses anew each time", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    const url = postOf(`http://hooks.example.org:${port}/`);
    await post({ ...world, http: resolving(world.http, ["127.0.0.1"]) }, url, never());
    const http = resolving(world.http, ["169.254.169.254"]);
    await assertRejects(() => post({ ...world, http }, url, never()), MacpError);
    assertEquals(received.length, 1);
  }));

Deno.test("post() resolves localhost by itself, and asks nobody about an address", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    assertEquals((await post(world, postOf(`http://localhost:${port}/`), never())).status, 204);
    const asked: string[] = [];
    const http = resolving(world.http, [], asked);
    await post({ ...world, http }, postOf(`http://127.0.0.1:${port}/`), never());
    assertEquals(asked, []);
    assertEquals(received.length, 2);
  }));

Deno.test("post() leaves the way to a proxy, and still refuses what it can tell", () =>
  withReceiver(accepting, async ({ world }) => {
    const seen: (string | null | undefined)[] = [];
    const http: Http = {
      ...world.http,
      lookup: () => Promise.reject(new MacpError("failure", "No", { code: "host_unknown" })),
      request: ({ address }) => {
        seen.push(address);
        return Promise.resolve({ status: 200, headers: {}, text: "" });
      },
    };
    const proxied = { ...world, http, env: { http_proxy: "http://proxy.example.org:3128" } };
    await post(proxied, postOf("http://only-the-proxy-knows.example.org/"), never());
    assertEquals(seen, [null]);
    for (const host of ["169.254.169.254", "metadata.google.internal"]) {
      await assertRejects(() => post(proxied, postOf(`http://${host}/`), never()), MacpError);
    }
    assertEquals(seen.length, 1);
  }));

Deno.test("post() ends when its signal aborts while a name is being resolved", () =>
  withReceiver(accepting, async ({ world }) => {
    const abort = new AbortController();
    const lookup = () => {
      abort.abort();
      return new Promise<string[]>(() => {});
    };
    const http: Http = { ...world.http, lookup };
    const error = await assertRejects(
      () => post({ ...world, http }, postOf("http://hooks.example.org/"), abort.signal),
      MacpError,
    );
    assertEquals(error.code, "http_aborted");
  }));

Deno.test("goesThroughProxy() reads the usual variables", () => {
  const http = new URL("http://hooks.example.org/x");
  const https = new URL("https://hooks.example.org/x");
  assertEquals(goesThroughProxy(http, {}), false);
  assertEquals(goesThroughProxy(http, { HTTP_PROXY: "http://p" }), true);
  assertEquals(goesThroughProxy(https, { HTTP_PROXY: "http://p" }), false);
  assertEquals(goesThroughProxy(https, { https_proxy: "http://p" }), true);
  assertEquals(goesThroughProxy(https, { ALL_PROXY: "http://p" }), true);
  for (const except of ["example.org", ".example.org", "a, hooks.example.org", "*"]) {
    assertEquals(goesThroughProxy(http, { HTTP_PROXY: "http://p", NO_PROXY: except }), false);
  }
  assertEquals(goesThroughProxy(http, { HTTP_PROXY: "http://p", no_proxy: "ample.org" }), true);
});
