/**
 * What help tells besides the commands; each is loaded when it is asked for.
 *
 * @module
 */
import type { CommandGroup } from "../command.ts";
import type { Page } from "./page.ts";

/** A topic of help. */
export interface Topic {
  name: string;
  summary: string;
  load: (groups: readonly CommandGroup[]) => Promise<Page>;
}

/** Every topic. */
export const topics: readonly Topic[] = [
  {
    name: "exit-codes",
    summary: "What each exit code means, and which command ends with it",
    load: async (groups) => (await import("./exit_codes.ts")).exitCodesPage(groups),
  },
  {
    name: "environment",
    summary: "Environment variables that macp reads, and those that workers get",
    load: async () => (await import("./environment.ts")).environmentPage,
  },
  {
    name: "formats",
    summary: "Files, and the fields of tasks, events and results",
    load: async () => (await import("./formats.ts")).formatsPage,
  },
  {
    name: "gates",
    summary: "Quality gates: fields, outcomes, settings",
    load: async () => (await import("./gates.ts")).gatesPage,
  },
  {
    name: "recipes",
    summary: "Ways to use macp: cron, CI, systemd, from a program",
    load: async () => (await import("./recipes.ts")).recipesPage,
  },
];
