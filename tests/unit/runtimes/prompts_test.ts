import { assertEquals } from "@std/assert";
import { findPrompt } from "../../../src/runtimes/prompts.ts";

const asks = (screen: string, patterns: RegExp[] = []) =>
  findPrompt(screen, patterns)?.line ?? null;
const isDialog = (screen: string) => findPrompt(screen, [])?.isDialog ?? null;

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
  for (const dialog of [oldTrust, newTrust, codexTrust, login]) {
    assertEquals(isDialog(dialog), true);
  }
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
      "Enter your API key: ",
      "? Paste your OpenAI token: ",
      "Please enter the verification code:",
      "Enter the code ABCD-EFGH at https://example.test/device",
      "To sign in, open https://example.test and enter the code AB12-9ZXY to authenticate.",
      "! First copy your one-time code: 1A2B-3C4D",
      "Press Enter to open github.com in your browser...",
      "Overwrite? (y/N)",
      "me@example.test's password: ",
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
      "the README says: Press Enter to continue",
      "In the README: Press Enter to continue",
      "The installer prints `Press Enter to continue`",
      "I pressed things until press enter to continue",
      "Press Enter to continue is what I found, and it is wrong",
      "Do you trust the files in this folder? I saw that question in the source.",
      "The source says: Do you trust the files in this folder?",
      "It asks: Retry? (y/N)",
      "I added a question that takes either (y/n)",
      "The agent prints: Enter your API key:",
      "the docs say: enter the code ABCD-EFGH at https://example.test",
      "The key: value\nstore: done",
      "What I did:\n- one\n- two",
      "What I did:\n❯ npm test\nok",
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

Deno.test("findPrompt() knows a question above an empty line of input", () => {
  assertEquals(asks("Retry? (y/N)\n\n> "), "Retry? (y/N)");
  assertEquals(asks("Done\n> "), null);
});

Deno.test("findPrompt() knows a device login of several lines", () => {
  const screen = "2. Enter this one-time code (expires in 15 minutes)\n   ABCD-12345\n\n" +
    "⠋ Waiting for authorization...";
  assertEquals(asks(screen), "2. Enter this one-time code (expires in 15 minutes)");
});

Deno.test("findPrompt() knows a menu without numbers", () => {
  const menu = "How shall this go on?\n❯ Allow\n  Deny\n";
  assertEquals(findPrompt(menu, []), { line: "How shall this go on?", isDialog: false });
  assertEquals(
    findPrompt(`${menu}\n↑/↓ to navigate · enter to select`, []),
    { line: "How shall this go on?", isDialog: true },
  );
  assertEquals(asks("How shall this go on?\n❯ \n  ? for shortcuts"), null);
  assertEquals(asks("How shall this go on?\n❯ Try this\n  ? for shortcuts"), null);
});

Deno.test("findPrompt() looks past a clock beside the question or below it", () => {
  for (const clock of ["12:34:56", "⏱ 0:07", "[03:04 PM]", "12s elapsed", "⠙ 1m 3s"]) {
    assertEquals(asks(`Proceed? (y/n)\n${clock}`), "Proceed? (y/n)", clock);
  }
  assertEquals(asks("Proceed? (y/n)          12:34:56"), "Proceed? (y/n)");
  assertEquals(asks("12:34:56  Proceed? (y/n)"), "Proceed? (y/n)");
});

Deno.test("findPrompt() tells a dialog from a line that may be a text", () => {
  assertEquals(isDialog("Do you trust the files in this folder?"), false);
  assertEquals(isDialog("Do you trust the files in this folder?\n1. Yes\n2. No"), false);
  assertEquals(isDialog("Do you trust the files in this folder?\n❯ 1. Yes\n2. No"), true);
  assertEquals(isDialog("Press Enter to continue"), false);
});
