/**
 * Help by example: ways to use macp.
 *
 * @module
 */
import { code, type Page, text } from "./page.ts";

/** Ways to use macp. */
export const recipesPage: Page = {
  opening: "Recipes: ways to use macp, to be copied.",
  sections: [
    {
      title: "A queue, from nothing to landed work",
      blocks: [
        code("macp init --enable"),
        text("To run claude without the mosaic command line, in .mosaic/orchestrator/config.json:"),
        code('"macp": {"runtimes": {"claude": {}}}'),
        code(
          'macp submit --task-id T-1 --title "Dark mode" --brief docs/dark.md --runtime claude --gate "npm test"',
          "macp drain --jobs 2",
          "macp inbox",
          "macp land T-1",
        ),
      ],
    },
    {
      title: "An agent asks you something",
      blocks: [code(
        "macp inbox",
        'macp reply T-1 "Use the second design"',
        "macp drain",
      )],
    },
    {
      title: "A gate is red, and you mend it",
      blocks: [code(
        "macp show T-1",
        "macp logs T-1",
        "macp restore T-1",
        "macp accept T-1",
      )],
    },
    {
      title: "From cron, every ten minutes",
      blocks: [
        text(
          "Exit code 4 says that the call before is still at it; nothing is done twice. Agents " +
            "need a line PATH=… with their folders in the crontab. watch prints what it delivers " +
            "too, unless Discord gets it; warnings and errors are left for the mail of cron.",
        ),
        code(
          "*/10 * * * *  cd ~/project && ~/.local/bin/macp drain --quiet",
          "*/5 * * * *   cd ~/project && ~/.local/bin/macp watch --once >/dev/null",
        ),
      ],
    },
    {
      title: "As a step of CI, or in GitHub Actions",
      blocks: [
        text(
          "Commit .mosaic/orchestrator/config.json (macp init --enable makes it; the .gitignore " +
            "beside it keeps the rest out) and docs/TASKS.md. RELEASE is where a release's files are. Exit code 1: a task failed. 3: of " +
            "what ended in this call, somebody is needed.",
        ),
        code(
          '- run: curl -fsSL "$RELEASE/install.sh" | sh -s -- --from "$RELEASE"',
          "- run: ~/.local/bin/macp sync --apply && ~/.local/bin/macp drain --no-wait-holds --json >events.ndjson",
        ),
      ],
    },
    {
      title: "As a service of systemd",
      blocks: [
        text("~/.config/systemd/user/macp.service, then: systemctl --user enable --now macp"),
        code(
          "[Service]",
          "WorkingDirectory=%h/project",
          "ExecStart=%h/.local/bin/macp run --poll-sec 30",
          "Restart=on-failure",
          "",
          "[Install]",
          "WantedBy=default.target",
        ),
      ],
    },
    {
      title: "From another program, or an agent",
      blocks: [
        code(
          'macp submit --task-id T-7 --title "Tidy up" --command ./tidy.sh --idempotency-key tidy-1 --json',
          "macp run --once --json",
          "macp show T-7 --json",
          "macp help --json",
        ),
      ],
    },
    {
      title: "Handing over to OpenClaw",
      blocks: [code(
        'macp submit --task-id T-8 --title "Research" --dispatch acp --brief docs/research.md',
        "macp run --once",
        "macp show T-8 --acp",
        "macp accept T-8",
      )],
    },
    {
      title: "News on your phone, when something is done or stuck",
      blocks: [
        text("In config.json, with the address in a variable:"),
        code('"macp": { "ntfy": { "enabled": true, "url_env": "NTFY_URL" } }'),
        code("macp doctor --send-test", "macp watch"),
      ],
    },
    {
      title: "Completions and the man page",
      blocks: [
        code(
          'eval "$(macp completions bash)"    # in ~/.bashrc',
          'eval "$(macp completions zsh)"     # in ~/.zshrc, after compinit',
          "macp completions fish | source     # in ~/.config/fish/config.fish",
          "macp man | man -l -                # Linux; elsewhere: macp man | mandoc -a",
        ),
      ],
    },
  ],
};
