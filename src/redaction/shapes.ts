/**
 * Tokens that are known by their shape.
 *
 * @module
 */

/** How a kind of token is recognised. All expressions are sticky. */
export interface Shape {
  /** Shown as `[redacted:NAME]`. */
  name: string;
  /** Each token begins with one of these. */
  anchors: readonly string[];
  /** The whole token. What its first group matches stands before the secret and stays. */
  whole: RegExp;
  /** Matches up to the end of the text when more text could still complete a token. */
  begun: RegExp;
  /** What may follow behind a part of the token that was already recognised. */
  rest: RegExp;
  /** Matches behind a token, up to the end of the text, when more text could prolong it. */
  prolonged: RegExp;
  /**
   * What each token begins with: a run of characters, at most so many, and a text behind it.
   * Where anchors can follow each other inside of one run, looking at the run once is what
   * keeps the search from taking the square of its length.
   */
  head?: { run: RegExp; most: number; behind: string };
}

/** Characters before a position that the expressions look back at. */
export const LOOK_BEHIND = 16;

/**
 * Where a token may begin: not inside a word, but behind an escape of JSON
 * (`\n`), of a URL (`%3D`) or of a terminal (`[32m`) whose letter belongs to no word.
 */
const start = String
  .raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\[[0-9;]{0,9}m))`;

const sticky = (...parts: string[]) => new RegExp(parts.join(""), "y");
const atEnd = /$/y;

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const DIGITS = [..."0123456789"];

/** A short beginning, made longer by what may follow: the longer, the faster the search. */
const anchorsOf = (beginning: string, next: readonly string[]) =>
  next.map((char) => beginning + char);

const github: Shape = {
  name: "GITHUB_TOKEN",
  anchors: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
  whole: /(?:gh[pousr]|github_pat)_[A-Za-z0-9]{16}[A-Za-z0-9_]*/y,
  begun: /(?:gh[pousr]|github_pat)_[A-Za-z0-9]{0,15}$/y,
  rest: /[A-Za-z0-9_]*/y,
  prolonged: atEnd,
};

const anthropic: Shape = {
  name: "ANTHROPIC_API_KEY",
  anchors: ["sk-ant-"],
  whole: sticky(start, String.raw`sk-ant-[\w-]{16,}`),
  begun: sticky(start, String.raw`sk-ant-[\w-]{0,15}$`),
  rest: /[\w-]*/y,
  prolonged: atEnd,
};

const openai: Shape = {
  name: "OPENAI_API_KEY",
  anchors: anchorsOf("sk-", [...LETTERS, ...DIGITS]),
  whole: sticky(
    start,
    String.raw`sk-(?:(?:proj|svcacct|admin|None|or-v1)-[\w-]{16,}|[A-Za-z0-9]{20,})`,
  ),
  begun: sticky(
    start,
    String.raw`sk-(?:[A-Za-z0-9]{0,19}|(?:proj|svcacct|admin|None|or|or-v1)-[\w-]{0,15})$`,
  ),
  rest: /[\w-]*/y,
  prolonged: atEnd,
};

const slack: Shape = {
  name: "SLACK_TOKEN",
  anchors: [...anchorsOf("xox", LETTERS.slice(26)), "xapp-"],
  whole: /(?:(?:xoxe\.)?xox[a-z]|xapp)-[A-Za-z0-9%-]{10,}/y,
  begun: /(?:(?:xoxe\.)?(?:|x|xo|xox[a-z]?|xox[a-z]-[A-Za-z0-9%-]{0,9})|xapp-[A-Za-z0-9%-]{0,9})$/y,
  rest: /[A-Za-z0-9%-]*/y,
  prolonged: atEnd,
};

const awsId: Shape = {
  name: "AWS_ACCESS_KEY_ID",
  anchors: ["AKIA", "ASIA"],
  whole: sticky(start, "A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])"),
  begun: sticky(start, "A[KS]IA[A-Z0-9]{0,15}$"),
  rest: /(?:)/y,
  prolonged: atEnd,
};

/** A secret key behind its id, as in the file of keys that AWS hands out. */
const awsPair: Shape = {
  name: "AWS_SECRET_ACCESS_KEY",
  anchors: ["AKIA", "ASIA"],
  whole: /(A[KS]IA[A-Z0-9]{16}["']?[\s,;:|=]{1,8}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/y,
  begun: /A[KS]IA(?:[A-Z0-9]{0,15}|[A-Z0-9]{16}["']?[\s,;:|=]{0,8}["']?[A-Za-z0-9/+]{0,40})$/y,
  rest: /(?:)/y,
  prolonged: atEnd,
};

/** A secret key behind its own name. */
const awsNamed: Shape = {
  name: "AWS_SECRET_ACCESS_KEY",
  anchors: ["ecret_access_key", "ecretAccessKey", "ECRET_ACCESS_KEY"],
  whole: new RegExp(
    String.raw`((?:ecret_access_key|ecretAccessKey|ECRET_ACCESS_KEY)` +
      String.raw`[\\"'\s]{0,6}[:=>][\\"'\s]{0,6})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])`,
    "y",
  ),
  begun: /ecret_?access_?key[\\"'\s]{0,6}(?:[:=>][\\"'\s]{0,6}[A-Za-z0-9/+]{0,40})?$/iy,
  rest: /(?:)/y,
  prolonged: atEnd,
};

const jwt: Shape = {
  name: "JWT",
  anchors: anchorsOf("eyJ", [...LETTERS, ...DIGITS, "-", "_"]),
  whole: /eyJ[\w-]{5,4096}\.(?:eyJ[\w-]{5,}(?:\.[\w-]+)*|[\w-]{4,8192}\.[\w-]+(?:\.[\w-]+)*)/y,
  begun: /eyJ[\w-]{0,4096}(?:\.[\w-]{0,8192}\.?)?$/y,
  rest: /[\w-]*(?:\.[\w-]+)*/y,
  prolonged: /\.?$/y,
  head: { run: /[\w-]*/y, most: 3 + 4096, behind: "." },
};

const keyEnd = "-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----";

/**
 * The lines between the frame of a key block: base64 and headers, also where the
 * line ends are escaped, quoted or were lost.
 */
const keyBody = String.raw`(?:\s|\\[nrt]|["'\x60>|,]|\+(?=\s)|[A-Za-z0-9+/=]{40,}|` +
  String.raw`[A-Za-z0-9+/=]+(?=[ \t]*(?:$|[\r\n]|\\[nr]|["'\x60]|-----END))|` +
  String.raw`(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\r\n\\"']*)*` +
  `(?:${keyEnd})?`;

const privateKey: Shape = {
  name: "PRIVATE_KEY",
  anchors: ["-----BEGIN"],
  whole: sticky("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----", keyBody),
  begun: /-----BEGIN[A-Z0-9 ]{0,60}-{0,4}$/y,
  rest: sticky(keyBody),
  prolonged: sticky(`(?<!${keyEnd})`, String.raw`[^\n]{0,4096}$`),
};

/** Characters of a password in an address, and of a user's name. */
const inPassword = String.raw`[^\s/?#"'<>{}\\\x60]`;
const inUser = String.raw`[^\s/?#"'<>{}\\\x60:@[]`;
const slash = String.raw`\\{0,8}/`;

/** Most characters from the colon of a scheme to the sign behind the password, and a few more. */
export const MAX_ADDRESS = 600;

/**
 * The password of an address, also where JSON holds an escaped slash. A colon begins it, which
 * is too short and too frequent for the search that the others have in common.
 */
export const ADDRESS: Shape = {
  name: "URL_PASSWORD",
  anchors: [":"],
  whole: sticky(
    `(:${slash}${slash}${inUser}{0,256}:)`,
    String.raw`(?!\[redacted:)${inPassword}{1,256}(?=@)`,
  ),
  begun: sticky(
    `:(?:${slash}){0,2}`,
    String.raw`(?:\\{0,8}|(?<=/)${inUser}{0,256}(?::${inPassword}{0,256})?)$`,
  ),
  rest: /(?:)/y,
  // The last of several @ is the one before the host.
  prolonged: sticky(`@${inPassword}{0,256}$`),
};

/** The known shapes that one search finds. */
export const SHAPES: readonly Shape[] = [
  github,
  anthropic,
  openai,
  slack,
  awsId,
  awsPair,
  awsNamed,
  jwt,
  privateKey,
];
