/**
 * The parts of the page, carried inside the program.
 *
 * @module
 */
import page from "../../templates/report/page.html" with { type: "text" };
import style from "../../templates/report/style.css" with { type: "text" };
import details from "../../templates/report/details.js" with { type: "text" };
import dom from "../../templates/report/dom.js" with { type: "text" };
import format from "../../templates/report/format.js" with { type: "text" };
import headline from "../../templates/report/headline.js" with { type: "text" };
import main from "../../templates/report/main.js" with { type: "text" };
import summary from "../../templates/report/summary.js" with { type: "text" };
import tasks from "../../templates/report/tasks.js" with { type: "text" };
import timeline from "../../templates/report/timeline.js" with { type: "text" };
import timescale from "../../templates/report/timescale.js" with { type: "text" };
import waiting from "../../templates/report/waiting.js" with { type: "text" };

/** Text of the page, its style, and what draws it. */
export const pageParts = {
  page,
  style,
  /** Modules, each after those that it imports. */
  scripts: [format, dom, timescale, headline, details, summary, waiting, timeline, tasks, main],
} as const;
