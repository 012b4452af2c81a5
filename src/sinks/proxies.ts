/**
 * Whether a proxy stands between this machine and a server.
 *
 * @module
 */

/**
 * Whether the environment names a proxy for an address: HTTP_PROXY, HTTPS_PROXY and
 * ALL_PROXY, in capital or small letters, unless NO_PROXY excepts its host.
 */
export function goesThroughProxy(url: URL, env: Readonly<Record<string, string>>): boolean {
  const valueOf = (name: string) => env[name] || env[name.toLowerCase()] || "";
  const scheme = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  if (valueOf(scheme) === "" && valueOf("ALL_PROXY") === "") return false;
  const exceptions = valueOf("NO_PROXY").split(",").map((entry) => entry.trim().toLowerCase());
  return !exceptions.some((entry) => excepts(entry, url.hostname));
}

function excepts(entry: string, host: string): boolean {
  if (entry === "" || entry === "*") return entry === "*";
  const name = entry.replace(/^\./, "");
  return host === name || host.endsWith(`.${name}`);
}
