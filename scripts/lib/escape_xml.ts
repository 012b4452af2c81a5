/**
 * Texts inside of XML.
 *
 * @module
 */

/** Characters that XML 1.0 cannot hold, not even escaped. */
// deno-lint-ignore no-control-regex
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** The text as it stands between tags or in a quoted attribute; what XML cannot hold is `�`. */
export function escapeXml(text: string): string {
  return text.replaceAll(impossible, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
