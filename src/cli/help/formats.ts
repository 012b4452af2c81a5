/**
 * Help on file formats, from the schemas.
 *
 * @module
 */
import event from "../../../schemas/event.schema.json" with { type: "json" };
import result from "../../../schemas/result.schema.json" with { type: "json" };
import task from "../../../schemas/task.schema.json" with { type: "json" };
import { type Field, fieldRows } from "./fields.ts";
import { code, type Page, rows, type Section, text } from "./page.ts";

/** Files below `.mosaic/orchestrator/`. */
export const files: readonly [string, string][] = [
  ["config.json", "settings, with comments and trailing commas: macp config"],
  ["tasks.json", 'the queue: {"tasks": […]} or a bare array'],
  ["state.json", "what the controller is doing now; recovery trusts it"],
  ["events.ndjson", "one event a line"],
  ["events.<time>.ndjson", "older events"],
  ["logs/<task-id>/<attempt>.log", "what worker and gates printed, redacted and size-capped"],
  ["results/<task-id>.json", "the result of a task that ended"],
  ["results/attempts/<task-id>/", "results of attempts that were retried"],
  ["event_cursor.json", "where each sink has read to"],
  ["dead_letter/<sink>.ndjson", "events that a sink refused"],
  ["baselines/<commit>.json", "what gates said of a base commit"],
  ["handoffs/<run-id>.json", "answers of delegated agents; .request.json is what was asked"],
  ["delegations/<date>.jsonl", "the log of delegations"],
  ["handover/<task-id>.json", "what an acp task hands over"],
];

interface Schema {
  description: string;
  properties: Record<string, Field>;
  required: readonly string[];
}

function fieldSection(title: string, schema: Schema): Section {
  const { description, properties, required } = schema;
  return { title, blocks: [text(description), fieldRows(properties, required)] };
}

/** Help on file formats. */
export const formatsPage: Page = {
  opening: "File formats: all state is plain files below .mosaic/orchestrator/.",
  sections: [
    {
      title: "A task that any program may append to tasks.json",
      blocks: [code(
        '{ "id": "T-7", "title": "Tidy up", "status": "pending",',
        '  "dispatch": "exec", "command": "./tidy.sh", "quality_gates": ["npm test"] }',
      )],
    },
    {
      title: "Files",
      blocks: [
        rows(files),
        text(
          "macp validate checks them. Fields that it does not know stay as they are, and a file " +
            "that does not parse is never overwritten.",
        ),
      ],
    },
    fieldSection("Task", task),
    fieldSection("Event", event),
    fieldSection("Result", result),
  ],
};
