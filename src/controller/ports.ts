/**
 * Blocks of ports, so that two attempts that run at once never meet on one.
 *
 * @module
 */

/** Blocks that are tried, one after the other. */
const triedBlocks = 200;
const lastPort = 65_535;
/** Ports that a repository without a setting of its own begins in. */
const derived = { from: 20_000, to: 32_000 };

/** What a block depends on. */
export interface PortQuestion {
  /** First port of all. */
  first: number;
  /** Ports of a block. */
  perSlot: number;
  /** First ports of the blocks that other attempts have. */
  taken: readonly number[];
  /** Whether a server could listen on a port now. */
  isFree: (port: number) => boolean;
}

/**
 * First port of a block of which nobody else has a port, the lowest there is; null when
 * none was found, or blocks have no ports.
 */
export function choosePortBase({ first, perSlot, taken, isFree }: PortQuestion): number | null {
  if (perSlot < 1) return null;
  for (let block = 0; block < triedBlocks; block++) {
    const base = first + block * perSlot;
    if (base + perSlot - 1 > lastPort) return null;
    if (taken.some((other) => Math.abs(other - base) < perSlot)) continue;
    if (Array.from({ length: perSlot }, (_, i) => base + i).every(isFree)) return base;
  }
  return null;
}

/**
 * First port of all for a repository: `macp.port_base`, else one that its path decides,
 * so that two repositories seldom try the same.
 */
export function firstPort(
  configured: number | null,
  repository: string,
  perSlot: number,
): number {
  if (configured !== null) return configured;
  const size = Math.max(1, perSlot);
  const blocks = Math.floor((derived.to - derived.from) / size);
  return derived.from + (hashOf(repository) % blocks) * size;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}
