/**
 * What waits for a person, with what to type.
 *
 * @module
 */
import { commandList, element, section, timeElement } from "./dom.js";
import { inWords, plural } from "./format.js";

/** Tasks that are listed; the rest stands among all tasks. */
const mostShown = 12;

/** The section, or null when nothing waits. */
export function waitingSection(data, { open, showGroup }) {
  const own = data.waiting.filter(({ kind }) => kind !== "blocked");
  const blocked = data.waiting.length - own.length;
  if (own.length === 0) return null;
  const more = own.length - mostShown;
  return section(
    "waiting",
    "Needs you",
    element("ol.waiting", null, own.slice(0, mostShown).map((row) => waitingItem(row, data, open))),
    more > 0
      ? element(
        "p.quiet",
        null,
        "The oldest are shown. ",
        element("a", { href: "#tasks", click: () => showGroup("person") }, `${more} more`),
        more === 1 ? " needs you too." : " need you too.",
      )
      : null,
    blocked > 0
      ? element(
        "p.quiet",
        null,
        `${plural(blocked, "more task waits", "more tasks wait")} behind these.`,
      )
      : null,
  );
}

function waitingItem(row, data, open) {
  const { id, index, title, kind, since, outcome, reason, gate, blocks, next } = row;
  const name = id ?? `Element ${index + 1} of the queue`;
  return element(
    "li",
    null,
    element(
      "h3",
      null,
      element("bdi", null, title || name),
    ),
    element(
      "p.about",
      null,
      id === null
        ? name
        : element("a.id", { href: "#tasks", click: (event) => open(event, id) }, id),
      element("span.tag.person", null, inWords(outcome ?? kind)),
      since === null
        ? null
        : element("span", null, "since ", timeElement(since, data.generated_at)),
    ),
    reason === null ? null : element("p.reason", null, element("bdi", null, reason)),
    gate === null || reason?.includes(gate.command) ? null : element(
      "p.quiet",
      null,
      "Gate ",
      element("code", null, gate.command),
      ` ${gate.outcome}, exit code ${gate.exit_code}`,
    ),
    blocks.length === 0 ? null : element(
      "p.quiet",
      null,
      `Holds up ${blocks.slice(0, 8).join(", ")}${
        blocks.length > 8 ? ` and ${blocks.length - 8} more` : ""
      }`,
    ),
    commandList(next, name),
  );
}
