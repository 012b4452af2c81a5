/**
 * Kills the program at every place of its work, and at any moment, and looks whether
 * something is lost.
 *
 * @module
 */
import { type FailPoint, failPoints } from "../../src/sys/fail_points.ts";
import { type Repository, withRepository } from "../e2e/harness.ts";
import { faultsAtEnd, faultsNow } from "./kill_checks.ts";
import { daysWork, prepareStory, submissions, taskIds, type Verb } from "./kill_story.ts";
import { Choices } from "./random.ts";

/** What came of it. */
export interface KillReport {
  kills: number;
  stories: number;
  /** Kills at each place that was come to. */
  points: Map<FailPoint, number>;
  /** Kills at a moment that no place names. */
  atRandom: number;
  /** Empty when all is well: a fault each, with what was done until then. */
  faults: string[];
}

/** How much is tried. */
export interface KillPlan {
  seed: number;
  /** Least number of kills. */
  kills: number;
  /** Told of each story that ended. */
  onStory?: (report: KillReport) => void;
}

/** Part of the kills that happen at a random moment. */
const partAtRandom = 0.2;
/** Longest time until a kill at a random moment, in milliseconds. */
const longestMs = 900;

/** Runs stories until there were as many kills, two at a time. */
export async function proveKills({ seed, kills, onStory }: KillPlan): Promise<KillReport> {
  const points = new Map<FailPoint, number>();
  const report: KillReport = { kills: 0, stories: 0, points, atRandom: 0, faults: [] };
  let next = 0;
  const worker = async () => {
    while (report.kills < kills && report.faults.length === 0) {
      const own = seed + next++;
      await tellStory(own, report);
      report.stories++;
      onStory?.(report);
    }
  };
  await Promise.all([worker(), worker()]);
  return report;
}

/** One repository from its first submission to its last delivery. */
async function tellStory(seed: number, report: KillReport): Promise<void> {
  const choices = new Choices(seed);
  await withRepository(async (repository) => {
    await prepareStory(repository);
    const history: string[] = [];
    const fault = (text: string) =>
      report.faults.push(
        `seed ${seed}: ${text}\n  after: ${history.slice(-12).join("\n         ")}`,
      );
    const verbs = [...submissions(repository), ...daysWork(1 + choices.below(2))];
    for (const verb of verbs) {
      const most = choices.below(verb.most + 1);
      for (let kill = 0; kill < most; kill++) {
        const killed = await killedCall(repository, verb, { choices, report, history });
        faultsNow(repository).forEach(fault);
        if (report.faults.length > 0) return;
        if (!killed) break;
      }
      const ran = await repository.macp(verb.args);
      history.push(`${verb.args.slice(0, 3).join(" ")} → ${ran.code}`);
      if (!verb.codes.includes(ran.code)) {
        fault(`${verb.args.slice(0, 3).join(" ")} exits ${ran.code}: ${ran.stderr.slice(-600)}`);
        return;
      }
    }
    (await faultsAtEnd(repository, taskIds)).forEach(fault);
  });
}

/** One call that is killed; false when it came to its end before. */
async function killedCall(
  repository: Repository,
  verb: Verb,
  { choices, report, history }: { choices: Choices; report: KillReport; history: string[] },
): Promise<boolean> {
  const isAtRandom = choices.next() < partAtRandom;
  const point = leastTried(verb.points, report, choices);
  const at = `${point}:${choices.one(verb.args[0] === "drain" ? [1, 1, 1, 2, 3, 5] : [1, 1, 2])}`;
  const ms = choices.below(longestMs);
  const call = repository.start(verb.args, { env: isAtRandom ? {} : { MACP_FAIL_AT: at } });
  const timer = isAtRandom ? setTimeout(() => tryKill(call), ms) : 0;
  const { code } = await call.ended.finally(() => clearTimeout(timer));
  const killed = code === 137;
  history.push(
    `${verb.args.slice(0, 2).join(" ")} killed at ${isAtRandom ? `${ms} ms` : at} → ${code}`,
  );
  if (!killed) return false;
  report.kills++;
  if (isAtRandom) report.atRandom++;
  else report.points.set(point, (report.points.get(point) ?? 0) + 1);
  return true;
}

/** A place at which there were the fewest kills until now. */
function leastTried(
  points: readonly FailPoint[],
  report: KillReport,
  choices: Choices,
): FailPoint {
  const tried = (point: FailPoint) => report.points.get(point) ?? 0;
  const fewest = Math.min(...points.map(tried));
  // Not always the very fewest: some places are not come to in every call.
  return choices.next() < 0.6
    ? choices.one(points.filter((point) => tried(point) === fewest))
    : choices.one(points);
}

function tryKill(call: { kill(signal: Deno.Signal): void }): void {
  try {
    call.kill("SIGKILL");
  } catch {
    // It had come to its end.
  }
}

/** Places at which no call was killed. */
export function untried({ points }: KillReport): FailPoint[] {
  return (Object.keys(failPoints) as FailPoint[]).filter((point) => !points.has(point));
}
