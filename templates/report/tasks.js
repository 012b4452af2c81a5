/**
 * All tasks, with a filter; the evidence of each is made when it is opened.
 *
 * @module
 */
import { detailsOf } from "./details.js";
import { element, section } from "./dom.js";
import {
  addKnown,
  formatCount,
  formatDuration,
  formatTime,
  inWords,
  markOf,
  plural,
  searchText,
  toneOf,
  unknown,
  withOwnTimes,
} from "./format.js";

const groups = [
  ["person", "Needs you"],
  ["busy", "Running"],
  ["bad", "Failed"],
  ["idle", "To come"],
  ["good", "Completed"],
];

/** Rows of a group that are shown at first, and with each step. */
const rowsAtOnce = 200;

/**
 * The section.
 *
 * @param readDetails Gives the evidence of the task at an index.
 * @returns The section; what opens a task in it; what shows one group only.
 */
export function tasksSection(data, readDetails) {
  const waiting = new Map(
    data.waiting.filter(({ kind }) => kind !== "blocked").map((row) => [row.id, row]),
  );
  const now = data.generated_at;
  const entries = data.tasks.map((task, i) => ({
    task,
    group: waiting.has(task.id) ? "person" : toneOf(task.status),
    text: searchText(task),
    isShown: true,
    item: null,
    makeDetails: () =>
      detailsOf(task, readDetails(i), { next: waiting.get(task.id)?.next ?? [], now }),
  }));
  const lists = groups.map(([key, name]) =>
    groupOf(name, entries.filter(({ group }) => group === key), now)
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
    for (const entry of entries) {
      entry.isShown = (select.value === "" || entry.group === select.value) &&
        words.every((word) => entry.text.includes(word));
    }
    const count = entries.filter(({ isShown }) => isShown).length;
    for (const list of lists) list.update();
    told.textContent = count === entries.length
      ? plural(count, "task")
      : `${formatCount(count)} of ${plural(entries.length, "task")}`;
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
  const open = (event, id) => {
    const entry = entries.find(({ task }) => task.id === id);
    if (entry === undefined) return;
    event.preventDefault();
    if (!entry.isShown) {
      [input.value, select.value] = ["", ""];
      filter();
    }
    for (const list of lists) list.reach(entry);
    const body = entry.item.querySelector("details");
    body.open = true;
    body.querySelector("summary").focus();
    entry.item.scrollIntoView({ block: "start" });
  };
  const showGroup = (key) => {
    [input.value, select.value] = ["", key];
    filter();
  };
  return { made, open, showGroup };
}

/** A list of which the first rows are shown, more when they are asked for. */
function groupOf(name, entries, now) {
  const number = element("span.count");
  const list = element("ol.tasks", { "aria-label": name });
  const more = element("p.more");
  const block = element("div.group", null, element("h3", null, name, " ", number), list, more);
  const rowOf = (entry) =>
    entry.item ??= itemOf(entry.task, { makeDetails: entry.makeDetails, now });
  let most = rowsAtOnce;
  const draw = () => {
    const shown = entries.filter(({ isShown }) => isShown);
    const left = shown.length - most;
    number.textContent = formatCount(shown.length);
    block.hidden = shown.length === 0;
    list.replaceChildren(...shown.slice(0, most).map(rowOf));
    more.replaceChildren(
      ...left <= 0 ? [] : [
        buttonOf(`Show ${Math.min(left, rowsAtOnce)} more`, most + rowsAtOnce),
        left > rowsAtOnce ? buttonOf(`Show all ${formatCount(shown.length)}`, Infinity) : "",
      ],
    );
  };
  const show = (count) => {
    most = count;
    draw();
  };
  const buttonOf = (text, count) =>
    element("button", {
      type: "button",
      click: () => {
        const first = list.children.length;
        show(count);
        // Whoever came by keyboard goes on with what is new.
        list.children[first]?.querySelector("summary").focus();
      },
    }, text);
  const reach = (entry) => {
    const at = entries.filter(({ isShown }) => isShown).indexOf(entry);
    if (at >= most) show(at + 1);
  };
  return { block, reach, update: () => show(rowsAtOnce) };
}

function itemOf(task, { makeDetails, now }) {
  const { id, title, status, outcome, attempts, waits } = task;
  const tone = toneOf(status);
  const isPlain = outcome === null || outcome === status;
  const about = [
    status === "pending" && waits !== null ? `waits ${withOwnTimes(waits, now)}` : null,
    isPlain ? null : inWords(outcome),
    countText(attempts),
    timeText(attempts, now),
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

/** How many attempts of workers and acceptances, where there is more than one of them. */
function countText(attempts) {
  if (attempts.length < 2) return null;
  const accepted = attempts.filter(({ by }) => by === "person").length;
  const told = [
    attempts.length > accepted ? plural(attempts.length - accepted, "attempt") : null,
    accepted > 0 ? plural(accepted, "acceptance") : null,
  ];
  return told.filter(Boolean).join(", ");
}

/** How long its attempts took, or since when it runs. */
function timeText(attempts, now) {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  if (last.running && last.started_at !== null) return `since ${formatTime(last.started_at, now)}`;
  const seconds = addKnown(attempts.map(({ seconds }) => seconds));
  return seconds === null ? `time ${unknown}` : formatDuration(seconds);
}
