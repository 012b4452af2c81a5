/**
 * Command lines of macp in a document, and whether the program knows what they use.
 *
 * @module
 */

/** One call of macp in a document. */
export interface DocCommand {
  /** Line of the document, from 1. */
  line: number;
  /** Words after `macp`, without quotes. */
  words: string[];
}

/** Calls of macp in the `sh`, `bash` and `console` blocks of a Markdown text. */
export function commandsIn(markdown: string): DocCommand[] {
  const commands: DocCommand[] = [];
  let inside = false;
  let open: { line: number; text: string } | null = null;
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^\s*```\s*(\w*)/.exec(text);
    if (fence) {
      inside = !inside && /^(sh|bash|console)$/.test(fence[1] ?? "");
      continue;
    }
    if (!inside) continue;
    const whole: string = (open?.text ?? "") + text;
    const line: number = open?.line ?? index + 1;
    open = whole.endsWith("\\") ? { line, text: whole.slice(0, -1) } : null;
    if (open === null) commands.push(...callsIn(whole).map((words) => ({ line, words })));
  }
  return commands;
}

/** The words after `macp` of each call in a line of shell. */
function callsIn(line: string): string[][] {
  return splitShell(line.trim().replace(/^\$\s+/, ""))
    .filter(([program]) => program === "macp" || program?.endsWith("/bin/macp"))
    .map((words) => words.slice(1));
}

/** Words of each simple command in a line, quotes taken off, the comment left out. */
export function splitShell(line: string): string[][] {
  const commands: string[][] = [[]];
  const tokens = line.matchAll(/\s+|#.*|[|&;<>]+|(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"|&;<>])+/g);
  for (const [token] of tokens) {
    if (/^\s|^#/.test(token)) continue;
    if (/^[|&;<>]/.test(token)) commands.push([]);
    else commands.at(-1)?.push(unquote(token));
  }
  return commands.filter((words) => words.length > 0);
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_, single, double, escaped) => single ?? double?.replace(/\\(.)/g, "$1") ?? escaped,
  );
}

/**
 * What of a call the program does not know, a sentence each.
 *
 * @param helpOf Help text of a command, of the program itself for the empty name; null
 * when there is no such command.
 */
export function unknownIn(
  words: readonly string[],
  helpOf: (name: string) => string | null,
): string[] {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  const name = commandOf(own, helpOf);
  const help = helpOf(name);
  if (help === null) return [`no command ${name}`];
  const known = `${help}\n${helpOf("") ?? ""}`;
  return own
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.split("=")[0] ?? word)
    .filter((option) => !new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(known))
    .map((option) => `macp ${name} has no option ${option}`);
}

/** The first word; after options, whose values are not known, the first that is a command. */
function commandOf(
  words: readonly string[],
  helpOf: (name: string) => string | null,
): string {
  const [first = ""] = words;
  if (!first.startsWith("-")) return first;
  return words.find((word) => /^[a-z]/.test(word) && helpOf(word) !== null) ?? "";
}
