/**
 * Help on exit codes.
 *
 * @module
 */
import type { CommandGroup } from "../command.ts";
import { exitCodeTexts } from "../exit_codes.ts";
import { code, type Page, rows, text } from "./page.ts";

/** The general meaning of each exit code, as rows. */
export function exitCodeRows(): [string, string][] {
  return exitCodeTexts.map(([number, said]) => [String(number), said]);
}

/** Help on exit codes. */
export function exitCodesPage(groups: readonly CommandGroup[]): Page {
  const commands = groups.flatMap(({ commands }) => commands);
  return {
    opening: "Exit codes: the same number means the same in every command.",
    sections: [
      { title: "Meaning", blocks: [rows(exitCodeRows())] },
      {
        title: "Which command, and why",
        blocks: [
          rows(
            commands.flatMap(({ name, exits = {} }) =>
              Object.entries(exits).map(([number, said]) => [`${name} ${number}`, said] as const)
            ),
          ),
        ],
      },
      {
        title: "Several at once",
        blocks: [
          text(
            "run and drain report the most serious of what ended in this call: 5, 3, 1, 0. " +
              "Commands that only read end with 0 whatever they show.",
          ),
        ],
      },
      {
        title: "In a script",
        blocks: [code(
          "macp drain; case $? in",
          "  0) echo done ;;",
          "  1) macp status ;;            # failed: macp show ID says why",
          "  3) macp inbox ;;             # somebody is needed",
          "  4) ;;                        # another controller is at it",
          "  *) exit 1 ;;",
          "esac",
        )],
      },
      {
        title: "With --json",
        blocks: [
          text(
            "An error is one JSON object on standard error: schema_version, and error with a " +
              "stable code, message, details, hints and exit_code.",
          ),
        ],
      },
    ],
  };
}
