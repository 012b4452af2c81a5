/**
 * A report as one HTML file that needs nothing else.
 *
 * @module
 */
import { pageParts } from "./page_parts.ts";
import type { ReportData } from "./report_data.ts";

/** Says that a file is a report; stands within its first 512 bytes. */
export const reportMark = '<meta name="generator" content="macp report">';

/** Text of the file, in pieces. */
export async function renderPage(data: ReportData): Promise<string[]> {
  const style = pageParts.style.trim();
  const script = joinModules(pageParts.scripts);
  const parts: Record<string, string> = {
    GENERATOR: reportMark,
    POLICY: `<meta http-equiv="Content-Security-Policy" content="${await policy(style, script)}">`,
    TITLE: escapeHtml(`${data.repository}: report of macp`),
    STYLE: `<style>${style}</style>`,
    SCRIPT: `<script type="module">${script}</script>`,
    NOSCRIPT: escapeHtml(inWords(data)),
    DATA: dataElement("data", dataText(withoutDetails(data))),
    DETAILS: dataElement("details", data.tasks.map(({ details }) => dataText(details)).join("\n")),
  };
  // Split once, so that no text which was put in is taken for a place.
  return pageParts.page.split(/\{\{ ([A-Z]+) \}\}/)
    .map((piece, i) => i % 2 === 0 ? piece : parts[piece] ?? "");
}

function dataElement(id: string, text: string): string {
  return `<script type="application/json" id="${id}">${text}</script>`;
}

/** Modules as one: what they import of each other stands above. */
export function joinModules(modules: readonly string[]): string {
  return modules.map((text) =>
    text.replaceAll(/^import\s[^;]*;\n/gm, "").replaceAll(
      /^export (?=(async )?function|const|class)/gm,
      "",
    )
      .trim()
  ).join("\n\n");
}

/** JSON that can stand in a script element: nothing in it ends that. */
export function dataText(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** A text as content or attribute of HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** Only this script and this style, nothing from anywhere, nothing to anywhere. */
async function policy(style: string, script: string): Promise<string> {
  const [styleHash, scriptHash] = await Promise.all([hashOf(style), hashOf(script)]);
  return [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

function withoutDetails(data: ReportData): unknown {
  return { ...data, tasks: data.tasks.map(({ details: _, ...task }) => task) };
}

/** What a reader without scripts gets. */
function inWords({ summary, generated_at }: ReportData): string {
  const counts = Object.entries(summary.by_status).map(([status, count]) => `${count} ${status}`);
  return `${summary.tasks} tasks${counts.length > 0 ? `: ${counts.join(", ")}` : ""}. ` +
    `${summary.waiting} wait for a person. ${summary.attempts} attempts. As of ${generated_at}. ` +
    "The rest of this page is drawn by a script that stands in it; it is not run here. " +
    "The same in a terminal: macp status, macp inbox, macp history.";
}
