/**
 * Addresses that nothing is sent to: link-local ones, and those where clouds tell a
 * machine's credentials.
 *
 * @module
 */

/** Names of metadata services, also where they resolve to an address of another kind. */
const metadataNames = [
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "instance-data",
  "instance-data.ec2.internal",
];

/** Addresses of metadata services outside of the link-local ranges. */
const metadataAddresses = [
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure
  "192.0.0.192", // Oracle
  "fd00:ec2::254", // Amazon
  "fd00:ec2::23",
  "fd20:ce::254", // Google
  "fd00:42::42", // Scaleway
  "fd00:c1::a9fe:a9fe", // Oracle
].map((address) => parseAddress(address)?.join(":"));

/** Why nothing is sent to a host, or null. Loopback and private addresses are fine. */
export function refusedHost(host: string): string | null {
  const name = host.toLowerCase().replace(/\.+$/, "");
  if (metadataNames.includes(name)) return "it is a metadata service of a cloud";
  return refusedAddress(name);
}

/** Why nothing is sent to an IP address, or null; also null for what is no address. */
export function refusedAddress(address: string): string | null {
  const groups = parseAddress(address);
  if (!groups) return null;
  const forms = [groups, embeddedIpv4(groups)].filter((form) => form !== null);
  if (forms.some((form) => metadataAddresses.includes(form.join(":")))) {
    return "it is a metadata service of a cloud";
  }
  return forms.some(isLinkLocal) ? "its address is link-local" : null;
}

/** Four numbers of IPv4, or eight of IPv6; null when it is no address. */
export function parseAddress(text: string): number[] | null {
  const plain = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (/^\d+(?:\.\d+){3}$/.test(plain)) {
    const parts = plain.split(".").map(Number);
    return parts.every((part) => part <= 255) ? parts : null;
  }
  // The URL parser knows all ways to write an address.
  if (!/^[0-9a-f:.]+$/i.test(plain) || !URL.canParse(`http://[${plain}]/`)) return null;
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groupsOf = (part: string) => part === "" ? [] : part.split(":").map((g) => parseInt(g, 16));
  if (tail === undefined) return groupsOf(head);
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  return [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
}

function isLinkLocal(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  return groups.length === 4 ? first === 169 && second === 254 : (first & 0xffc0) === 0xfe80;
}

/** The IPv4 address inside of an IPv6 one that leads to it, or null. */
function embeddedIpv4(groups: readonly number[]): number[] | null {
  if (groups.length !== 8) return null;
  const [a = 0, b = 0, c = 0] = groups;
  const bytesAt = (index: number) =>
    groups.slice(index, index + 2).flatMap((group) => [group >> 8, group & 255]);
  const zeroUpTo = (end: number) => groups.slice(0, end).every((group) => group === 0);
  if (zeroUpTo(6) || (zeroUpTo(5) && groups[5] === 0xffff)) return bytesAt(6); // Mapped
  if (zeroUpTo(4) && groups[4] === 0xffff && groups[5] === 0) return bytesAt(6); // Translated
  if (a === 0x64 && b === 0xff9b && (c === 0 || c === 1)) return bytesAt(6); // NAT64
  return a === 0x2002 ? bytesAt(1) : null; // 6to4
}
