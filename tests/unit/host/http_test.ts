import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { realHttp } from "../../../src/host/http.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { HttpRequest } from "../../../src/sys/http.ts";
import { accepting, never, withReceiver } from "../sinks/test_receiver.ts";

function requestTo(url: string, changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "POST",
    url: new URL(url),
    headers: {},
    body: "{}",
    signal: never(),
    ...changes,
  };
}

/** What `request` says when it fails. */
async function faultOf(request: HttpRequest): Promise<{ code: string; message: string }> {
  const http = realHttp();
  try {
    const { code, message, cause } = await assertRejects(() => http.request(request), MacpError);
    assertEquals(cause, undefined); // It would hold the whole address.
    return { code, message: message.replace(/:\d+/, ":PORT") };
  } finally {
    http.close();
  }
}

/** An authority and a certificate for localhost, made by openssl(1). */
async function withCertificate(
  test: (tls: { cert: string; key: string; authority: string }) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const openssl = (...args: string[]) => {
    const { success, stderr } = new Deno.Command("openssl", { args, cwd: folder }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    Deno.writeTextFileSync(join(folder, "ext"), "subjectAltName=DNS:localhost\n");
    openssl(
      "req",
      "-x509",
      ...curve,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Test CA",
    );
    openssl("req", ...curve, "-keyout", "key.pem", "-out", "csr", "-subj", "/CN=localhost");
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext"];
    openssl("x509", "-req", "-in", "csr", ...signed, "-days", "2", "-out", "cert.pem");
    const read = (name: string) => Deno.readTextFileSync(join(folder, name));
    await test({ cert: read("cert.pem"), key: read("key.pem"), authority: read("ca.pem") });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("realHttp().request() gives status, headers and text of an answer", () =>
  withReceiver(
    () => new Response("Grüße", { status: 418, headers: { "X-Some": "thing" } }),
    async ({ origin, received, world: { http } }) => {
      const headers = { authorization: "Bearer t", "content-type": "text/plain" };
      const answer = await http.request(requestTo(`${origin}/a?b=c`, { headers, body: "häh" }));
      assertEquals([answer.status, answer.text], [418, "Grüße"]);
      assertEquals(answer.headers["x-some"], "thing");
      assertEquals([received[0]?.method, received[0]?.path], ["POST", "/a?b=c"]);
      assertEquals(received[0]?.body, "häh");
      assertEquals(received[0]?.headers.authorization, "Bearer t");
    },
  ));

Deno.test("realHttp().request() follows no redirect", () =>
  withReceiver(
    () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
    async ({ origin, received, world: { http } }) => {
      assertEquals((await http.request(requestTo(origin))).status, 307);
      assertEquals(received.length, 1);
    },
  ));

Deno.test("realHttp().request() reads at most 64 KiB of an answer that does not end", () =>
  withReceiver(
    () => {
      const pull = (controller: ReadableStreamDefaultController) =>
        controller.enqueue(new TextEncoder().encode("x".repeat(16_384)));
      return new Response(new ReadableStream({ pull }));
    },
    async ({ origin, world: { http } }) => {
      assertEquals((await http.request(requestTo(origin))).text.length, 65_536);
    },
  ));

Deno.test("realHttp().request() keeps the connection for the next request", () => {
  const ports = new Set<number>();
  const http = realHttp();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (_request, info) => {
    ports.add(info.remoteAddr.port);
    return new Response();
  });
  const url = `http://hooks.example.org:${server.addr.port}/`;
  const request = requestTo(url, { address: "127.0.0.1" });
  return (async () => {
    for (let n = 0; n < 5; n++) await http.request(request);
    assertEquals(ports.size, 1);
  })().finally(async () => {
    http.close();
    await server.shutdown();
  });
});

Deno.test("realHttp().request() says that nobody listens, without the path", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals(await faultOf(requestTo(`http://127.0.0.1:${port}/s3cret`)), {
    code: "http_not_connected",
    message: "Cannot reach 127.0.0.1:PORT as it refuses connections",
  });
  const pinned = requestTo(`http://hooks.example.org:${port}/s3cret`, { address: "127.0.0.1" });
  assertEquals(await faultOf(pinned), {
    code: "http_not_connected",
    message: "Cannot reach hooks.example.org:PORT as it refuses connections",
  });
});

Deno.test("realHttp().request() says what is wrong with a certificate, and trusts one that is named", () =>
  withCertificate((tls) =>
    withReceiver(accepting, async ({ port, received, world: { http } }) => {
      const named = `https://localhost:${port}/s3cret`;
      const untrusted = await faultOf(requestTo(named));
      assertEquals(untrusted.code, "http_not_connected");
      assertEquals(
        untrusted.message,
        "Cannot reach localhost:PORT as nobody who is trusted signed its certificate",
      );
      const certificates = [tls.authority];
      const other = await faultOf(requestTo(`https://127.0.0.1:${port}/s3cret`, { certificates }));
      assertEquals(
        other.message,
        "Cannot reach 127.0.0.1:PORT as its certificate is for another name",
      );
      const http2 = await faultOf(requestTo(`http://localhost:${port}/s3cret`));
      assertMatch(http2.message, /^Cannot reach localhost:PORT as it /);
      assertEquals(received, []);
      assertEquals((await http.request(requestTo(named, { certificates }))).status, 204);
      assertEquals(received.length, 1);
    }, tls)
  ));

Deno.test("realHttp().request() says that a server does not speak TLS", () =>
  withReceiver(accepting, async ({ port }) => {
    const { message } = await faultOf(requestTo(`https://127.0.0.1:${port}/s3cret`));
    assertEquals(message, "Cannot reach 127.0.0.1:PORT as it does not speak TLS");
  }));

Deno.test("realHttp().request() says that a server breaks off or speaks something else", async () => {
  for (
    const [said, why] of [
      ["", "it closed the connection without an answer"],
      ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "it does not speak HTTP"],
    ] as const
  ) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const answering = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      if (said !== "") await connection.write(new TextEncoder().encode(said));
      connection.close();
    })();
    const { code, message } = await faultOf(
      requestTo(`http://127.0.0.1:${listener.addr.port}/s3cret`),
    );
    await answering;
    listener.close();
    assertEquals([code, message], ["http_failed", `Cannot reach 127.0.0.1:PORT as ${why}`]);
  }
});

Deno.test("realHttp().lookup() resolves names, and says which one it cannot", async () => {
  const http = realHttp();
  const addresses = await http.lookup("localhost");
  assertEquals(addresses.some((address) => ["127.0.0.1", "::1"].includes(address)), true);
  assertEquals(await http.lookup("[::1]"), ["::1"]);
  const error = await assertRejects(() => http.lookup("no-such-host.invalid"), MacpError);
  assertEquals(error.code, "host_unknown");
  assertEquals(error.message, "Cannot reach no-such-host.invalid as its name has no address");
});
