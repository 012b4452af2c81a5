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

/**
 * Secrets of an environment: the variables in `names`, from 4 characters on, and
 * those whose name holds TOKEN, SECRET, PASSWORD or KEY, from 8 characters on.
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
  const byName = Object.keys(env).filter((name) => secretName.test(name)).sort();
  const found = new Map<string, Secret>();
  const add = (name: string, minLength: number) => {
    const value = Object.hasOwn(env, name) ? env[name]?.trim() ?? "" : "";
    if (value.length >= minLength && !found.has(value)) found.set(value, { name, value });
  };
  for (const name of names) add(name, MIN_LENGTH_NAMED);
  for (const name of byName) add(name, MIN_LENGTH_BY_NAME);
  return [...found.values()];
}
