import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { errorCode } from "./file-system.ts";

/**
 * Unfinished output carries its owner in its name, so that owning it and creating it are one step:
 *
 *     .2026-11-20.lineage-report-<place>-<pid>-<started>-<random>.tmp    being written
 *     .2026-11-20.lineage-report-<place>-<pid>-<started>-<random>.old    being replaced
 *
 * `place` stands for host, boot and process namespace: only there a pid means anything. `started`
 * tells a process from a later one with the same pid (containers start everything as the same pid).
 */
export interface Owned {
  /** The name in the folder. */
  readonly name: string;
  /** The final name that it stands for. */
  readonly of: string;
  readonly kind: "tmp" | "old";
  readonly place: string;
  readonly pid: number;
  readonly started: string;
}

const OWNED = /^\.(.+)\.lineage-report-([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-f]{12}\.(tmp|old)$/s;

/** A new name of that kind beside `of`, owned by this process. */
export function ownName(of: string, kind: Owned["kind"]): string {
  return `.${of}.lineage-report-${thisPlace()}-${pid}-${startOf(pid)}-${randomBytes(6).toString("hex")}.${kind}`;
}

/** Reads such a name; undefined for anything that is not ours. */
export function parseOwned(name: string): Owned | undefined {
  const match = OWNED.exec(name);
  if (!match) return undefined;
  const [, of = "", place = "", owner = "", started = "", kind] = match;
  return { name, of, kind: kind as Owned["kind"], place, pid: Number(owner), started };
}

/** Whether the owner still runs: `unknown` when it ran on another host, in another container, or before a reboot. */
export function ownerState(owned: Owned): "alive" | "dead" | "unknown" {
  if (owned.place !== thisPlace()) return "unknown";
  try {
    kill(owned.pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    if (errorCode(error) !== "EPERM") return "dead";
  }
  return startOf(owned.pid) === owned.started ? "alive" : "dead";
}

function thisPlace(): string {
  const boot = readOr("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = readOr("", () => readlinkSync("/proc/self/ns/pid"));
  return createHash("sha256").update(`${hostname()}\n${boot}\n${namespace}`).digest("hex").slice(0, 12);
}

/** When a process started, in ticks since the boot; 0 where the system does not tell, so that the pid alone decides. */
function startOf(process: number): string {
  return readOr("0", () => {
    const stat = readFileSync(`/proc/${process}/stat`, "utf8");
    // The second field is the command in parentheses and may hold blanks; the start is the 22nd.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  });
}

function readOr(otherwise: string, read: () => string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
