/**
 * Help on quality gates.
 *
 * @module
 */
import config from "../../../schemas/config.schema.json" with { type: "json" };
import task from "../../../schemas/task.schema.json" with { type: "json" };
import { TEST_RUNNERS } from "../../gates/test_runners.ts";
import { fieldRows } from "./fields.ts";
import { code, type Page, rows, text } from "./page.ts";

const { gate_checkout, gate_files, gate_files_policy, gate_baseline } =
  config.properties.macp.properties;
const runners = [...new Set(TEST_RUNNERS.map(({ name }) => name))].join(", ");

/** Help on quality gates. */
export const gatesPage: Page = {
  opening: "Quality gates: commands that decide whether a worker's result is taken. Only what " +
    "has passed counts as green.",
  sections: [
    {
      title: "Examples",
      blocks: [
        code('macp submit --task-id T-1 --title "Fix it" --command ./agent.sh --gate "npm test"'),
        text("For all tasks that name none, in config.json:"),
        code(
          '"quality_gates": [',
          '  "npm test",',
          '  { "command": "make check", "timeout_seconds": 600, "expect": "[1-9][0-9]* passed" }',
          "]",
        ),
      ],
    },
    {
      title: "Outcomes",
      blocks: [rows([
        ["passed", "exit code 0, and nothing below"],
        ["failed", "any other exit code; ai-review: a finding at or above fail_on"],
        [
          "broken",
          "exit code 126 or 127, time-out, killed, empty command, expect not matched within 5 s, " +
          "files that git tracks changed, or what git sees of them (gates judge what is " +
          "committed), findings " +
          `that do not parse, or a known test runner that ran no test (${runners})`,
        ],
      ])],
    },
    {
      title: "Pipes",
      blocks: [
        text("A pipe ends with the code of its last command: false | tail -1 passes. Write it as"),
        code("bash -o pipefail -c 'npm test | tail -20'"),
      ],
    },
    {
      title: "While a task runs",
      blocks: [
        text(
          "Its quality_gates, type and expects_changes stay as they were claimed: what is written " +
            "over them in tasks.json is put back, and told in the result. To change them:",
        ),
        code("macp cancel TASK-1", "macp retry TASK-1   # after the edit"),
      ],
    },
    { title: "Fields of a gate", blocks: [fieldRows(task.$defs.gate.properties)] },
    {
      title: "Settings below macp",
      blocks: [fieldRows({ gate_checkout, gate_files, gate_files_policy, gate_baseline })],
    },
    {
      title: "When one is red",
      blocks: [
        text(
          "The task is retried with the output of the gate in its brief while attempts are left, " +
            "and then escalates. To see why, and to take the work after mending it:",
        ),
        code("macp show TASK-1", "macp restore TASK-1", "macp accept TASK-1"),
      ],
    },
  ],
};
