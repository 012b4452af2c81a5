/**
 * @module
 */
import type { Task } from "../protocol/generated/types.ts";
import { defaultBranch, type TaskNames } from "../protocol/names.ts";
import type { ControllerContext } from "./context.ts";

/** Branch of a task: its own, otherwise one after its title, without secrets that stand there. */
export function taskBranch(
  { redactor }: Pick<ControllerContext, "redactor">,
  { branch, title }: Pick<Task, "branch" | "title">,
  { slug }: Pick<TaskNames, "slug">,
): string {
  return branch ?? defaultBranch(slug, redactor.text(title));
}
