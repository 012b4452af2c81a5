/**
 * Texts cut to the limits of a service.
 *
 * @module
 */

/** How to cut. */
export interface TextLimit {
  /** Greatest size of the outcome. */
  most: number;
  /** Size of a text as the service counts it; `charactersOf` or `bytesOf`. */
  size(text: string): number;
  /**
   * What is made of the text before it is sent, for example its neutralised form, which is
   * not shorter. It is never cut itself, so that no escape is. Nothing otherwise.
   */
  render?(text: string): string;
}

/** Size in UTF-16 units: never less than the number of characters. */
export function charactersOf(text: string): number {
  return text.length;
}

/** Size in bytes of UTF-8. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair stands for two of the four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return bytes;
}

/**
 * The text, rendered; where that is over the limit, as much of its beginning as fits with
 * `…` after it. No code point is cut in two. Empty when not even `…` fits.
 */
export function limitText(text: string, { most, size, render = same }: TextLimit): string {
  // Neither a size nor a rendered form is smaller than the number of UTF-16 units.
  if (text.length <= most) {
    const whole = render(text);
    if (size(whole) <= most) return whole;
  }
  const characters = [...text.slice(0, Math.max(0, most))];
  const cut = (count: number) => render(`${withoutRest(characters.slice(0, count).join(""))}…`);
  if (size(cut(0)) > most) return "";
  let [fits, over] = [0, characters.length + 1];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (size(cut(middle)) <= most) fits = middle;
    else over = middle;
  }
  return cut(fits);
}

function same(text: string): string {
  return text;
}

/** Without a space, half a surrogate pair or a joiner at the end. */
function withoutRest(text: string): string {
  return text.replace(/(?:\s|\u200d|[\ud800-\udbff](?![\udc00-\udfff]))+$/, "");
}
