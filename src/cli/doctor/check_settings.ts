/**
 * The settings, as far as they can be wrong without breaking a rule.
 *
 * @module
 */
import { basename, join } from "@std/path";
import type { ControllerContext } from "../../controller/context.ts";
import { resolveBase } from "../../git/refs.ts";
import { appendText } from "../../store/append_text.ts";
import { type Finding, found } from "./finding.ts";

/** Files of the state that git should never hold. */
const stateFiles = [
  "state.json",
  "events.ndjson",
  "events.0.ndjson",
  "logs/x",
  "results/x.json",
  "attempts/x",
  "baselines/x",
];

/** Whether it is armed, and whether branches have a base. */
export async function checkSettings(context: ControllerContext): Promise<Finding[]> {
  const { settings, store: { paths }, git } = context;
  const base = await resolveBase(git, settings.macp.base_ref);
  return [
    settings.enabled
      ? found.ok("settings", "enabled")
      : found.warn("settings", `not enabled: ${paths.config}`, "macp init --enable"),
    base === null
      ? found.fail("base", "the repository has no commit yet", "git commit --allow-empty -m start")
      : base.warning === null
      ? found.ok("base", `branches start from ${base.ref}`)
      : found.warn("base", base.warning, `Set macp.base_ref in ${paths.config}`),
  ];
}

/** Whether git leaves the state alone. */
export async function checkIgnored(context: ControllerContext): Promise<Finding> {
  const { git, store: { paths }, world } = context;
  const relative = stateFiles.map((name) => `.mosaic/orchestrator/${name}`);
  const { stdout } = await git.run(["check-ignore", "--no-index", "--stdin", "-z"], {
    stdin: relative.join("\0") + "\0",
  });
  const ignored = new Set(stdout.split("\0"));
  const seen = relative.filter((name) => !ignored.has(name))
    .map((name) =>
      name.replace(".mosaic/orchestrator/", "").replace(/\/x.*$/, "/").replace(".0.", ".*.")
    );
  if (seen.length === 0) return found.ok("ignored", "git ignores the state of macp");
  const file = join(paths.folder, ".gitignore");
  return {
    ...found.warn("ignored", `git does not ignore ${seen.join(", ")}`, "macp doctor --fix"),
    fix: () => {
      appendText(world.files, file, seen.map((name) => `/${name}\n`).join(""));
      return `added to ${file}: ${seen.join(", ")}`;
    },
  };
}

/** Whether git tracks the queue or the state: every checkout and stash changes them then. */
export async function checkTracked({ git }: ControllerContext): Promise<Finding[]> {
  const paths = ["tasks.json", ...stateFiles]
    .map((name) => `.mosaic/orchestrator/${name.replace(/\/x.*$/, "")}`);
  const files = (await git.read(["ls-files", "-z", "--", ...paths])).split("\0");
  const tracked = paths.filter((path) =>
    files.some((file) => file === path || file.startsWith(`${path}/`))
  );
  if (tracked.length === 0) return [];
  const names = tracked.map((path) => basename(path));
  return [found.warn(
    "tracked",
    `git tracks ${names.join(", ")}: a checkout, stash or reset puts back what was committed`,
    `git rm -r --cached ${tracked.join(" ")}, and in .mosaic/orchestrator/.gitignore: ${
      names.map((name) => `/${name}`).join(" ")
    }`,
  )];
}
