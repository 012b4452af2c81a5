/**
 * What the report says at once, where time went, tokens and cost.
 *
 * @module
 */
import { headline } from "./headline.js";
import { element, section, spoken, table, timeElement } from "./dom.js";
import { formatCost, formatCount, formatDuration, formatTokens, plural } from "./format.js";

/** The head of the page: the most important first, in sentences. */
export function headOf(data) {
  const { summary, repository, generated_at, since, holds, version } = data;
  return element(
    "header",
    null,
    element(
      "p.kicker",
      null,
      element("bdi", null, repository),
      " · as of ",
      timeElement(generated_at, generated_at),
      since === null ? null : [" · since ", timeElement(since, generated_at)],
    ),
    element("h1", null, headline(summary)),
    element("p.lead", null, sentences(data).join(" ")),
    holds.map(({ runtime, until, reason }) =>
      element(
        "p.note",
        null,
        `Runtime ${runtime} is held until `,
        timeElement(until, generated_at),
        `: ${reason}`,
      )
    ),
    element("p.spoken", null, `Made by macp ${version}.`),
  );
}

function sentences({ summary, unreadable_lines }) {
  const { attempts, retries, first_try, red_gates, landed, usage, phases } = summary;
  const told = [];
  if (attempts > 0) {
    const again = retries === 0
      ? "none of them a retry"
      : `${formatCount(retries)} of them ${retries === 1 ? "a retry" : "retries"}`;
    told.push(`It took ${plural(attempts, "attempt")}, ${again}.`);
  }
  if (retries > 0 && first_try > 0) {
    told.push(`${plural(first_try, "task")} passed at the first attempt.`);
  }
  if (red_gates > 0) {
    told.push(`Gates were red ${red_gates === 1 ? "once" : `${formatCount(red_gates)} times`}.`);
  }
  if (phases.working !== null) told.push(`Workers ran for ${formatDuration(phases.working)}.`);
  if (usage.cost_usd !== null) {
    told.push(`Reported cost: ${formatCost(usage.cost_usd)}.`);
  }
  if (landed > 0) told.push(`${plural(landed, "task has", "tasks have")} landed.`);
  if (unreadable_lines > 0) {
    told.push(`${plural(unreadable_lines, "line")} of the event file could not be read.`);
  }
  return told;
}

const phaseNames = [
  ["preparing", "Preparing", "worktree and setup, before the worker starts"],
  ["working", "Working", "the worker runs"],
  ["gates", "Gates", "checks, verdict, cleaning up"],
];
const waitNames = [
  ["pausing", "Pauses", "between an attempt and its retry"],
  ["person", "Waiting for you", "from an escalation until somebody acted, or until now"],
];

/** Where time went: attempts as bars that compare, then what was waited for. */
export function timeSection({ summary: { phases } }) {
  const most = Math.max(...phaseNames.map(([key]) => phases[key] ?? 0));
  const barOf = (key) => {
    const bar = element(`span.bar.${key}`, { "aria-hidden": "true" });
    bar.style.setProperty("--part", most === 0 ? 0 : (phases[key] ?? 0) / most);
    return element("span.bars", null, bar);
  };
  const rowOf = ([key, name, what], bar) => [
    [element("span", null, name), element("span.quiet.what", null, what)],
    formatDuration(phases[key]),
    bar,
  ];
  const waits = waitNames.filter(([key]) => phases[key] !== null);
  return section(
    "time",
    "Where the time went",
    table("Time by phase, all attempts added up", [
      ["Phase"],
      ["Time", true],
      [spoken("As a bar")],
    ], [
      ...phaseNames.map((phase) => rowOf(phase, barOf(phase[0]))),
      ...waits.map((wait) => rowOf(wait, null)),
    ]),
  );
}

/** Tokens and cost, by runtime. */
export function usageSection({ summary: { runtimes, usage, by_status } }) {
  if (runtimes.length === 0) return null;
  const rows = runtimes.map((row) => [
    row.runtime ?? "shell commands",
    formatCount(row.attempts),
    formatCount(row.completed),
    formatDuration(row.working),
    formatTokens(row.input_tokens),
    formatTokens(row.output_tokens),
    formatCost(row.cost_usd),
  ]);
  const { reported, unreported } = usage;
  const others = (by_status.completed ?? 0) -
    runtimes.reduce((sum, { completed }) => sum + completed, 0);
  const note = reported === 0
    ? "No worker reported tokens or cost. Unknown is not nothing."
    : unreported > 0
    ? `${plural(unreported, "attempt")} reported neither tokens nor cost; the sums leave ${
      unreported === 1 ? "it" : "them"
    } out.`
    : null;
  return section(
    "usage",
    "Who worked, and what it cost",
    table("Attempts, tokens and cost by runtime", [
      ["Runtime"],
      ["Attempts", true],
      ["Tasks completed", true],
      ["Worked", true],
      ["Tokens in", true],
      ["Tokens out", true],
      ["Cost", true],
    ], rows),
    note === null ? null : element("p.quiet", null, note),
    others > 0
      ? element(
        "p.quiet",
        null,
        `${
          plural(others, "more completed task has", "more completed tasks have")
        } no attempt here.`,
      )
      : null,
  );
}
