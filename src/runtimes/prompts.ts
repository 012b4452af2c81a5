/**
 * Screens that wait for a person for ever.
 *
 * @module
 */

/** Lines, blank ones left out, at the end of a screen within which a question counts. */
const reach = 24;

/** Ends of a screen that wait, whatever stands above: the last line is one of these. */
const waiting: readonly RegExp[] = [
  /[([]y(?:es)?\/no?(?:\/[^)\]]*\]?)?[)\]]\s*[?:]*\s*[>❯›]?$/i,
  /\b(?:press|hit) (?:the )?(?:enter|return|any key|space)\b[^.]{0,60}[.…]*$/i,
  /\b(?:enter|return) to (?:confirm|continue|select|proceed|submit|accept|sign in|log in)(?: *[·•|,].*)?[.…]*$/i,
  /\bpass(?:word|phrase)\b[^:]{0,200}:$/i,
  /^(?:username|login|one-time code|verification code)\b[^:]{0,200}(?::\/\/[^:]{0,200})?:$/i,
  /\bpaste (?:the |your |this )?(?:\w+ )?code\b/i,
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
  "browser didn['’]t open\\b",
  "choose the text style that looks best\\b",
  "claude code running in bypass permissions mode\\b",
].map((words) => new RegExp(`^(?:.{0,60}[:.!?·] +|[^\\p{L}]*)${words}`, "iu"));

/** What stands below a question: choices, key hints, an empty line of input. */
const furniture: readonly RegExp[] = [
  /^(?:[❯›>▶➤●○◉◯•*-]\s*)?(?:\d{1,2}[.)]|\[[ xX*✓]?\]|\([ xX*•]?\))\s+\S/,
  /^[❯›▶➤●○◉◯]\s*\S/,
  /^[❯›>]$/,
  /\b(?:esc|escape|ctrl[+-]c)\b.{0,12} to (?:cancel|exit|quit|go back)\b/i,
  /^\? for shortcuts\b/i,
  /[↑↓].{0,12}\b(?:navigate|select|move)\b|\buse (?:the )?arrow(?:s| keys)\b/i,
  /^https?:\/\/\S+$/,
];

/**
 * The line with which a screen asks for a person, or null when its end asks nothing. What
 * scrolled on, or is followed by other text, is no question any more. Whether the worker
 * stands still is for the caller to know.
 *
 * @param screenTail Text at the end of the screen, in lines.
 * @param patterns Questions that the runtime is known to ask, besides the general ones.
 */
export function findPrompt(screenTail: string, patterns: readonly RegExp[]): string | null {
  const lines = screenTail.split("\n").map(withoutFrame).filter((line) => line !== "")
    .slice(-reach);
  const last = lines.at(-1);
  if (last === undefined) return null;
  const waits = matchesAny(waiting, last);
  const asked = findQuestion(lines, [...patterns, ...questions]);
  if (asked === null) return waits ? last : null;
  return waits || asked === last || matchesAny(furniture, last) ? asked : null;
}

/**
 * The last line that asks, rather than one with a choice or a hint. A question can be
 * broken into two lines.
 */
function findQuestion(lines: readonly string[], patterns: readonly RegExp[]): string | null {
  const asking = lines.filter((line, at) => {
    const next = lines[at + 1];
    return matchesAny(patterns, line) ||
      (next !== undefined && !matchesAny(patterns, next) &&
        matchesAny(patterns, `${line} ${next}`));
  });
  const isHint = (line: string) => matchesAny(waiting, line) || matchesAny(furniture, line);
  return asking.findLast((line) => !isHint(line)) ?? asking.at(-1) ?? null;
}

/** A line without the frame that is drawn around it. */
function withoutFrame(line: string): string {
  return line.replace(/^[\s│┃║|╭╮╰╯┌┐└┘─━═]+|[\s│┃║|╭╮╰╯┌┐└┘─━═]+$/g, "");
}

function matchesAny(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => {
    pattern.lastIndex = 0;
    return pattern.test(text);
  });
}
