/**
 * The one secret of macp that a worker may get: the token of the agent that its task is
 * delegated to.
 *
 * @module
 */
import { agentOfTask } from "../delegation/task_options.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";

/**
 * The variable with the token of the agent that `metadata.delegate` names; none when the
 * task is not delegated, the agent is not configured, or the variable is not set.
 */
export function delegateToken(
  task: Pick<Task, "metadata">,
  { agents }: Pick<Settings["delegate"], "agents">,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const agent = agentOfTask(task);
  if (agent === null || !Object.hasOwn(agents, agent)) return {};
  const variable = agents[agent]?.token_env ?? "";
  const token = Object.hasOwn(env, variable) ? env[variable] : undefined;
  return token === undefined ? {} : { [variable]: token };
}
