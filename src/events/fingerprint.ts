/**
 * Hashes by which a file is known again.
 *
 * @module
 */
import { sha256Hex } from "../protocol/names.ts";

/** Most bytes of the beginning of a file, and before a place in it, that are hashed. */
export const fingerprintBytes = 1024;

/** FNV-1a, 32 bits, hexadecimal. */
export function tailHash(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** SHA-256 of beginnings of files; the newest few are remembered. */
export class HeaderHashes {
  readonly #known: { bytes: Uint8Array; hash: string }[] = [];

  /** Hexadecimal SHA-256. */
  async of(bytes: Uint8Array): Promise<string> {
    const known = this.#known.find((other) => isEqual(other.bytes, bytes));
    if (known !== undefined) return known.hash;
    const hash = await sha256Hex(bytes);
    if (this.#known.unshift({ bytes, hash }) > 16) this.#known.pop();
    return hash;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
