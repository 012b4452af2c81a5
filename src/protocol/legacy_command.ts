/**
 * Commands of legacy tasks. A placeholder becomes an environment variable, so that a
 * title can never become code.
 *
 * @module
 */
import { MacpError } from "./errors.ts";

const variables: Record<string, string> = {
  task_id: "MACP_TASK_ID",
  task_title: "MACP_TASK_TITLE",
  task_file: "MACP_TASK_FILE",
};

/**
 * The template as a shell command. Outside quotes a placeholder becomes one quoted
 * argument.
 *
 * Throws `MacpError` of kind usage where a placeholder could not expand (single
 * quotes) or would become code (`eval`, `sh -c`).
 */
export function expandTemplate(template: string): string {
  let command = "";
  let quote: "" | "'" | '"' = "";
  for (let at = 0; at < template.length; at++) {
    const rest = template.slice(at);
    const placeholder = /^\{(task_id|task_title|task_file)\}/.exec(rest);
    const char = template[at] ?? "";
    if (placeholder) {
      checkPlaceholder(template, placeholder[0], quote);
      const expansion = `\${${variables[placeholder[1] ?? ""]}}`;
      command += quote === "" ? `"${expansion}"` : expansion;
      at += placeholder[0].length - 1;
    } else if (char === "\\" && quote !== "'") {
      command += rest.slice(0, 2);
      at++;
    } else {
      if (quote === "" && (char === "'" || char === '"')) quote = char;
      else if (char === quote) quote = "";
      command += char;
    }
  }
  return command;
}

/** Words that read one of their arguments as code again. */
const readsCode = /\beval\b|\b(?:ba|da|z|k|fi)?sh\s+(?:-\S+\s+)*-[a-z]*c\b|\bssh\b|\bxargs\b/;

function checkPlaceholder(template: string, placeholder: string, quote: string): void {
  const refuse = (why: string, hint: string) => {
    throw new MacpError(
      "usage",
      `Cannot use worker.command_template as ${placeholder} ${why}: ${template}`,
      { code: "template_unsafe", hints: [hint] },
    );
  };
  if (quote === "'") {
    refuse("stands inside single quotes, where it cannot expand", `Use double quotes, or none`);
  }
  if (readsCode.test(template)) {
    refuse(
      "would reach a second shell as code",
      `Call a script instead, or let the second shell read $MACP_TASK_TITLE itself`,
    );
  }
}
