/**
 * The evidence of one task, made when it is opened.
 *
 * @module
 */
import { commandList, element, outputBlock, timeElement } from "./dom.js";
import {
  attemptName,
  capitalized,
  formatCost,
  formatCount,
  formatDuration,
  formatTokens,
  inWords,
  markOf,
  plural,
  toneOf,
  unknown,
  withOwnTimes,
} from "./format.js";

/** All that is known of a task. */
export function detailsOf(task, details, { next, now }) {
  const facts = [
    ["Status", task.status ?? "none that macp knows"],
    ["Outcome", task.outcome === null ? null : inWords(task.outcome)],
    ["Waits", task.waits && withOwnTimes(task.waits, now)],
    ["Depends on", task.depends_on.join(", ") || null],
    ["Kind", [task.type, task.dispatch, task.runtime].filter(Boolean).join(" · ") || null],
    ["Branch", details.branch && element("code", null, details.branch)],
    ["Pull request", details.pr && linkOf(details.pr)],
    ["Issue", details.issue && linkOf(details.issue)],
    ["Landed", task.landed && landedText(task.landed, now)],
    ["Queue", task.queued ? null : "has it no more"],
  ].filter(([, value]) => value !== null && value !== "");
  return element(
    "div.evidence",
    null,
    task.reason === null ? null : element("p.reason", null, element("bdi", null, task.reason)),
    commandList(next, task.id),
    element(
      "dl.facts",
      null,
      facts.map(([name, value]) =>
        element("div", null, element("dt", null, name), element("dd", null, value))
      ),
    ),
    details.replies.map(({ at, question, text }) =>
      element(
        "blockquote",
        null,
        element("p", null, text),
        element(
          "footer.quiet",
          null,
          "Answered ",
          at && timeElement(at, now),
          question && ` to: ${question}`,
        ),
      )
    ),
    task.attempts.length === 0 ? element("p.quiet", null, "No attempt yet.") : null,
    // The newest says most.
    task.attempts.map((attempt, i) =>
      attemptOf(task, attempt, { evidence: details.attempts[i], now })
    ).reverse(),
    task.moments.length === 0 ? null : element(
      "ul.moments",
      { "aria-label": "Besides" },
      task.moments.map(({ at, message }) =>
        element("li", null, timeElement(at, now), " ", element("bdi", null, message))
      ),
    ),
  );
}

function landedText({ into, commit, at }, now) {
  return [
    "on ",
    element("code", null, into),
    " as ",
    element("code", null, commit.slice(0, 12)),
    ", ",
    timeElement(at, now),
  ];
}

/** A link only where it is one; whoever wrote it sees where it leads. */
function linkOf(text) {
  if (!/^https?:\/\/[^\s]+$/.test(text)) return text;
  return element("a", { href: text, rel: "noopener noreferrer" }, text);
}

function attemptOf(task, attempt, { evidence, now }) {
  const { outcome, running, started_at, seconds, phases, usage } = attempt;
  const name = capitalized(attemptName(attempt));
  const result = running ? "runs" : inWords(outcome);
  const parts = [
    ["preparing", phases.preparing],
    ["working", phases.working],
    ["gates", phases.gates],
  ].filter(([, time]) => time !== null).map(([phase, time]) => `${phase} ${formatDuration(time)}`);
  const tone = running
    ? "busy"
    : outcome === "completed"
    ? "good"
    : attempt.next === "escalated"
    ? "person"
    : "bad";
  const isNewest = attempt === task.attempts.at(-1);
  return element(
    "article.attempt",
    { "aria-label": `${name} of ${task.id}` },
    element("h4", null, name, " ", element(`span.tag.${tone}`, null, result)),
    element(
      "p.quiet",
      null,
      started_at === null ? "Start unknown" : timeElement(started_at, now),
      ` · ${running ? "not ended yet" : formatDuration(seconds)}`,
      parts.length > 0 ? ` (${parts.join(", ")})` : null,
    ),
    element("p.quiet", null, usageText(usage)),
    evidence.error === null || (isNewest && evidence.error === task.reason)
      ? null
      : element("p.reason", null, element("bdi", null, evidence.error)),
    evidence.summary === null ? null : element("p", null, element("bdi", null, evidence.summary)),
    diffOf(evidence),
    gatesOf(attempt, evidence, isNewest),
    listOf("Warnings", evidence.warnings),
    listOf("Files of the gates that the worker changed", evidence.gate_files_changed),
    listOf("Paths of the main checkout that changed meanwhile", evidence.main_checkout_changes),
    evidence.screen_tail === null ? null : [
      element("h5", null, "Screen when it asked"),
      outputBlock(`Screen of ${name}`, evidence.screen_tail),
    ],
    logOf(name, evidence.log),
    evidence.snapshot_ref === null
      ? null
      : element("p.quiet", null, "Snapshot ", element("code", null, evidence.snapshot_ref)),
    evidence.session_id === null
      ? null
      : element("p.quiet", null, "Session ", element("code", null, evidence.session_id)),
  );
}

function usageText(usage) {
  if (usage === null) return `Tokens and cost ${unknown}`;
  return `${formatTokens(usage.input_tokens ?? null)} tokens in, ` +
    `${formatTokens(usage.output_tokens ?? null)} out, cost ${formatCost(usage.cost_usd ?? null)}`;
}

function diffOf({ commits, insertions, deletions, files_changed, more_files }) {
  const count = files_changed.length + more_files;
  if (count === 0 && !insertions && !deletions) return null;
  return element(
    "details.files",
    null,
    element(
      "summary",
      null,
      element("span.added", null, `+${insertions === null ? "?" : formatCount(insertions)}`),
      " ",
      element("span.removed", null, `−${deletions === null ? "?" : formatCount(deletions)}`),
      ` in ${plural(count, "file")}`,
      commits === null ? null : `, ${plural(commits, "commit")}`,
    ),
    element(
      "ul",
      null,
      files_changed.map((file) => element("li", null, element("code", null, file))),
    ),
    more_files > 0 ? element("p.quiet", null, `and ${more_files} more: macp diff tells all`) : null,
  );
}

function gatesOf(attempt, { gates }, isNewest) {
  const known = gates.length > 0 ? gates : attempt.gates;
  if (known.length === 0) return null;
  return [
    element("h5", null, "Gates"),
    element("ul.gates", null, known.map((gate) => gateOf(gate, isNewest))),
  ];
}

function gateOf({ command, outcome, reason, exit_code, seconds, baseline, tail }, isNewest) {
  const told = [
    outcome ?? "not ended",
    exit_code === undefined || exit_code === 0 || reason?.includes(`code ${exit_code}`)
      ? null
      : `exit code ${exit_code}`,
    seconds === null ? null : formatDuration(seconds),
    baseline === "already_red" ? "red on the base too" : null,
    reason,
  ].filter(Boolean).join(" · ");
  const head = [
    element(
      `span.mark.${toneOf(outcome ?? "pending")}`,
      { "aria-hidden": "true" },
      markOf(outcome ?? "pending"),
    ),
    element("code", null, command),
    element("span.quiet", null, told),
  ];
  if (tail === undefined || tail === "") {
    return element("li", null, element("div.gate", null, head));
  }
  const body = tail === null
    ? element("p.quiet", null, "Left out to keep this file small.")
    : outputBlock(`Output of ${command}`, tail);
  return element(
    "li",
    null,
    element(
      "details",
      { open: isNewest && outcome !== "passed" },
      element("summary.gate", null, head),
      body,
    ),
  );
}

function listOf(heading, texts) {
  if (texts.length === 0) return null;
  return [
    element("h5", null, heading),
    element("ul.plain", null, texts.map((text) => element("li", null, element("bdi", null, text)))),
  ];
}

function logOf(name, log) {
  if (log === null) return null;
  const where = element("p.quiet", null, element("code", null, log.path));
  if (log.tail === null) {
    return [
      element("h5", null, "Log"),
      where,
      element("p.quiet", null, "Left out to keep this file small."),
    ];
  }
  return element(
    "details.log",
    null,
    element("summary", null, log.cut ? "End of the log" : "Log"),
    where,
    log.tail === ""
      ? element("p.quiet", null, "It is empty.")
      : outputBlock(`Log of ${name}`, log.tail),
  );
}
