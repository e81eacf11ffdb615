import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { makePrivateFolder, readOwn } from "../files/private-files.ts";
import { isLivenessSocketOpen, openLivenessSocket, removeLivenessSocket } from "../os/liveness-socket.ts";
import { lifeOfNamespace } from "../os/pid-namespace.ts";
import { fateOf, recordedSelf } from "../os/process-identity.ts";
import { prepareRoot, stateFolder, writeWhole } from "../supervisor/state-folder.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { newRunId, type RunJournal } from "../targets/run-journal.ts";

const VerifyRecord = z.object({
  /** Twelve letters; digits, or a UUID, in what an earlier version left. It names a file, too. */
  run_id: z.string().check(z.regex(/^(?:[a-z]{12}|[\da-f-]{12,36})$/)),
  /** Where it was made: {@link recordedUrlOf}. */
  hmi: z.string(),
  started_at: z.string(),
  /** Who runs it. */
  pid: z.int(),
  start_time: z.string(),
  boot_id: z.string(),
  pid_namespace: z.exactOptional(z.string()),
  conversations: z.array(z.object({ session_id: z.string(), created_at: z.string() })),
});

/** What a run of `stack verify` wrote down of itself: who runs it, where, and which conversations it made. */
export type VerifyRecord = z.infer<typeof VerifyRecord>;

/** A journal that is on disk while its run lasts. */
export interface VerifyJournal extends RunJournal {
  /** The run has ended, and has undone what it made. */
  forget(): void;
}

/** The folder of the records, in a state folder. */
function folderOf(stateDir: string): string {
  return join(stateDir, "verify");
}

/** What a record names as the HMI of a target: where messages are sent to, of a back end that has none. */
export function recordedUrlOf({ hmi, gateway, engine }: TargetUrls): string {
  return hmi ?? gateway ?? engine ?? "";
}

/** Writes down that this process begins a run on this HMI. Throws where the state folder cannot be written. */
export function beginVerifyRecord(stateDir: string, hmi: string): VerifyJournal {
  prepareRoot(stateFolder(stateDir));
  makePrivateFolder(folderOf(stateDir));
  const record: VerifyRecord = {
    run_id: newRunId(),
    hmi,
    started_at: new Date().toISOString(),
    ...recordedSelf(),
    conversations: [],
  };
  const write = (): void => writeWhole(pathOf(stateDir, record), `${JSON.stringify(record)}\n`);
  write();
  const endPresence = openLivenessSocket(folderOf(stateDir), record.run_id);
  return {
    runId: record.run_id,
    madeConversation({ session_id, created_at }) {
      record.conversations.push({ session_id, created_at });
      write();
    },
    forget() {
      endPresence();
      forgetVerifyRecord(stateDir, record);
    },
  };
}

/**
 * The runs that ended without undoing what they made: the records of processes that are no more. What another PID
 * namespace has recorded is judged as the state folder is (`state-folder-access.ts`): where it cannot be seen whether that
 * namespace lives, by whether the run is present.
 */
export async function endedVerifyRecords(stateDir: string): Promise<readonly VerifyRecord[]> {
  const folder = folderOf(stateDir);
  const ended: VerifyRecord[] = [];
  for (const name of namesIn(folder)) {
    const record = readRecord(join(folder, name));
    if (record !== undefined && (await hasEnded(folder, record))) ended.push(record);
  }
  return ended;
}

async function hasEnded(folder: string, record: VerifyRecord): Promise<boolean> {
  const fate = fateOf(record);
  if (fate !== "other_namespace") return fate !== "alive";
  const life = lifeOfNamespace(record.pid_namespace ?? "");
  return life === "ended" || (life === "unknown" && !(await isLivenessSocketOpen(folder, record.run_id)));
}

/** Removes a record, and the folder after the last one. */
export function forgetVerifyRecord(stateDir: string, record: Pick<VerifyRecord, "run_id">): void {
  rmSync(pathOf(stateDir, record), { force: true });
  removeLivenessSocket(folderOf(stateDir), record.run_id);
  try {
    rmdirSync(folderOf(stateDir));
  } catch {
    // Another run's record is there.
  }
}

function pathOf(stateDir: string, { run_id }: Pick<VerifyRecord, "run_id">): string {
  return join(folderOf(stateDir), `${run_id}.json`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch {
    return [];
  }
}

/** Undefined where it is none of ours; such a file is left. */
function readRecord(path: string): VerifyRecord | undefined {
  try {
    return VerifyRecord.parse(JSON.parse(readOwn(path)));
  } catch {
    return undefined;
  }
}
