/**
 * Who ran when, what waited for what: a row for each task, a page of them at once.
 *
 * @module
 */
import { element, section, spoken } from "./dom.js";
import {
  attemptName,
  formatClock,
  formatDay,
  formatDuration,
  formatRange,
  formatTime,
  inWords,
  markOf,
  toneOf,
} from "./format.js";
import { makeScale, spanOf } from "./timescale.js";

const pageLength = 30;

/** The section, or null when nothing ran. */
export function timelineSection(data, open) {
  const now = data.generated_at;
  const rows = data.tasks.map((task) => ({
    task,
    spans: task.attempts.map((attempt) => spanOf(attempt, now)),
  })).filter(({ spans }) => spans.some((span) => span !== null));
  if (rows.length === 0) return null;
  const startOf = ({ spans }) => Math.min(...spans.flatMap((span) => span === null ? [] : span[0]));
  rows.sort((a, b) => startOf(a) - startOf(b));
  const pages = [];
  for (let end = rows.length; end > 0; end -= pageLength) {
    pages.push(rows.slice(Math.max(0, end - pageLength), end));
  }
  const place = element("div", { id: "chart" });
  const where = element("p.where", { role: "status" });
  let at = 0;
  const step = (by) =>
    element("button", { type: "button", click: () => show(at + by) }, by > 0 ? "Earlier" : "Later");
  const [earlier, later] = [step(1), step(-1)];
  const show = (page) => {
    at = page;
    place.replaceChildren(chartOf(pages[at], { now, open }));
    where.textContent = pages.length === 1 ? "" : `Part ${pages.length - at} of ${pages.length}`;
    earlier.disabled = at === pages.length - 1;
    later.disabled = at === 0;
  };
  show(0);
  const pager = pages.length === 1
    ? null
    : element("nav.pager", { "aria-label": "Parts of the timeline" }, earlier, where, later);
  return section("timeline", "Timeline", legend(), pager, place);
}

function legend() {
  const entry = (name, text) =>
    element("li", null, element(`span.swatch.${name}`, { "aria-hidden": "true" }), text);
  return element(
    "ul.legend",
    { "aria-label": "Signs of the timeline" },
    entry("preparing", "preparing"),
    entry("working", "working"),
    entry("gate.good", "gate passed"),
    entry("gate.bad", "gate red"),
    entry("pausing", "pause before a retry"),
    entry("link", "waited for another task"),
    entry("idle", "nothing ran, drawn shorter"),
  );
}

function chartOf(rows, { now, open }) {
  const spans = rows.flatMap((row) => row.spans).filter((span) => span !== null);
  const scale = makeScale(spans, globalThis.innerWidth < 700 ? 3 : 7);
  const [first, last] = [
    Math.min(...spans.map(([from]) => from)),
    Math.max(...spans.map(([, to]) => to)),
  ];
  return element(
    "div.chart",
    null,
    element("p.quiet.range", null, formatRange(first, last, now)),
    axisOf(scale),
    element(
      "div.rows",
      null,
      gapsOf(scale),
      linksOf(rows, scale),
      element(
        "ol",
        { "aria-label": "Tasks by their first attempt" },
        rows.map((row) => rowOf(row, { scale, now, open })),
      ),
    ),
  );
}

function axisOf({ ticks, at }) {
  const isFine = ticks.length > 1 && ticks[1].time - ticks[0].time < 60_000;
  const axis = element("div.axis", { "aria-hidden": "true" });
  let day = "";
  for (const { time } of ticks) {
    const isNewDay = formatDay(time) !== day;
    day = formatDay(time);
    const seconds = isFine ? `:${String(new Date(time).getSeconds()).padStart(2, "0")}` : "";
    const tick = element(
      "span.tick",
      null,
      isNewDay && ticks.length > 1 ? element("b", null, day) : null,
      `${formatClock(time)}${seconds}`,
    );
    tick.style.setProperty("--at", at(time));
    axis.append(tick);
  }
  return axis;
}

function gapsOf({ gaps }) {
  return element(
    "div.gaps",
    { "aria-hidden": "true" },
    gaps.map(({ start, end, from, to }) => {
      const gap = element("span.gap", {
        title: `${formatDuration((to - from) / 1000)} without work`,
      });
      gap.style.setProperty("--at", start);
      gap.style.setProperty("--length", end - start);
      return gap;
    }),
  );
}

/** Lines from the end of a dependency to the start of what waited for it. */
function linksOf(rows, { at }) {
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const drawing = svg("svg", {
    viewBox: `0 0 1000 ${rows.length * 10}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    class: "links",
  });
  const places = new Map(rows.map(({ task }, i) => [task.id, i]));
  rows.forEach(({ task, spans }, i) => {
    const start = spans.find((span) => span !== null)?.[0];
    for (const id of task.depends_on) {
      const from = places.get(id);
      const end = from === undefined ? null : completedAt(rows[from].task);
      if (end === null || end > start) continue;
      const [x1, x2] = [at(end) * 1000, at(start) * 1000];
      drawing.append(svg("path", {
        d: `M${x1} ${from * 10 + 5}V${i * 10 + 5}H${x2}`,
        "vector-effect": "non-scaling-stroke",
      }));
    }
  });
  return drawing;
}

function completedAt({ attempts }) {
  const end = attempts.findLast(({ next, outcome }) =>
    next === "completed" || outcome === "completed"
  )?.ended_at;
  return end ? Date.parse(end) : null;
}

function rowOf({ task, spans }, { scale, now, open }) {
  const track = element("span.track", { "aria-hidden": "true" });
  const put = (kind, from, to, title) => {
    const part = element(`span.part.${kind}`, { title: title ?? null });
    part.style.setProperty("--at", scale.at(from));
    part.style.setProperty("--length", Math.max(0, scale.at(to) - scale.at(from)));
    track.append(part);
    return part;
  };
  let before = null;
  task.attempts.forEach((attempt, i) => {
    const span = spans[i];
    if (span === null) return;
    if (before?.next === "pending") put("pausing", before.to, span[0], "pause before a retry");
    drawAttempt(put, attempt, span, task);
    before = { next: attempt.next, to: span[1] };
  });
  return element(
    "li",
    null,
    element("a.id", {
      href: "#tasks",
      title: task.title || null,
      click: (event) => open(event, task.id),
    }, task.id),
    spoken(`: ${spokenAttempts(task, now)}`),
    track,
  );
}

function drawAttempt(put, attempt, [from, to], task) {
  const time = (text) => text === null ? null : Math.min(to, Math.max(from, Date.parse(text)));
  const worker = time(attempt.worker_started_at);
  const gates = time(attempt.gates_started_at);
  const title = `${task.id}: ${attempt.running ? "runs" : inWords(attempt.outcome)}, ${
    formatDuration((to - from) / 1000)
  }`;
  if (worker !== null && attempt.by === "controller") put("preparing", from, worker, title);
  // Where no event tells more, the whole of it counts as work.
  const workFrom = worker ?? (gates === null ? from : null);
  if (workFrom !== null) put("working", workFrom, gates ?? to, title);
  if (gates !== null) put("judging", gates, to, title);
  for (const gate of attempt.gates) {
    const [start, end] = [
      time(gate.started_at),
      time(gate.ended_at) ?? (attempt.running ? to : null),
    ];
    if (start === null || end === null) continue;
    put(
      `gate.${toneOf(gate.outcome ?? "running")}`,
      start,
      end,
      `${gate.command}: ${gate.outcome ?? "runs"}`,
    );
  }
  const status = attempt.running ? "running" : attempt.next ?? "failed";
  // The next attempt stands right behind one that was queued again.
  if (status === "pending" && attempt !== task.attempts.at(-1)) return;
  put(`end.${toneOf(status)}`, to, to, title).textContent = markOf(status);
}

function spokenAttempts({ attempts }, now) {
  return attempts.map((attempt) => {
    const { started_at, seconds, outcome, running, gates } = attempt;
    const red = gates.filter(({ outcome }) => outcome === "failed" || outcome === "broken").length;
    return `${attemptName(attempt)}${started_at ? ` from ${formatTime(started_at, now)}` : ""}, ` +
      `${running ? "runs" : `${formatDuration(seconds)}, ${inWords(outcome)}`}` +
      (red > 0 ? `, ${red} red gates` : "");
  }).join("; ");
}
