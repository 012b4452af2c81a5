import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, isAlive, type Repository, textOf, until, withRepository } from "./harness.ts";

const worked =
  "echo x > f && git add f && git -c user.name=w -c user.email=w@localhost commit -qm w";

for (const branch of ["-m", "-M", "--force", "a..b", "x.lock", "@", "HEAD"]) {
  Deno.test(`A branch that is named ${branch} reaches git never`, async () => {
    await withRepository(async (repository) => {
      const before = await repository.git("for-each-ref");
      const args = ["submit", "--task-id", "s", "--title", "t", "--command", "true"];
      assertEquals((await repository.macp([...args, `--branch=${branch}`])).code, 2);
      repository.writeQueue([
        { id: "t", title: "t", status: "pending", dispatch: "exec", command: "true", branch },
      ]);
      assertEquals((await repository.macp(["drain"])).code, 1);
      assertEquals(repository.result("t").metadata?.outcome, "worktree_failed");
      assertEquals(await repository.git("for-each-ref"), before);
    });
  });
}

const hidings: Record<string, string> = {
  "assume-unchanged": "git update-index --assume-unchanged a.txt; echo fixed > a.txt",
  "skip-worktree": "git update-index --skip-worktree a.txt; echo fixed > a.txt",
  "info/exclude": 'echo extra >> "$(git rev-parse --git-path info/exclude)"; echo fixed > extra',
  "core.excludesFile": "echo extra > .hide; git config core.excludesFile .hide; echo fixed > extra",
  "core.worktree": "echo fixed > a.txt; git config core.worktree /",
};

for (const [name, hiding] of Object.entries(hidings)) {
  Deno.test(`A worker that hides its work from git by ${name} has failed`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ "a.txt": "hi\n" });
      await repository.submit("t", `${worked}; ${hiding}`, "--gate", "grep -q fixed a.txt extra");
      assertEquals((await repository.macp(["drain"])).code, 1);
      assertEquals(repository.result("t").metadata?.outcome, "worker_failed");
      assertStringIncludes(repository.result("t").error ?? "", "Worker ");
    });
  });
}

Deno.test("A gate that moves the branch passes nothing, and what was judged is not lost", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", worked, "--gate", "git reset -q --hard HEAD~1");
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { metadata } = repository.result("t");
    assertEquals(metadata?.outcome, "gate_broken");
    const holders = await repository.git("for-each-ref", "--contains", metadata?.head_commit ?? "");
    assertStringIncludes(holders, "refs/macp/snapshots/t/1");
  });
});

Deno.test("A cancel holds also when the controller is terminated before it was carried out", async () => {
  await withRepository(async (repository) => {
    const started = repository.outside("started");
    await repository.submit("t", `trap '' TERM; touch ${started}; sleep 3`);
    const drain = repository.start(["drain"]);
    await until("the worker", () => exists(started));
    const [cancelled] = await Promise.all([
      repository.macp(["cancel", "t"]),
      repository.macp(["status"]).then(() => drain.kill("SIGTERM")),
    ]);
    assertEquals(cancelled.code, 0);
    await drain.ended;
    await repository.macp(["drain"]);
    assertEquals([repository.task("t").status, repository.task("t").outcome], [
      "failed",
      "cancelled",
    ]);
  });
});

Deno.test("A result is written through no link, and what stands in its place stops no queue", async () => {
  await withRepository(async (repository) => {
    const victim = repository.outside("victim");
    Deno.writeTextFileSync(victim, "mine");
    const results = repository.state("results");
    await repository.submit("link", `mkdir -p ${results}; ln -s ${victim} ${results}/link.json`);
    await repository.submit("folder", `mkdir -p ${results}/folder.json`);
    await repository.submit("after", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(victim), "mine");
    assertEquals(repository.task("after").status, "completed");
  });
});

Deno.test("Logs are not written to where a link in the place of their folder leads", async () => {
  await withRepository(async (repository) => {
    const elsewhere = repository.outside("elsewhere");
    Deno.mkdirSync(elsewhere);
    const logs = repository.state("logs");
    await repository.submit("one", `rm -rf ${logs}; ln -s ${elsewhere} ${logs}`);
    await repository.submit("two", "true");
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 5);
    assertStringIncludes(stderr, logs);
    assertEquals([...Deno.readDirSync(elsewhere)], []);
  });
});

Deno.test("A worker that resets its counter in the queue gains no attempt", async () => {
  await withRepository(async (repository) => {
    const tries = repository.outside("tries");
    const reset = `sed -i 's/"attempts": [0-9]*/"attempts": 0/' ${repository.state("tasks.json")}`;
    await repository.submit("t", `echo x >> ${tries}; ${reset}; exit 1`, "--max-attempts", "2");
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(textOf(tries), "x\nx\n");
  });
});

const spoilings: Record<string, string> = {
  "leaves a lock in its index": 'touch "$(git rev-parse --git-path index.lock)"',
  "goes to another branch": "git checkout -q -b other",
  "removes its worktree": 'cd /; rm -rf "$MACP_WORKTREE"',
};

for (const [name, spoiling] of Object.entries(spoilings)) {
  Deno.test(`After a worker that ${name} the next attempt can succeed`, async () => {
    await withRepository(async (repository) => {
      const command = `test "$MACP_ATTEMPT" = 1 && { ${spoiling}; exit 1; }; ${worked}`;
      await repository.submit("t", command, "--type", "coding", "--max-attempts", "2");
      const { code, stdout, stderr } = await repository.macp(["drain"]);
      assertEquals(code, 0, stdout + stderr);
      assertEquals(await repository.git("show", `${repository.result("t").branch}:f`), "x");
    });
  });
}

Deno.test("A retried task whose branch holds nothing begins from where the base is now", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "./agent.sh");
    assertEquals((await repository.macp(["drain"])).code, 1);
    repository.write("agent.sh", "#!/bin/sh\necho done\n");
    Deno.chmodSync(`${repository.path}/agent.sh`, 0o755);
    await repository.git("add", "agent.sh");
    await repository.git("commit", "--quiet", "-m", "agent");
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    const { code, stdout } = await repository.macp(["drain"]);
    assertEquals(code, 0, stdout);
  });
});

Deno.test("A literal secret of the configuration is redacted, and warned of when git tracks it", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ hook: { auth_token: "authtok-literal-1" } });
    await repository.git("add", "--force", ".mosaic/orchestrator/config.json");
    await repository.submit("t", "echo a authtok-literal-1 b");
    const { stderr } = await repository.macp(["drain"]);
    assertStringIncludes(stderr, "git tracks the secret hook.auth_token");
    assertStringIncludes(repository.log("t"), "a [redacted:hook.auth_token] b");
    assert(!repository.log("t").includes("authtok-literal-1"));
  });
});

/** Ways to have git see something else than what is there, in this and in later checkouts. */
const swaps: Record<string, { command: string; told: string; undo: string[] }> = {
  "git replace": {
    command: 'h=$(echo "exit 0" | git hash-object -w --stdin); ' +
      "git replace $(git rev-parse HEAD:test.sh) $h; rm test.sh; git checkout -f test.sh",
    told: "git replace -d ",
    undo: ["replace", "--delete"],
  },
  "a filter of the repository": {
    command: "echo '*.sh filter=x' > .gitattributes; git config filter.x.clean " +
      "'git show main:test.sh'; git config filter.x.smudge 'echo exit 0 #'; echo exit 0 > test.sh",
    told: "git config --unset-all filter.x.clean",
    undo: ["config", "--remove-section", "filter.x"],
  },
  "a filter of the user": {
    command: 'echo "*.sh filter=x" > "$HOME/attributes"; ' +
      'git config --global core.attributesFile "$HOME/attributes"; git config --global ' +
      "filter.x.clean 'git show main:test.sh'; git config --global filter.x.smudge " +
      "'echo exit 0 #'; echo exit 0 > test.sh",
    told: "git config --global --unset-all core.attributesfile",
    undo: [],
  },
  "info/attributes": {
    command: 'echo "*.sh filter=x" > "$(git rev-parse --git-path info/attributes)"; ' +
      "git config filter.x.clean 'git show main:test.sh'; " +
      "git config filter.x.smudge 'echo exit 0 #'; echo exit 0 > test.sh",
    told: "info/attributes",
    undo: [],
  },
};

for (const [name, { command, told, undo }] of Object.entries(swaps)) {
  Deno.test(`A worker that swaps a gate's file by ${name} has failed, and no later task is green`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ "a.txt": "hi\n", "test.sh": "grep -q fixed a.txt\n" });
      await repository.submit("t", `${command}; echo c > c`, "--gate", "sh ./test.sh");
      assertEquals((await repository.macp(["drain"])).code, 1);
      const { metadata, error } = repository.result("t");
      assertEquals(metadata?.outcome, "worker_failed", error ?? "");
      assertStringIncludes(error ?? "", told);

      await repository.submit("later", "echo c > c", "--gate", "sh ./test.sh");
      assertEquals((await repository.macp(["drain"])).code, 1);
      const later = repository.result("later");
      assertEquals(later.metadata?.outcome, "worktree_failed", later.error ?? "");
      assertStringIncludes(later.error ?? "", told);
      assertStringIncludes((await repository.macp(["doctor"])).stdout, told);

      if (undo.length === 0) return;
      const what = name === "git replace"
        ? (await repository.git("for-each-ref", "refs/replace")).split("/").slice(-1)
        : [];
      await repository.git(...undo, ...what);
      assertEquals((await repository.macp(["retry", "later"])).code, 0);
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals(repository.result("later").metadata?.outcome, "gate_failed");
    });
  });
}

Deno.test("What a worker changed of what git sees is told with the value before", async () => {
  await withRepository(async (repository) => {
    const before = await repository.git("config", "core.fileMode");
    const exclude = `${repository.path}/.git/info/exclude`;
    Deno.writeTextFileSync(exclude, "*.log\n");
    await repository.submit("t", `git config core.fileMode no; echo x > ${exclude}; echo c > c`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const error = repository.result("t").error ?? "";
    const undo = `git config --replace-all core.filemode ${before.trim()}`;
    assertStringIncludes(error, undo);
    assertStringIncludes(error, 'info/exclude back to "*.log\\n"');
    const told = (await repository.macp(["doctor"])).stdout;
    assertStringIncludes(told, "to what, tells: macp show t");
    assertStringIncludes((await repository.macp(["show", "t"])).stdout, undo);
    await repository.git(...undo.split(" ").slice(1));
    Deno.writeTextFileSync(exclude, "*.log\n");
    assert(!(await repository.macp(["doctor"])).stdout.includes("what git sees"));
  });
});

Deno.test("A replacement that a person made is no worker's, and gates do not see it", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "a.txt": "hi\n", "other": "fixed\n" });
    await repository.git("replace", "HEAD:a.txt", "HEAD:other");
    await repository.submit("t", worked, "--gate", "git show HEAD:a.txt | grep -q fixed");
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.result("t").metadata?.outcome, "gate_failed");
  });
});

/** Has the index say of a file, in which other text stands, that it is as it was. */
const rewritesIndex = `
import os,subprocess,struct,hashlib,sys
p=sys.argv[1]
idx=subprocess.check_output(['git','rev-parse','--git-path','index'],text=True).strip()
subprocess.call(['git','update-index','--index-version','2'])
os.utime(p,(1600000000,1600000000))
b=bytearray(open(idx,'rb').read())
n=struct.unpack('>I',b[8:12])[0]; o=12
for i in range(n):
    ln=struct.unpack('>H',b[o+60:o+62])[0]&0xfff
    if bytes(b[o+62:o+62+ln]).decode()==p:
        s=os.stat(p)
        f=lambda ns:(ns//10**9&0xffffffff, ns%10**9)
        b[o:o+24]=struct.pack('>IIIIII',*f(s.st_ctime_ns),*f(s.st_mtime_ns),s.st_dev&0xffffffff,s.st_ino&0xffffffff)
        b[o+28:o+40]=struct.pack('>III',s.st_uid,s.st_gid,s.st_size)
    o+=((62+ln+8)//8)*8
b[-20:]=hashlib.sha1(bytes(b[:-20])).digest()
open(idx,'wb').write(b)
`;

for (const policy of ["report", "block"]) {
  Deno.test(`A file of which the index lies is committed and told of, with policy ${policy}`, async () => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { gate_files_policy: policy } });
      await repository.commit({ "a.txt": "hi\n", "test.sh": "grep -q fixed a.txt\n" });
      const script = repository.outside("index.py");
      Deno.writeTextFileSync(script, rewritesIndex);
      const command = `echo "exit 0" > test.sh; python3 ${script} test.sh; echo c > c`;
      await repository.submit("t", command, "--gate", "sh ./test.sh");
      const { code } = await repository.macp(["drain"]);
      const { metadata, branch, error } = repository.result("t");
      assertEquals(code, policy === "block" ? 3 : 0, error ?? "");
      assertEquals(metadata?.outcome, policy === "block" ? "gate_files_blocked" : "completed");
      assertEquals(metadata?.gate_files_changed, ["test.sh"]);
      assertEquals(await repository.git("show", `${branch}:test.sh`), "exit 0");
    });
  });
}

/** Settings under which gates run in a worktree of their own. */
const clean = (more = {}) => ({ macp: { gate_checkout: "clean", ...more } });

/** What is left of the worktrees that macp made for itself. */
async function scratchOf(repository: Repository): Promise<string[]> {
  const ledger = JSON.parse(textOf(repository.state("state.json")) ?? "{}");
  const listed = await repository.git("worktree", "list", "--porcelain");
  return [...Object.keys(ledger.scratch ?? {}), ...listed.split("\n")]
    .filter((line) => line.includes(".macp-"));
}

Deno.test("With gate_checkout clean an ignored file of the worker decides nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig(clean({ setup: "echo made > made.tmp" }));
    await repository.commit({ ".gitignore": "bin/\n*.tmp\n", "a.txt": "hi\n" });
    const fake = "mkdir bin; echo 'exit 0' > bin/check; echo c > c";
    const check = "if [ -e bin/check ]; then sh bin/check; else grep -q fixed a.txt; fi";
    await repository.submit("fake", fake, "--gate", check);
    const seen =
      'test -e made.tmp && test "$PWD" = "$MACP_WORKTREE" && test -n "$MACP_PORT_BASE" ' +
      '&& test "$(git rev-parse HEAD)" = "$(git rev-parse "$MACP_BRANCH")"';
    await repository.submit("real", "echo fixed > a.txt", "--gate", check, "--gate", seen);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.result("fake").metadata?.outcome, "gate_failed");
    assertEquals(repository.result("real").metadata?.outcome, "completed", repository.log("real"));
    assertEquals(await scratchOf(repository), []);
  });
});

Deno.test("With gate_checkout clean a setup that fails there breaks the gates", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig(clean({ setup: "test ! -e c || { echo too late; exit 4; }" }));
    await repository.submit("t", "echo c > c", "--gate", "true", "--max-attempts", "1");
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { metadata, error } = repository.result("t");
    assertEquals(metadata?.outcome, "gate_broken");
    assertStringIncludes(error ?? "", "Setup for the gates ended with exit code 4: too late");
    assertEquals(await scratchOf(repository), []);
  });
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`With gate_checkout clean nothing is left of a run that ${signal} ended`, async () => {
    await withRepository(async (repository) => {
      const pid = repository.outside("pid");
      repository.writeConfig(clean());
      const gate = `test -e ${repository.outside("go")} || { echo $$ > ${pid}; sleep 300; }`;
      await repository.submit("t", "echo c > c", "--gate", gate, "--max-attempts", "2");
      const running = repository.start(["drain"]);
      const leader = Number(await repository.untilWritten(pid));
      running.kill(signal);
      await running.ended;
      Deno.writeTextFileSync(repository.outside("go"), "");
      assertEquals((await repository.macp(["drain"])).code, 0);
      await until("the end of the gate", () => !isAlive(leader));
      assertEquals(repository.result("t").metadata?.outcome, "completed");
      assertEquals(await scratchOf(repository), []);
    });
  });
}
