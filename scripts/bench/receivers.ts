/**
 * A program that receives what sinks post, for measurements: on the address that it prints.
 * `/limited` asks to wait, `/moved` redirects, all else is taken. Prints a
 * line each time that `/healthy` got as many as the first argument says.
 *
 * @module
 */

function answerTo(path: string): Response {
  switch (path) {
    case "/limited":
      return new Response(null, { status: 429, headers: { "retry-after": "60" } });
    case "/moved":
      return new Response(null, { status: 307, headers: { location: "/other" } });
    default:
      return new Response(null, { status: 204 });
  }
}

if (import.meta.main) {
  const all = Number(Deno.args[0]);
  let healthy = 0;
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
  }, async (request) => {
    const { pathname } = new URL(request.url);
    await request.text();
    if (pathname === "/healthy" && ++healthy % all === 0) console.log("all");
    return answerTo(pathname);
  });
}
