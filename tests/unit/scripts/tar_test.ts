import { assertEquals } from "@std/assert";
import { readTar, readTarGz } from "../../../scripts/lib/tar.ts";

/** One entry of a ustar archive. */
function entry(name: string, content: string, prefix = ""): Uint8Array {
  const bytes = new TextEncoder().encode(content);
  const block = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put(bytes.length.toString(8).padStart(11, "0"), 124);
  put(prefix, 345);
  block.set(bytes, 512);
  return block;
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const archive = join(
  entry("package/a", "x".repeat(600)),
  entry("b", "second", "package/bin"),
  new Uint8Array(1024),
);

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

Deno.test("readTar() finds an entry after a longer one, by prefix and name", () => {
  assertEquals(text(readTar(archive, "package/bin/b")), "second");
  assertEquals(text(readTar(archive, "package/a")), "x".repeat(600));
});

Deno.test("readTar() gives null when there is no such entry", () => {
  assertEquals(readTar(archive, "package/c"), null);
});

Deno.test("readTarGz() reads a compressed archive", async () => {
  const packed = new Blob([new Uint8Array(archive)]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  assertEquals(text(await readTarGz(bytes, "package/bin/b")), "second");
});
