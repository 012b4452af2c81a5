/**
 * A program that receives what sinks post, for measurements: on the address that it prints.
 * `/slow` answers late, `/limited` asks to wait, `/gone` is gone, `/moved` redirects, all else
 * is taken.
 *
 * @module
 */

/** Milliseconds that `/slow` takes. */
const slowMs = 100;

function answerTo(path: string): Response {
  switch (path) {
    case "/limited":
      return new Response(null, { status: 429, headers: { "retry-after": "60" } });
    case "/gone":
      return new Response(null, { status: 410 });
    case "/moved":
      return new Response(null, { status: 307, headers: { location: "/other" } });
    default:
      return new Response(null, { status: 204 });
  }
}

if (import.meta.main) {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
  }, async (request) => {
    const { pathname } = new URL(request.url);
    await request.text();
    if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, slowMs));
    return answerTo(pathname);
  });
}
