import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, readFileSync } from "node:fs";
import { expect, onTestFinished } from "vitest";
import { identify, type RecordedIdentity } from "../../../src/os/process-identity.ts";
import { everyone, membersOf } from "../../../src/os/process-members.ts";
import { MARK, type ProcessIdentity } from "../../../src/os/process-table.ts";
import { rotatedFiles } from "../../../src/supervisor/logs/log-files.ts";
import { openLog, type StateFolder, serviceFiles } from "../../../src/supervisor/state-folder.ts";

/** Each of these processes writes numbered lines: two are in the group, one has left it. */
const WRITERS = ["leader", "child", "stray"];
/** What a writer does after 500 lines, which lets others have the processor and forks; or it goes on at once. */
const RESTS = { rest: "sleep 0.05", none: ":" };

/** For `expect.poll`: what takes a moment on a quiet machine may take seconds on a loaded one. */
export const PATIENTLY = { timeout: 20_000 } as const;

/** A service that floods its log. */
export interface Flood {
  readonly leader: RecordedIdentity;
  members(): ProcessIdentity[];
  /** Kills all of it. */
  end(): Promise<void>;
}

/** Starts a service `flood` that floods its log; killed after the test. */
export async function startFlood(state: StateFolder, rest: keyof typeof RESTS = "rest"): Promise<Flood> {
  const write = `write() { i=0; while :; do i=$((i+1)); echo "$1 $i"; [ $((i % 500)) -ne 0 ] || ${RESTS[rest]}; done; }`;
  const script = `${write}; write child & setsid sh -c '${write}; write stray' & write leader`;
  const log = openLog(serviceFiles(state, "flood").log);
  const child = spawn("sh", ["-c", script], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, [MARK.service]: "flood", [MARK.stateDir]: state.root },
  });
  closeSync(log.fd);
  await once(child, "spawn");
  const leader = recorded(child);
  const members = (): ProcessIdentity[] =>
    everyone(membersOf({ service: "flood", stateDir: state.root }, leader));
  const end = async (): Promise<void> => {
    await expect
      .poll(() => {
        // Stopped first: a shell that sees its child being killed writes that to the log.
        for (const { pid } of members()) killIfThere(pid, "SIGSTOP");
        for (const { pid } of members()) killIfThere(pid, "SIGKILL");
        return members();
      }, PATIENTLY)
      .toEqual([]);
  };
  onTestFinished(end);
  await expect.poll(() => members().length, PATIENTLY).toBeGreaterThanOrEqual(WRITERS.length);
  return { leader, members, end };
}

/** One of the short-lived ones may have ended meanwhile. */
function killIfThere(pid: number, signal: "SIGSTOP" | "SIGKILL"): void {
  if (identify(pid) !== undefined) process.kill(pid, signal);
}

/** The whole lines of a flood, over all files of its log. */
export function floodedLines(state: StateFolder): string[] {
  const { log } = serviceFiles(state, "flood");
  const files = [
    ...rotatedFiles(log)
      .map(({ path }) => path)
      .reverse(),
    log,
  ];
  const text = files.map((path) => readFileSync(path, "latin1")).join("");
  return text.split("\n").slice(0, -1);
}

/** The lines of a flood that do not follow their writer's one before; empty where none is lost or doubled. */
export function wrongLines(state: StateFolder): string[] {
  const last = new Map(WRITERS.map((name) => [name, 0]));
  return floodedLines(state).flatMap((line) => {
    const [writer = "", number] = line.split(" ");
    const expected = (last.get(writer) ?? Number.NaN) + 1;
    last.set(writer, Number(number));
    return Number(number) === expected ? [] : [`${line}, expected ${expected}`];
  });
}

function recorded({ pid = 0 }: ChildProcess): RecordedIdentity {
  const { startTime = "", bootId = "" } = identify(pid) ?? {};
  return { pid, start_time: startTime, boot_id: bootId };
}
