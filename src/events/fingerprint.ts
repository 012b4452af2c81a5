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

/** SHA-256 of beginnings of files; the newest ones are remembered. */
export class HeaderHashes {
  readonly #known = new Map<string, string>();

  /** Hexadecimal SHA-256. */
  async of(bytes: Uint8Array): Promise<string> {
    const key = String.fromCharCode(...bytes);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hash = await sha256Hex(bytes);
    if (this.#known.size >= 16) this.#known.clear();
    this.#known.set(key, hash);
    return hash;
  }
}
