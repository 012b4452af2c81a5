/**
 * By whose clocks the people at this machine live.
 *
 * @module
 */
import { oneLine } from "../protocol/text.ts";
import type { World } from "../sys/world.ts";
import { isIanaName, type Zone, zoneOfSetting } from "./time_zones.ts";

/** The time zone of the machine. */
export interface LocalZone {
  zone: Zone;
  /** Why it may be another one than is meant, behind "as"; null when it is plain. */
  doubt: string | null;
}

/** The zone that the system itself goes by. */
const systemZone = "/etc/localtime";

/** A zone as POSIX spells it: `UTC0`, `CET-1CEST`, `<+03>-3`; hours count to the west. */
const posixZone =
  /^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?)(\d{1,2})(?::([0-5]\d))?(?::\d\d)?(.*)$/;

/**
 * The time zone of the machine: that of TZ in all its forms, else that of the system. What
 * cannot be told is UTC, as it is for the system's own programs.
 */
export function localZone(
  world: Pick<World, "files" | "env">,
  systemName = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined,
): LocalZone {
  const { TZ: given } = world.env;
  if (given === undefined) return zoneOfSystem(world, systemName);
  const name = given.replace(/^:/, "");
  if (name === "") return { zone: "UTC", doubt: null };
  const zone = zoneOfName(name) ?? zoneOfPath(world, name);
  if (zone !== null) return { zone, doubt: null };
  const shown = oneLine(given, 60);
  return zoneOfPosix(name, shown) ??
    { zone: "UTC", doubt: `TZ is ${shown}, which names no time zone that is known` };
}

function zoneOfSystem(
  world: Pick<World, "files">,
  name: string | undefined,
): LocalZone {
  const zone = zoneOfName(name ?? "") ?? zoneOfPath(world, systemZone);
  if (zone !== null) return { zone, doubt: null };
  return { zone: "UTC", doubt: "the time zone of the machine is unknown" };
}

/** The zone of a name as it stands in the system's list, or null. */
function zoneOfName(name: string): Zone | null {
  const plain = name.replace(/^(?:posix|right)\//, "");
  return /^[A-Za-z]/.test(plain) && plain !== "Etc/Unknown" && isIanaName(plain)
    ? zoneOfSetting(plain) ?? plain
    : null;
}

/** The zone of a file of the system's list, or of a link to one; null for other files. */
function zoneOfPath({ files }: Pick<World, "files">, name: string): Zone | null {
  const path = name === "localtime" ? systemZone : name;
  if (!path.startsWith("/")) return null;
  const nameIn = (place: string) => zoneOfName(/\/zoneinfo\/(.+)$/.exec(place)?.[1] ?? "");
  const zone = nameIn(path);
  if (zone !== null || files.stat(path) === null) return zone;
  return nameIn(files.realPath(path));
}

function zoneOfPosix(name: string, shown: string): LocalZone | null {
  const [, sign, hours, minutes = "0", summer] = posixZone.exec(name) ?? [];
  if (hours === undefined || Number(hours) > 24) return null;
  const west = Number(hours) * 60 + Number(minutes);
  const zone = sign === "-" ? west : 0 - west;
  return { zone, doubt: summer === "" ? null : `the summer time of TZ=${shown} is not known` };
}
