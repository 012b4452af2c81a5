/**
 * Which environment values are secrets.
 *
 * @module
 */

/** A value that must not leave the program, and the name that is shown for it. */
export interface Secret {
  /** Shown as `[redacted:NAME]`. */
  name: string;
  value: string;
}

/** Least characters of an environment value that is a secret by its variable's name. */
export const MIN_LENGTH_BY_NAME = 8;

/** Least characters of a named value; shorter ones would redact ordinary text. */
export const MIN_LENGTH_NAMED = 4;

const secretName = /TOKEN|SECRET|PASSWORD|KEY/i;
/** The end of a name whose value is a secret, or the path of a file that holds one. */
const secretEnd = /(?:PASSWD|PASSPHRASE|CREDENTIALS?|CREDS|_PWD|(?:^|_)(?:PASS|PAT))\d*$/i;
const path = /^(?:\.{0,2}|~\w*|[A-Za-z]:)[\\/]/;

/** Whether a variable's value is a secret by its name: `DB_PASS` is one, `PATH` is not. */
function isSecret([name, value]: [string, string]): boolean {
  return secretName.test(name) || (secretEnd.test(name) && !path.test(value));
}

/**
 * Secrets of an environment: the variables in `names`, from 4 characters on, and
 * from 8 characters on those whose name holds TOKEN, SECRET, PASSWORD or KEY, or ends in
 * PASSWD, PASSPHRASE, CREDENTIAL(S), CREDS, _PASS, _PWD or _PAT and holds no path.
 * Each value comes once; the variables in `names` come first.
 *
 * @param options.env Environment variables.
 * @param options.names Variables that the configuration names as secrets.
 */
export function collectSecrets(options: {
  env: Readonly<Record<string, string>>;
  names: readonly string[];
}): Secret[] {
  const { env, names } = options;
  const byName = Object.entries(env).filter(isSecret).map(([name]) => name).sort();
  const found = new Map<string, Secret>();
  const add = (name: string, minLength: number) => {
    const value = Object.hasOwn(env, name) ? env[name]?.trim() ?? "" : "";
    if (value.length >= minLength && !found.has(value)) found.set(value, { name, value });
  };
  for (const name of names) add(name, MIN_LENGTH_NAMED);
  for (const name of byName) add(name, MIN_LENGTH_BY_NAME);
  return [...found.values()];
}
