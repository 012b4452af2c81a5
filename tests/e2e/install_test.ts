import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ownTarget } from "../../scripts/lib/runtime_base.ts";
import { exists, inFolder, macpPath, type Ran, startProgram } from "./harness.ts";

const script = join(import.meta.dirname ?? ".", "..", "..", "scripts", "install.sh");
const program = `macp-${ownTarget()}`;

interface Place {
  folder: string;
  /** Files of the release, by name. */
  files: Record<string, Uint8Array | string>;
  /** Names that were asked for. */
  asked: string[];
  install(args?: readonly string[], env?: Record<string, string>): Promise<Ran>;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toHex();
}

/** A server on this machine that holds a release, and an empty home. */
async function withRelease(test: (place: Place) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const bytes = Deno.readFileSync(macpPath);
    const asked: string[] = [];
    const sums = `${"0".repeat(64)}  other-${program}\n${await sha256(bytes)}  ${program}\n`;
    const files: Place["files"] = { [program]: bytes, SHA256SUMS: sums };
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const name = new URL(request.url).pathname.slice("/release/".length);
      asked.push(name);
      const content = files[name];
      if (content === undefined) return new Response("none", { status: 404 });
      return new Response(typeof content === "string" ? content : new Uint8Array(content));
    });
    const from = `http://127.0.0.1:${server.addr.port}/release`;
    Deno.mkdirSync(join(folder, "home"));
    const install = (args: readonly string[] = [], env: Record<string, string> = {}) =>
      startProgram("sh", [script, "--from", from, ...args], {
        cwd: folder,
        env: { HOME: join(folder, "home"), PATH: "/usr/local/bin:/usr/bin:/bin", ...env },
      }).ended;
    try {
      await test({ folder, files, asked, install });
    } finally {
      await server.shutdown();
    }
  });
}

Deno.test("install.sh installs macp, mosaic-macp, completions and the man page into a home", async () => {
  await withRelease(async ({ folder, install }) => {
    const { code, stdout, stderr } = await install();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "next: put ");
    const bin = join(folder, "home", ".local", "bin");
    for (const name of ["macp", "mosaic-macp"]) {
      const ran = await startProgram(join(bin, name), ["--version"], { cwd: "/", env: {} }).ended;
      assertEquals(ran.code, 0);
    }
    assertEquals(Deno.readLinkSync(join(bin, "mosaic-macp")), "macp");
    const share = join(folder, "home", ".local", "share");
    const extras = {
      "bash-completion/completions/macp": "complete -F",
      "zsh/site-functions/_macp": "#compdef",
      "fish/vendor_completions.d/macp.fish": "complete -c macp",
      "man/man1/macp.1": ".TH MACP 1",
    };
    for (const [name, text] of Object.entries(extras)) {
      assertStringIncludes(Deno.readTextFileSync(join(share, name)), text);
    }
    assertEquals([...Deno.readDirSync(bin)].length, 2);
  });
});

Deno.test("install.sh again changes nothing and downloads no program", async () => {
  await withRelease(async ({ folder, asked, install }) => {
    const args = ["--dir", "bin dir", "--no-extras"];
    await install(args);
    const before = Deno.statSync(join(folder, "bin dir", "macp"));
    asked.length = 0;
    const again = await install(args);
    assertEquals(again.code, 0);
    assertStringIncludes(again.stdout, "already there");
    assertEquals(asked, ["SHA256SUMS"]);
    const after = Deno.statSync(join(folder, "bin dir", "macp"));
    assertEquals([after.ino, after.mtime], [before.ino, before.mtime]);
    assert(!exists(join(folder, "home", ".local")));
  });
});

Deno.test("install.sh replaces nothing when the checksum differs or is missing", async () => {
  await withRelease(async ({ folder, files, install }) => {
    Deno.mkdirSync(join(folder, "bin"));
    Deno.writeTextFileSync(join(folder, "bin", "macp"), "the one before");
    const args = ["--dir", "bin", "--no-extras"];
    const sums = String(files.SHA256SUMS);
    const cases: [string, string][] = [
      [sums.replace(/^[0-9a-f]{64}(?= {2}macp)/m, "1".repeat(64)), "its checksum differs"],
      [`${"0".repeat(64)}  other-${program}\n`, `name no ${program}`],
      ["", `name no ${program}`],
    ];
    for (const [text, why] of cases) {
      files.SHA256SUMS = text;
      const { code, stderr } = await install(args);
      assertEquals(code, 1);
      assertStringIncludes(stderr, why);
      assertEquals([...Deno.readDirSync(join(folder, "bin"))].map(({ name }) => name), ["macp"]);
      assertEquals(Deno.readTextFileSync(join(folder, "bin", "macp")), "the one before");
    }
    files.SHA256SUMS = sums;
    delete files[program];
    const { code, stderr } = await install(args);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "Cannot download");
    assertEquals(Deno.readTextFileSync(join(folder, "bin", "macp")), "the one before");
  });
});

Deno.test("install.sh leaves a program alone that stands at mosaic-macp", async () => {
  await withRelease(async ({ folder, install }) => {
    Deno.mkdirSync(join(folder, "bin"));
    Deno.writeTextFileSync(join(folder, "bin", "mosaic-macp"), "of somebody else");
    const { code, stdout } = await install(["--dir=bin", "--no-extras"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "left alone");
    assertEquals(Deno.readTextFileSync(join(folder, "bin", "mosaic-macp")), "of somebody else");
  });
});

Deno.test("install.sh works from a pipe, with the variables in place of options", async () => {
  await withRelease(async ({ folder, install }) => {
    const piped = await startProgram("sh", [
      "-c",
      'cat "$1" | sh -s -- --no-extras --dir x --help',
      "sh",
      script,
    ], {
      cwd: folder,
      env: { HOME: folder, PATH: "/usr/bin:/bin" },
    }).ended;
    assertEquals([piped.code, exists(join(folder, "x"))], [2, false]);
    const { code } = await install(["--no-extras"], { MACP_INSTALL_DIR: join(folder, "there") });
    assertEquals([code, exists(join(folder, "there", "macp"))], [0, true]);
  });
});

Deno.test("install.sh that is asked wrongly exits 2, and does nothing", async () => {
  await withRelease(async ({ folder, asked, install }) => {
    for (const args of [["--nonsense"], ["--dir"], ["--version", "../x"], ["stray"]]) {
      const { code, stderr } = await install(args);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, "error: Cannot use ");
    }
    assertEquals(asked, []);
    assertEquals([...Deno.readDirSync(join(folder, "home"))], []);
    const help = await install(["--help"]);
    assertEquals(help.code, 0);
    assertStringIncludes(help.stdout, "--version 1.2.0");
  });
});
