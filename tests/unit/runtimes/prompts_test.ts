import { assertEquals } from "@std/assert";
import { findPrompt } from "../../../src/runtimes/prompts.ts";

const asks = (screen: string, patterns: RegExp[] = []) => findPrompt(screen, patterns);

const oldTrust = `
╭──────────────────────────────────────────────────────╮
│ Do you trust the files in this folder?               │
│                                                      │
│ /home/me/project                                     │
│                                                      │
│ ❯ 1. Yes, proceed                                    │
│   2. No, exit                                        │
╰──────────────────────────────────────────────────────╯
   Enter to confirm · Esc to exit
`;
const newTrust = `
 Accessing workspace:

 /home/me/project

 Quick safety check: Is this a project you
 created or one you trust? (Like your own code.)

 ❯ 1. Yes, I trust this folder
   2. No, exit
`;
const codexTrust = `
> You are in /home/me/project

  Do you trust the contents of this directory? Working with untrusted contents comes with
  higher risk of prompt injection.

› 1. Yes, continue
  2. No, quit

  Press enter to continue
`;
const login = `
 Select login method:

 ❯ 1. Claude account with subscription · Pro, Max, Team, or Enterprise
   2. Anthropic Console account · API usage billing
`;

Deno.test("findPrompt() knows the dialogs of agents", () => {
  assertEquals(asks(oldTrust), "Do you trust the files in this folder?");
  assertEquals(asks(newTrust), "Quick safety check: Is this a project you");
  assertEquals(
    asks(codexTrust),
    "Do you trust the contents of this directory? Working with untrusted contents comes with",
  );
  assertEquals(asks(login), "Select login method:");
  const bypass =
    "WARNING: Claude Code running in Bypass Permissions mode\n\n❯ 1. No, exit\n2. Yes, I accept";
  assertEquals(asks(bypass)?.startsWith("WARNING"), true);
  assertEquals(
    asks(
      "Browser didn't open? Use the url below to sign in:\n\nhttps://x.example/a\n\nPaste code here if prompted >",
    ),
    "Browser didn't open? Use the url below to sign in:",
  );
});

Deno.test("findPrompt() knows lines that wait", () => {
  for (
    const line of [
      "Press Enter to continue",
      "Signed in. Press any key to continue...",
      "Overwrite config? (y/n)",
      "Proceed? [Y/n]: ",
      "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
      "[sudo] password for me: ",
      "Password:",
      "Enter passphrase for key '/home/me/.ssh/id_ed25519': ",
      "Username for 'https://github.com': ",
      "Please log in to continue",
      "Invalid API key · Please run /login",
      "Do you trust the files in this folder?",
      "> Sign in with ChatGPT",
    ]
  ) assertEquals(asks(`work\n${line}\n\n`), line.replace(/^> /, "> ").trim(), line);
});

Deno.test("findPrompt() passes over words that are followed by other text, or stand inside of it", () => {
  for (
    const screen of [
      "",
      "\n\n",
      `${oldTrust}\nTrusted. Reading the files.`,
      `${login}\nLogged in.`,
      "Do you trust the files in this folder?\nyes, going on",
      "Proceed? (y/n) y",
      "Password: ****\nok",
      "The page asks: press enter to continue. Then it goes on, as the test shows",
      "  ✓ shows please log in when the session ended (3 ms)",
      "password: the field is required and must not be empty",
      "I added a question (y/n) to the script",
      "✻ Thinking… (12s · esc to interrupt)",
      "1. Yes\n2. No",
    ]
  ) assertEquals(asks(screen), null, screen);
});

Deno.test("findPrompt() looks for the runtime's own questions too", () => {
  assertEquals(asks("Shall I?\n 1) yes\n 2) no", [/^shall i/i]), "Shall I?");
  assertEquals(asks("Shall I?\n 1) yes\n 2) no"), null);
  assertEquals(asks("Shall I?\nI shall", [/^shall i\?/gi]), null);
});

Deno.test("findPrompt() looks at the end of a long screen only", () => {
  const lines = Array.from({ length: 30 }, (_, n) => `${n}. choice`).join("\n");
  assertEquals(asks(`Do you trust the files in this folder?\n${lines}`), null);
});
