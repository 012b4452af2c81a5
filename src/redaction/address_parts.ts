/**
 * The secret parts of an address.
 *
 * @module
 */

/** Least characters of a part that is a secret by itself. */
const MIN_PART = 12;
/** Least characters from which on also a part that is made of words is one. */
const MIN_WORDS = 20;
/** Least characters of a password, and of one with its user's name. */
const MIN_PASSWORD = 6;
const MIN_PAIR = 8;

/** User and password, path, and query of an address with a host. */
const address = /^[a-z][a-z0-9+.-]*:\/\/(?:([^/?#\s]*)@)?[^/?#@\s]+([^?#\s]*)(\?[^#\s]*)?/i;
const betweenWords = /[/?&=._-]|(?<=[a-z])(?=[A-Z])/;
const word = /^(?:[A-Z]?[a-z]*|[A-Z]*|v?\d{1,4})$/;

/**
 * What of an address is a secret where it stands alone, as it is and decoded: the password,
 * also with its user; and where they say more than plain words such as `webhooks`, the user, the
 * path, alone and with the query, its segments, and values of the query. Never the host, and
 * nothing of what is no address.
 */
export function addressParts(value: string): string[] {
  const [, login = "", path = "", query = ""] = address.exec(value) ?? [];
  const [user = ""] = login.split(":");
  const password = login.slice(user.length + 1);
  const values = query.split(/[?&]/).map((pair) => pair.slice(pair.indexOf("=") + 1));
  const paths = [path, path + query].map((text) => text.replace(/\/$/, ""));
  const parts = [...paths, user, ...path.split("/"), ...values].filter(isTelling);
  if (password.length >= MIN_PASSWORD) parts.push(password);
  if (password !== "" && login.length >= MIN_PAIR) parts.push(login);
  return [...new Set(parts.flatMap((part) => [part, decoded(part)]))];
}

/** Whether a part says more than plain words, with which texts are full. */
function isTelling(part: string): boolean {
  if (part.length < MIN_PART) return false;
  return part.length >= MIN_WORDS || !part.split(betweenWords).every((text) => word.test(text));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
