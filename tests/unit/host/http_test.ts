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

/** What one server hears before it answers: the bytes of each request, one a read. */
async function withRawServer(
  test: (port: number, heard: string[], connections: () => number) => Promise<void>,
): Promise<void> {
  const heard: string[] = [];
  const open: Deno.Conn[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talk = async (connection: Deno.Conn) => {
    const buffer = new Uint8Array(65_536);
    for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
      heard.push(new TextDecoder().decode(buffer.subarray(0, n)));
      const answer = "HTTP/1.1 204 No Content\r\n\r\n";
      await connection.write(new TextEncoder().encode(answer));
    }
  };
  const talks: Promise<void>[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      talks.push(talk(connection).catch(() => {}));
    }
  })();
  try {
    await test(listener.addr.port, heard, () => open.length);
  } finally {
    listener.close();
    await serving;
    for (const connection of open) connection.close();
    await Promise.all(talks);
  }
}

Deno.test("realHttp().request() asks for the path alone, under the name, at the address that it is given", () =>
  withRawServer(async (port, heard, connections) => {
    const http = realHttp();
    try {
      for (const host of ["127.0.0.1", "hooks.example.org"]) {
        const request = requestTo(`http://${host}:${port}/hook?a=b`, { address: "127.0.0.1" });
        await http.request(request);
        const head = (heard.at(-1) ?? "").split("\r\n");
        assertEquals(head[0], "POST /hook?a=b HTTP/1.1");
        const hosts = head.filter((line) => /^host:/i.test(line));
        assertEquals(hosts, [`host: ${host}:${port}`]);
      }
      assertEquals(connections(), 1);
    } finally {
      http.close();
    }
  }));

Deno.test("realHttp().request() goes straight to an address that it is given, past a proxy of the environment", () =>
  withRawServer(async (port, heard) => {
    const http = realHttp();
    const before = ["HTTP_PROXY", "NO_PROXY"].map((name) => [name, Deno.env.get(name)] as const);
    const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    nobody.close();
    Deno.env.set("HTTP_PROXY", `http://127.0.0.1:${nobody.addr.port}`);
    Deno.env.set("NO_PROXY", "hooks.example.org");
    try {
      await http.request(
        requestTo(`http://hooks.example.org:${port}/hook`, { address: "127.0.0.1" }),
      );
      assertEquals(heard[0]?.split("\r\n")[0], "POST /hook HTTP/1.1");
      assertEquals(Deno.env.get("NO_PROXY"), "hooks.example.org");
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
      http.close();
    }
  }));

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
        "Cannot reach localhost:PORT as nobody who is trusted signed its certificate " +
          "(ca_file of webhook and ntfy adds who is)",
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

Deno.test("realHttp().request() says how to make a certificate that signs itself, and takes that", async () => {
  const folder = Deno.makeTempDirSync();
  const make = (isAuthority: boolean) => {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const extensions = [
      `basicConstraints=critical,CA:${isAuthority ? "TRUE" : "FALSE"}`,
      "subjectAltName=DNS:localhost",
    ].flatMap((extension) => ["-addext", extension]);
    const names = ["-keyout", key ?? "", "-out", cert ?? "", "-subj", "/CN=localhost"];
    const args = ["req", "-x509", ...curve, ...names, ...extensions];
    const { success, stderr } = new Deno.Command("openssl", { args }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return { key: Deno.readTextFileSync(key ?? ""), cert: Deno.readTextFileSync(cert ?? "") };
  };
  try {
    const authority = make(true);
    await withReceiver(accepting, async ({ port }) => {
      const request = requestTo(`https://localhost:${port}/`, { certificates: [authority.cert] });
      assertMatch(
        (await faultOf(request)).message,
        /as its certificate is that of an authority.*basicConstraints=critical,CA:FALSE/,
      );
    }, authority);
    const server = make(false);
    await withReceiver(accepting, async ({ port, world: { http } }) => {
      const request = requestTo(`https://localhost:${port}/`, { certificates: [server.cert] });
      assertEquals((await http.request(request)).status, 204);
    }, server);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

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
