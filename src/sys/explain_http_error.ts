/**
 * Says in plain words why a request failed.
 *
 * @module
 */

/** What the runtime's message speaks of, and what that means. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /invalid peer certificate.*UnknownIssuer/,
    "nobody who is trusted signed its certificate (ca_file of webhook and ntfy adds who is)",
  ],
  [
    /invalid peer certificate.*CaUsedAsEndEntity/,
    "its certificate is that of an authority, not of a server: make it anew with " +
    "basicConstraints=critical,CA:FALSE, or let the authority sign one for the server",
  ],
  [
    /invalid peer certificate.*(?:NotValidForName|not valid for name)/,
    "its certificate is for another name",
  ],
  [/invalid peer certificate.*(?:NotValidYet|not valid yet)/, "its certificate is not valid yet"],
  [/invalid peer certificate.*expired/i, "its certificate has expired"],
  [/invalid peer certificate.*Revoked/, "its certificate was revoked"],
  [/invalid peer certificate/, "its certificate is not valid"],
  [/tls handshake eof|corrupt message|InvalidContentType/, "it does not speak TLS"],
  [/fatal alert|HandshakeFailure|peer is incompatible/i, "it refuses the TLS handshake"],
  [/dns error|failed to lookup/, "its name has no address"],
  [/connection refused/i, "it refuses connections"],
  [/connection reset|broken pipe/i, "it broke the connection off"],
  [/connection closed before message completed/, "it closed the connection without an answer"],
  [/network is unreachable|no route to host/i, "there is no way to it"],
  [/timed out/i, "it did not answer in time"],
  [/invalid HTTP version|error parsing|parse error|invalid header/i, "it does not speak HTTP"],
  [/requests to port \d+ are blocked/i, "its port belongs to another protocol"],
];

/**
 * Why a request failed, in words that go behind "as". Nothing of the runtime's message
 * itself is kept, since it holds the whole address.
 */
export function explainHttpError(message: string): string {
  return meanings.find(([pattern]) => pattern.test(message))?.[1] ?? "the request failed";
}

/** Whether nothing of the request was sent. */
export function failedToConnect(message: string): boolean {
  return /client error \(Connect\)/.test(message);
}
