/**
 * All tasks, with a filter; the evidence of each is made when it is opened.
 *
 * @module
 */
import { detailsOf } from "./details.js";
import { element, section } from "./dom.js";
import {
  addKnown,
  formatDuration,
  inWords,
  markOf,
  plural,
  searchText,
  toneOf,
  unknown,
} from "./format.js";

const groups = [
  ["person", "Needs you"],
  ["busy", "Running"],
  ["bad", "Failed"],
  ["idle", "To come"],
  ["good", "Completed"],
];

/**
 * The section.
 *
 * @param readDetails Gives the evidence of the task at an index.
 * @returns The section, and what opens a task in it.
 */
export function tasksSection(data, readDetails) {
  const waiting = new Set(
    data.waiting.filter(({ kind }) => kind !== "blocked").map(({ id }) => id),
  );
  const entries = data.tasks.map((task, i) => {
    const group = waiting.has(task.id) ? "person" : toneOf(task.status);
    return {
      task,
      group,
      text: searchText(task),
      item: itemOf(task, () => detailsOf(task, readDetails(i), data.generated_at)),
    };
  });
  const lists = groups.map(([key, name]) =>
    groupOf(name, entries.filter(({ group }) => group === key))
  );
  const told = element("p.quiet.told", { role: "status" });
  const input = element("input", {
    type: "search",
    id: "filter",
    autocomplete: "off",
    placeholder: "Id, title, outcome, runtime",
    input: () => filter(),
  });
  const select = element(
    "select",
    { id: "group", change: () => filter() },
    element("option", { value: "" }, "All"),
    groups.filter(([key]) => entries.some(({ group }) => group === key))
      .map(([key, name]) => element("option", { value: key }, name)),
  );
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { group, text, item } of entries) {
      const shown = (select.value === "" || group === select.value) &&
        words.every((word) => text.includes(word));
      item.hidden = !shown;
      if (shown) count++;
    }
    for (const list of lists) list.update();
    told.textContent = count === entries.length
      ? plural(count, "task")
      : `${count} of ${plural(entries.length, "task")}`;
  };
  filter();
  const made = section(
    "tasks",
    "All tasks",
    element(
      "form.filter",
      {
        role: "search",
        "aria-label": "Filter the tasks",
        submit: (event) => event.preventDefault(),
      },
      element("div", null, element("label", { for: "filter" }, "Filter"), input),
      element("div", null, element("label", { for: "group" }, "Show"), select),
    ),
    told,
    lists.map(({ block }) => block),
  );
  const byId = new Map(entries.map((entry) => [entry.task.id, entry.item]));
  const open = (event, id) => {
    const item = byId.get(id);
    if (item === undefined) return;
    event.preventDefault();
    if (item.hidden) [input.value, select.value] = ["", ""];
    filter();
    const body = item.querySelector("details");
    body.open = true;
    body.querySelector("summary").focus();
    item.scrollIntoView({ block: "start" });
  };
  return { made, open };
}

function groupOf(name, entries) {
  const number = element("span.count");
  const block = element(
    "div.group",
    null,
    element("h3", null, name, " ", number),
    element("ol.tasks", { "aria-label": name }, entries.map(({ item }) => item)),
  );
  const update = () => {
    const count = entries.filter(({ item }) => !item.hidden).length;
    number.textContent = String(count);
    block.hidden = count === 0;
  };
  return { block, update };
}

function itemOf(task, makeDetails) {
  const { id, title, status, outcome, attempts, waits } = task;
  const tone = toneOf(status);
  const seconds = addKnown(attempts.map(({ seconds }) => seconds));
  const isPlain = outcome === null || outcome === status;
  const about = [
    status === "pending" && waits !== null ? `waits ${waits}` : null,
    isPlain ? null : inWords(outcome),
    attempts.length > 1 ? plural(attempts.length, "attempt") : null,
    attempts.length === 0 ? null : seconds === null ? `time ${unknown}` : formatDuration(seconds),
  ].filter(Boolean).join(" · ");
  const summary = element(
    "summary",
    null,
    element(`span.mark.${tone}`, { "aria-hidden": "true" }, markOf(status)),
    element("span.spoken", null, `${status ?? "invalid"}: `),
    element("span.id", null, id),
    element("bdi.title", null, title),
    element("span.quiet.about", null, about),
  );
  const body = element("details", {
    toggle: () => {
      if (body.open && body.children.length === 1) body.append(makeDetails());
    },
  }, summary);
  return element("li", null, body);
}
