/**
 * Screens that wait for a person for ever.
 *
 * @module
 */

/** Lines, blank ones left out, at the end of a screen within which a question counts. */
const reach = 24;
/** Characters of a line that are looked at. */
const maxLine = 2000;

/** A question on a screen. */
export interface Prompt {
  /** The line that asks. */
  line: string;
  /**
   * Whether it has the shape of a dialog, with a choice that is marked or a hint for keys
   * below; else it may also be a text that somebody quotes, and counts after a while only.
   */
  isDialog: boolean;
}

/** What may stand before a question in its line: nothing, or a sentence that ended. */
const lead = String.raw`^(?:[^\p{L}]*|.{0,60}[.!?·…] +)`;
/** The same, or a label such as `WARNING:`. */
const labelled = String.raw`^(?:[^\p{L}]*|.{0,60}[.!?·…:] +)`;
/** Words that go on in the sentence, `github.com` included. */
const toSentenceEnd = String.raw`(?:[^.,;:]|\.(?=\S)){0,60}[.…]*$`;

/** Ends of a screen that wait, whatever stands above: the last line is one of these. */
const waiting: readonly RegExp[] = [
  String
    .raw`^(?=.*\?|.*[:>❯›]$|(?:[^\s]+ ){1,3}\S+$).*[(\[]y(?:es)?\/no?(?:\/[^)\]]*\]?)?[)\]]\s*[?:]*\s*[>❯›]?$`,
  String
    .raw`${lead}(?:please )?(?:press|hit) (?:the )?(?:enter|return|any key|space)\b${toSentenceEnd}`,
  String
    .raw`${lead}(?:enter|return) to (?:confirm|continue|select|proceed|submit|accept|sign in|log in)(?: *[·•|,].*)?[.…]*$`,
  String.raw`^(?:\S+ ){0,4}(?:\S+[’']s )?pass(?:word|phrase)\b[^:]{0,200}:$`,
  String
    .raw`^(?:username|login|e-?mail|one-time code|verification code)\b[^:]{0,200}(?::\/\/[^:]{0,200})?:$`,
  String
    .raw`${lead}(?:please )?(?:enter|type|provide|paste|input) (?:the |your |an? )?(?:[\p{L}-]+ ){0,4}(?:key|token|code|secret|name|address|e-?mail|url|otp|pin|id)\b[^:.]{0,60}[:>]$`,
  String.raw`${lead}paste (?:the |your |this )?(?:[\p{L}]+ )?code\b`,
].map((words) => new RegExp(words, "iu"));

/** A code that a person types in elsewhere; capitals tell it from words. */
const deviceCode = String.raw`[A-Z0-9]{4,5}-[A-Z0-9]{4,6}`;
/** The same as `waiting`, where letters are told from capitals. */
const deviceLogins: readonly RegExp[] = [
  new RegExp(
    String
      .raw`^(?:[^\p{L}]*|.{0,120}(?:[.!:]|\band) +)(?:[Pp]lease |[Ff]irst |[Tt]hen )?(?:[Ee]nter|[Uu]se|[Tt]ype|[Cc]opy) ` +
      String.raw`(?:the |your |this )?(?:[\p{L}-]+ ){0,3}[Cc]ode\b[^.]{0,40}?\b${deviceCode}\b`,
    "u",
  ),
];

/** Questions that wait when they are the last line, or only choices and hints follow. */
const questions: readonly RegExp[] = [
  "do you trust (?:the (?:files|contents|authors)|this (?:folder|directory|workspace|project))\\b",
  "is this a project you (?:created|trust)\\b",
  "(?:select|choose) (?:a |your |the )?(?:login|sign-in|authentication|auth) method\\b",
  "how would you like to (?:log ?in|sign in|authenticate)\\b",
  "sign in with chatgpt\\b",
  "(?:please|you (?:need|have) to) (?:log|sign) ?in\\b",
  "please run /login\\b",
  "(?:open|visit) (?:this|the following) (?:url|link)\\b.*(?:log|sign|auth)",
  "enter (?:this|the following) (?:one-time |device |user )?code\\b",
  "browser didn['’]t open\\b",
  "choose the text style that looks best\\b",
  "claude code running in bypass permissions mode\\b",
].map((words) => new RegExp(`${labelled}${words}`, "iu"));

/** Keys that a dialog names below its choices. */
const hints: readonly RegExp[] = [
  /\b(?:esc|escape|ctrl[+-]c)\b.{0,12} to (?:cancel|exit|quit|go back)\b/i,
  /^(?:press )?(?:enter|return) to (?:confirm|continue|select|proceed|submit|accept)\b.{0,60}$/i,
  /^[^\p{L}]*[↑↓].{0,12}\b(?:navigate|select|move)\b|\buse (?:the )?arrow(?:s| keys)\b/iu,
];
/** The choice that is marked. */
const marked = /^[❯›▶➤●◉]\s*\S/;
/** An empty line of input. */
const input = /^[❯›>]$/;

/** What stands below a question: choices, key hints, an empty line of input. */
const furniture: readonly RegExp[] = [
  /^(?:[❯›>▶➤●○◉◯•*-]\s*)?(?:\d{1,2}[.)]|\[[ xX*✓]?\]|\([ xX*•]?\))\s+\S/,
  marked,
  /^[○◯]\s*\S/,
  input,
  ...hints,
  /^\? for shortcuts\b/i,
  /^https?:\/\/\S+$/,
  new RegExp(`^${deviceCode}$`),
  /^[^\p{L}]*waiting for\b.{0,40}\b(?:auth\w*|log ?in|sign ?in|browser|confirmation)\b/iu,
];

/** A clock or timer, alone or in a corner. */
const clock = String.raw`[^\p{L}\d]*\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?[^\p{L}\d]*`;
const onlyClock = new RegExp(
  String
    .raw`^(?:${clock}|[^\p{L}\d]*(?:\d+ ?(?:h|m|s|min|sec|seconds)\b ?){1,3}(?:elapsed|left)?[^\p{L}\d]*)$`,
  "iu",
);
const clockBehind = new RegExp(String.raw`\s{2,}${clock}$`, "iu");
const clockBefore = new RegExp(String.raw`^${clock}(?:\s{2,}|[|│·] *)`, "iu");

/** What tells of a text rather than asks: words of speech before it, or quotation marks. */
const quoting =
  /\b(?:says?|said|asks?|asked|reads?|prints?|printed|shows?|displays?|prompts?|prompted|text|message|question|called)\b[^.!?]{0,40}(?::|["“`'‘])|["“`‘].*["”`’]\s*$/i;

/**
 * The question with which a screen asks for a person, or null when its end asks nothing.
 * What scrolled on, or is followed by other text, is no question any more. Whether the
 * worker stands still is for the caller to know.
 *
 * @param screenTail Text at the end of the screen, in lines.
 * @param patterns Questions that the runtime is known to ask, besides the general ones.
 */
export function findPrompt(screenTail: string, patterns: readonly RegExp[]): Prompt | null {
  const lines = screenTail.split("\n").map(plainLine).filter((line) => line.text !== "")
    .slice(-reach);
  const texts = lines.map(({ text }) => text);
  const last = texts.at(-1);
  if (last === undefined) return null;
  const all = [...patterns, ...questions];
  const asked = findQuestion(texts, all);
  if (asked !== null) {
    const below = texts.slice(asked + 1);
    const line = texts[asked] ?? last;
    const isDialog = !quoting.test(line) &&
      below.some((text) => matchesAny([marked, ...hints], text) || isWaiting(text));
    const isOver = below.length > 0 && !isFurniture(last) && !isWaiting(last);
    if (!isOver && (isDialog || standsAlone(line, all))) return { line, isDialog };
  }
  return findMenu(lines) ?? findWaiting(texts);
}

/** A last line that waits, or one with an empty line of input below it. */
function findWaiting(texts: readonly string[]): Prompt | null {
  const at = texts.findLastIndex((text) => !input.test(text));
  const line = texts[at];
  return line !== undefined && isWaiting(line) ? { line, isDialog: false } : null;
}

/** A question with choices right below, one of them marked, that have no numbers. */
function findMenu(lines: readonly Line[]): Prompt | null {
  const end = 1 + lines.findLastIndex(({ text }) => !matchesAny(hints, text));
  const first = lines.slice(0, end).findLastIndex(({ text }) => /[?:]$/.test(text));
  const question = lines[first]?.text;
  const choices = lines.slice(first + 1, end);
  const chosen = choices.find(({ text }) => /^[❯›▶➤●◉]\s+\S/.test(text));
  if (!question || !chosen || choices.length < 2 || quoting.test(question)) return null;
  const column = columnOf(chosen);
  const fits = choices.every((choice) =>
    columnOf(choice) === column && !/^\? for shortcuts/.test(choice.text)
  );
  return fits ? { line: question, isDialog: end < lines.length } : null;
}

/** Column at which the words of a line begin. */
function columnOf({ text, indent }: Line): number {
  return indent + text.length - text.replace(/^[❯›▶➤●◉○◯]\s*/, "").length;
}

/** Whether a line asks and says no more after that. */
function standsAlone(line: string, patterns: readonly RegExp[]): boolean {
  if (quoting.test(line)) return false;
  return patterns.every((pattern) => {
    pattern.lastIndex = 0;
    const found = pattern.exec(line);
    return !found || !/[?.!:]["'”’)]* +\S/.test(line.slice(found.index + found[0].length));
  });
}

function isWaiting(line: string): boolean {
  return matchesAny([...waiting, ...deviceLogins], line) && !quoting.test(line);
}

function isFurniture(line: string): boolean {
  return matchesAny(furniture, line);
}

/**
 * Where the last line is that asks, rather than one with a choice or a hint; null when none
 * does. A question can be broken into two lines.
 */
function findQuestion(lines: readonly string[], patterns: readonly RegExp[]): number | null {
  const asking = lines.flatMap((line, at) => {
    const next = lines[at + 1];
    const asks = matchesAny(patterns, line) ||
      (next !== undefined && !matchesAny(patterns, next) &&
        matchesAny(patterns, `${line} ${next}`));
    return asks ? [at] : [];
  });
  const isHint = (at: number) => isWaiting(lines[at] ?? "") || isFurniture(lines[at] ?? "");
  return asking.findLast((at) => !isHint(at)) ?? asking.at(-1) ?? null;
}

/** A line of a screen, and the column at which it begins. */
interface Line {
  text: string;
  indent: number;
}

/** A line without the frame that is drawn around it, and without a clock beside it. */
function plainLine(line: string): Line {
  const bare = line.slice(0, maxLine);
  const content = bare.replace(/^[\s│┃║|╭╮╰╯┌┐└┘─━═]+/, "");
  const text = content.replace(/[\s│┃║|╭╮╰╯┌┐└┘─━═]+$/, "")
    .replace(clockBehind, "").replace(clockBefore, "").trim();
  return { text: onlyClock.test(text) ? "" : text, indent: bare.length - content.length };
}

function matchesAny(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => {
    pattern.lastIndex = 0;
    return pattern.test(text);
  });
}
