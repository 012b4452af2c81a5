/**
 * Whether a command only looks at files. Pure.
 *
 * @module
 */

/** Programs that run nothing of what they read, and take no rules from it. */
const lookers = new Set(
  "test [ grep egrep fgrep cat head tail wc ls stat cut tr uniq echo printf true false : exit cd"
    .split(" "),
);
/** Output that goes to nobody, or to another stream. */
const harmless = /\d*>&\d|\d*>\s*\/dev\/null/g;
/** What makes a command of a text, or a file that another command may run. */
const doubtful = /[`()>\\]|<</;
/** The patterns of `grep -f` stand in a file: it decides what is looked for. */
const patternFile = /^(?:-[A-Za-z]*f|--f)/;

/**
 * Whether all that a shell command does is to look at files: then one that it names, and that
 * a worker makes anew, is what is asked for, not what decides. In doubt it is not so.
 */
export function onlyLooks(command: string): boolean {
  const plain = command.replaceAll(harmless, " ");
  if (doubtful.test(plain)) return false;
  // A sign in quotes makes more pieces than there are, never fewer.
  return plain.split(/[;&|\n]/).map(wordsOf).every(([program, ...rest]) =>
    program === undefined ||
    (lookers.has(program) && !(program.endsWith("grep") && rest.some(isPatternFile)))
  );
}

function isPatternFile(word: string): boolean {
  return patternFile.test(word.replaceAll(/["']/g, ""));
}

/** Words of one command, without what only groups or turns round. */
function wordsOf(piece: string): string[] {
  const words = piece.split(/[\s<]+/).filter((word) => word !== "");
  while (words[0] === "{" || words[0] === "}" || words[0] === "!") words.shift();
  return words;
}
