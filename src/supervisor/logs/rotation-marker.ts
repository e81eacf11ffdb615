import { linkSync, rmSync } from "node:fs";
import { nodeErrorCode } from "../../errors/thrown-error.ts";
import { readOwn } from "../../files/private-files.ts";
import { identifySelf, isSameProcess, type RecordedIdentity } from "../../os/process-identity.ts";
import type { ProcessIdentity } from "../../os/process-table.ts";
import { writeTemporary, writeWhole } from "../state-folder.ts";
import type { LogCut } from "./log-cut.ts";

/** A rotation that is under way: what has to be known to clear up after it was killed. */
interface RotationMarker {
  /** The process that rotates. */
  readonly owner: RecordedIdentity;
  /** The processes that are stopped meanwhile, or are about to be. */
  readonly stopped: readonly RecordedIdentity[];
  /** Where only the newest part of the log is copied. */
  readonly cut?: LogCut;
}

/** What a rotation left that is over, because its process was killed. */
export interface CutOffRotation {
  /** Who may still be stopped. */
  readonly stopped: readonly ProcessIdentity[];
  readonly cut: LogCut | undefined;
}

/** Begins a rotation with a marker; false where there is one. */
export function claimRotation(path: string): boolean {
  const temporary = writeTemporary(path, textOf([]));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (nodeErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Notes which processes are about to be stopped; always before the first signal to them. */
export function markStopped(path: string, stopped: readonly ProcessIdentity[], cut?: LogCut): void {
  writeWhole(path, textOf(stopped, cut));
}

/** What is left of a rotation whose process is gone; undefined where the process lives. */
export function readCutOffRotation(path: string): CutOffRotation | undefined {
  const marker = readMarker(path);
  if (marker === undefined) return { stopped: [], cut: undefined };
  if (isSameProcess(marker.owner)) return undefined;
  const stopped = marker.stopped.map(({ pid, start_time: startTime, boot_id: bootId }) => {
    return { pid, startTime, bootId };
  });
  return { stopped, cut: marker.cut };
}

/** A power failure may leave an empty file: then nobody is left who could be stopped. */
function readMarker(path: string): RotationMarker | undefined {
  try {
    return JSON.parse(readOwn(path));
  } catch {
    return undefined;
  }
}

function recorded({ pid, startTime, bootId }: ProcessIdentity): RecordedIdentity {
  return { pid, start_time: startTime, boot_id: bootId };
}

/** JSON, with a line for each process: the guard's shell reads it too. */
function textOf(stopped: readonly ProcessIdentity[], cut?: LogCut): string {
  const owner = JSON.stringify(recorded(identifySelf()));
  const lines = stopped.map((one) => JSON.stringify(recorded(one)));
  const part = cut === undefined ? "" : `,"cut":${JSON.stringify(cut)}`;
  return `{"owner":${owner},"stopped":[\n${lines.join(",\n")}\n]${part}}\n`;
}
