/**
 * Making elements. Texts only ever become text nodes and attributes, never markup.
 *
 * @module
 */
import { formatTime } from "./format.js";

/**
 * An element: `element("p.lead", { id: "x" }, "text", child)`. Children that are null are
 * passed over; an attribute that is null or false is left out.
 */
export function element(name, attributes, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) made.append(child);
  }
  return made;
}

/** A time, readable for machines too. */
export function timeElement(time, now) {
  return element("time", { datetime: time, title: time }, formatTime(time, now));
}

/** Text that only screen readers get. */
export function spoken(text) {
  return element("span.spoken", null, text);
}

/** A section with its heading. */
export function section(id, heading, ...children) {
  const title = element("h2", { id: `${id}-title` }, heading);
  return element("section", { id, "aria-labelledby": `${id}-title` }, title, ...children);
}

/** A table; a column is `[heading, isNumber]`. The first cell of a row names it. */
export function table(caption, columns, rows) {
  const cell = (content, i) =>
    element(i === 0 ? "th" : "td", {
      scope: i === 0 ? "row" : null,
      class: columns[i][1] ? "number" : null,
    }, content);
  return element(
    "div.scroll",
    { tabindex: "0", role: "group", "aria-label": caption },
    element(
      "table",
      null,
      element("caption.spoken", null, caption),
      element(
        "thead",
        null,
        element(
          "tr",
          null,
          columns.map(([name, isNumber]) =>
            element("th", { scope: "col", class: isNumber ? "number" : null }, name)
          ),
        ),
      ),
      element("tbody", null, rows.map((row) => element("tr", null, row.map(cell)))),
    ),
  );
}

/** The end of a program's output, which can be scrolled by keyboard. */
export function outputBlock(label, text) {
  return element(
    "pre",
    { tabindex: "0", role: "group", "aria-label": label },
    element("code", null, text),
  );
}

/** Lines to type, each with what it does; null where there is none. */
export function commandList(next, name) {
  if (next.length === 0) return null;
  return element(
    "ul.commands",
    { "aria-label": `What to type for ${name}` },
    next.map(({ command, why }) =>
      element("li", null, element("code", null, command), element("span.quiet", null, why))
    ),
  );
}
