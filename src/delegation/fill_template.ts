/**
 * Templates of texts: values at their places, and parts that may be left out.
 *
 * @module
 */

/** Values by name; null where there is none. */
export type TemplateValues = Readonly<Record<string, string | null>>;

/**
 * Fills a template. `{{name}}` stands for a value. The lines between `{{#name}}` and
 * `{{/name}}`, each on a line of its own, stay when there is a value, and go otherwise.
 * A value is inserted as it is: what looks like a place in it is none. Throws `Error` for
 * a name that has no entry.
 *
 * @example
 * ```ts ignore
 * import { fillTemplate } from "./fill_template.ts";
 * fillTemplate("Hello {{who}}", { who: "{{who}}" }); // Hello {{who}}
 * ```
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const valueOf = (name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`Cannot fill template as it has no value: ${name}`);
    return value;
  };
  return template
    .replaceAll(
      /^\{\{#(\w+)\}\}\n([\s\S]*?)^\{\{\/\1\}\}(?:\n|$)/gm,
      (_, name: string, part: string) => valueOf(name) === null ? "" : part,
    )
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name) ?? "");
}
