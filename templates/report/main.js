/**
 * Draws the report from the data that stands in the page.
 *
 * @module
 */
import { element } from "./dom.js";
import { headOf, timeSection, usageSection } from "./summary.js";
import { tasksSection } from "./tasks.js";
import { timelineSection } from "./timeline.js";
import { waitingSection } from "./waiting.js";

const data = JSON.parse(document.getElementById("data").textContent);
let lines = null;

/** Evidence of one task; read when it is first asked for. */
function readDetails(index) {
  lines ??= document.getElementById("details").textContent.trim().split("\n");
  return JSON.parse(lines[index]);
}

const { made, open, showGroup } = tasksSection(data, readDetails);
document.getElementById("report").replaceChildren(
  ...[
    headOf(data),
    waitingSection(data, { open, showGroup }),
    timelineSection(data, open),
    data.summary.attempts === 0 ? null : timeSection(data),
    usageSection(data),
    data.tasks.length === 0 ? null : made,
    element(
      "footer.quiet",
      null,
      `Made by macp ${data.version}. Times are those of your time zone.`,
    ),
  ].filter((part) => part !== null),
);
document.documentElement.dataset.drawn = "";
