/**
 * Reads one file out of a package archive.
 *
 * @module
 */

/** Bytes of a tar header or of one block of data. */
const blockSize = 512;

/** Content of the file `name` in a gzipped tar archive (ustar), or null when it holds none. */
export async function readTarGz(archive: Uint8Array, name: string): Promise<Uint8Array | null> {
  const stream = new Blob([new Uint8Array(archive)]).stream();
  const tar = new Uint8Array(
    await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
  return readTar(tar, name);
}

/** Content of the file `name` in a tar archive (ustar), or null when it holds none. */
export function readTar(tar: Uint8Array, name: string): Uint8Array | null {
  for (let at = 0; at + blockSize <= tar.length;) {
    const header = tar.subarray(at, at + blockSize);
    const size = Number.parseInt(field(header, 124, 12), 8) || 0;
    const prefix = field(header, 345, 155);
    const path = prefix === "" ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`;
    const start = at + blockSize;
    if (path === name) return tar.subarray(start, start + size);
    at = start + Math.ceil(size / blockSize) * blockSize;
  }
  return null;
}

/** Text of a header field, up to the first zero byte. */
function field(header: Uint8Array, start: number, length: number): string {
  const text = new TextDecoder().decode(header.subarray(start, start + length));
  return text.split("\0")[0] ?? "";
}
