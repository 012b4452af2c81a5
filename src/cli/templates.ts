/**
 * Files that `macp init` writes, carried inside the program.
 *
 * @module
 */
import config from "../../templates/repo/.mosaic/orchestrator/config.json" with { type: "text" };
import gitignore from "../../templates/repo/.mosaic/orchestrator/.gitignore" with { type: "text" };
import tasks from "../../templates/repo/.mosaic/orchestrator/tasks.json" with { type: "text" };

/** Text of each file, by its name below `.mosaic/orchestrator/`. */
export const repositoryTemplate: Readonly<Record<string, string>> = {
  ".gitignore": gitignore,
  "config.json": config,
  "tasks.json": tasks,
};
