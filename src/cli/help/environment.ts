/**
 * Environment variables: what macp reads, and what those get that it starts.
 *
 * @module
 */
import { code, type Page, rows, text } from "./page.ts";

/** An environment variable. */
export interface Variable {
  name: string;
  help: string;
}

/** Variables that macp reads. */
export const variables: readonly Variable[] = [
  { name: "HOME", help: "Folder of ~ in settings; ~/.config where XDG_CONFIG_HOME is not set" },
  { name: "XDG_CONFIG_HOME", help: "Your own settings stand in macp/config.json below it" },
  {
    name: "XDG_RUNTIME_DIR",
    help: "Ports that attempts hold are written down below it; else in a folder of /tmp",
  },
  { name: "USER", help: "Names that folder of /tmp; LOGNAME where it is not set" },
  { name: "LOGNAME", help: "See USER" },
  { name: "PATH", help: "Where git, sh, script and the agents are found" },
  { name: "TMPDIR", help: "Folder for what is needed for a short time (/tmp)" },
  { name: "NO_COLOR", help: "No colours, when it is set and not empty" },
  { name: "TERM", help: "No colours and no line that is redrawn, when it is dumb" },
  { name: "CI", help: "No line that is redrawn, when it is set and not empty" },
  { name: "LANG", help: "Signs in plain ASCII on a terminal, when it names no UTF-8" },
  { name: "LC_CTYPE", help: "The same; goes before LANG" },
  { name: "LC_ALL", help: "The same; goes before both" },
  { name: "GIT_AUTHOR_NAME", help: "Who merges, for macp land; else user.name of git" },
  { name: "GIT_AUTHOR_EMAIL", help: "The same with user.email" },
  {
    name: "GIT_LFS_SKIP_SMUDGE",
    help: "Pointers instead of the files of git LFS, where macp land writes your checkout",
  },
  {
    name: "MOSAIC_WORKER_EXEC",
    help: "Command of legacy tasks that name none, when worker.command_template is empty",
  },
  {
    name: "HTTP_PROXY",
    help: "Proxy for sinks; also HTTPS_PROXY, ALL_PROXY, in small letters too",
  },
  { name: "HTTPS_PROXY", help: "See HTTP_PROXY" },
  { name: "ALL_PROXY", help: "See HTTP_PROXY" },
  { name: "NO_PROXY", help: "Hosts that no proxy stands before" },
];

/** Variables that setup, worker and gates of an attempt get. */
export const workerVariables: readonly Variable[] = [
  { name: "MACP_TASK_ID", help: "Id of the task" },
  { name: "MACP_TASK_TITLE", help: "Its title" },
  { name: "MACP_TASK_PROMPT", help: "Title and description" },
  { name: "MACP_RUNTIME", help: "Agent runtime of the task" },
  { name: "MACP_TASK_FILE", help: "The whole task as JSON" },
  { name: "MACP_BRIEF_FILE", help: "The brief as Markdown; on a retry with what went wrong" },
  { name: "MACP_RESULT_FILE", help: "Where the worker may write JSON: summary, pr, metadata" },
  { name: "MACP_WORKTREE", help: "Folder that it runs in" },
  { name: "MACP_BRANCH", help: "Its branch" },
  { name: "MACP_ATTEMPT", help: "Serial of the attempt; never repeats for a task" },
  { name: "MACP_MAX_ATTEMPTS", help: "Attempts that may be spent" },
  {
    name: "MACP_PREVIOUS_FAILURE_FILE",
    help: "Result of the attempt before, when that failed; else empty",
  },
  { name: "MACP_SLOT", help: "Number among the attempts that run at once, from 0" },
  {
    name: "MACP_PORT_BASE",
    help: "First of macp.ports_per_slot ports that nobody else uses",
  },
  { name: "MACP_ATTEMPT_ID", help: "Marks every process of the attempt" },
];

/** Variables that the command of the sink exec gets. */
export const execVariables: readonly Variable[] = [
  { name: "MACP_EVENT_ID", help: "Id of the event" },
  { name: "MACP_EVENT_TYPE", help: "Its type, for example task.completed" },
  { name: "MACP_TASK_ID", help: "Task that it is about" },
];

function rowsOf(known: readonly Variable[]) {
  return rows(known.map(({ name, help }) => [name, help]));
}

/** Help on environment variables. */
export const environmentPage: Page = {
  opening: "Environment variables: what macp reads, and what those get that it starts.",
  sections: [
    { title: "macp reads", blocks: [rowsOf(variables)] },
    {
      title: "Setup, worker and gates get",
      blocks: [
        rowsOf(workerVariables),
        text(
          "Besides those of the caller. Left out are what ties git to another repository, and " +
            "variables that settings name in keys that end in _env: macp's own secrets.",
        ),
      ],
    },
    { title: "The command of the sink exec gets", blocks: [rowsOf(execVariables)] },
    {
      title: "Secrets",
      blocks: [
        text(
          "Values of variables named in macp.secrets (from 4 characters on), and of those whose " +
            "names hold TOKEN, SECRET, PASSWORD or KEY or end in PASSWD, PASSPHRASE, " +
            "CREDENTIALS, CREDS, _PASS, _PWD or _PAT (from 8 characters on), are replaced by " +
            "[redacted:NAME] in all that is written and printed, also where they are escaped or " +
            "encoded. Settings name secrets instead of holding them:",
        ),
        code(
          '"webhook": { "enabled": true, "url_env": "HOOK_URL", "signing_secret_env": "HOOK_SECRET" }',
        ),
      ],
    },
  ],
};
