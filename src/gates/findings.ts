/**
 * What an ai-review gate prints.
 *
 * @module
 */
import type { FailOn } from "./resolve_gates.ts";

/** Severity of a finding; info fails no gate. */
export type Severity = FailOn | "info";

/** One finding. */
export interface Finding {
  severity: Severity;
  /** In a line, empty when it has none. */
  title: string;
}

/** Findings, or why they cannot be read. */
export type ParsedFindings = { ok: true; findings: Finding[] } | { ok: false; why: string };

/** From harmless to grave. */
const order: readonly Severity[] = ["info", "low", "medium", "high", "blocker"];
const titleFields = ["title", "message", "summary", "description"];
const titleLength = 120;

/**
 * Reads a JSON array of findings, or an object with such an array as `findings`. Each
 * has a severity: blocker or critical, high, medium, low, info, in any case of letters.
 */
export function parseFindings(text: string): ParsedFindings {
  const json = parseJson(text);
  if (json === undefined) return { ok: false, why: describeFault(text) };
  const list = isRecord(json) ? json.findings : json;
  if (!Array.isArray(list)) return { ok: false, why: "it is no list of findings" };
  const findings: Finding[] = [];
  for (const [n, item] of list.entries()) {
    const finding = toFinding(item);
    if (!finding) return { ok: false, why: `finding ${n + 1} has no known severity` };
    findings.push(finding);
  }
  return { ok: true, findings };
}

/** The findings that fail a gate with this threshold, the gravest first. */
export function findingsAtLeast(findings: readonly Finding[], failOn: FailOn): Finding[] {
  const rank = (severity: Severity) => order.indexOf(severity);
  return findings
    .filter(({ severity }) => rank(severity) >= rank(failOn))
    .toSorted((a, b) => rank(b.severity) - rank(a.severity));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeFault(text: string): string {
  return text.trim() === "" ? "nothing was printed on standard output" : "it is no JSON";
}

function toFinding(item: unknown): Finding | null {
  if (!isRecord(item) || typeof item.severity !== "string") return null;
  const name = item.severity.toLowerCase();
  const severity = order.find((known) => known === (name === "critical" ? "blocker" : name));
  if (!severity) return null;
  const title = titleFields.map((field) => item[field]).find((text) => typeof text === "string");
  return { severity, title: toLine(title) };
}

function toLine(title: unknown): string {
  const line = typeof title === "string" ? title.replace(/[\s\p{Cc}]+/gu, " ").trim() : "";
  return line.length > titleLength ? `${line.slice(0, titleLength).toWellFormed()}…` : line;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
