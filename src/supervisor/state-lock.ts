import { linkSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EXIT } from "../errors/exit-codes.ts";
import { ifThere, messageOf, nodeErrorCode } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { readOwn } from "../files/private-files.ts";
import { lifeOfNamespace } from "../os/pid-namespace.ts";
import {
  fateOf,
  identifySelf,
  isSameProcess,
  type RecordedIdentity,
  recordedSelf,
} from "../os/process-identity.ts";
import { shellWord } from "../text/shell-word.ts";
import { isDiskFull } from "./disk-full.ts";
import { prepareState, type StateFolder, sweepTemporaries, writeTemporary } from "./state-folder.ts";
import { inOtherNamespace } from "./state-folder-access.ts";

/** How to wait for a lock. */
export interface LockOptions {
  /** Ends the waiting; `withLock` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called once, if somebody else holds the lock. */
  readonly onWait?: (holderPid: number) => void;
}

declare const held: unique symbol;

/**
 * A state folder whose lock this process holds, as {@link withLock} hands it on: what takes one is only for the holder.
 * Of no use after that call has ended.
 */
export interface LockedState extends StateFolder {
  readonly [held]: true;
}

/** How often a waiting starter looks again, in milliseconds. */
const POLL_MS = 25;

/**
 * How long a dead holder's lock is left in place, in milliseconds. It may have died between the fork and
 * the exec of a service; before the exec nobody can recognise the child.
 */
const SETTLE_MS = 50;

/**
 * Runs `fn` while no other process does so for the same state folder, which is made if it is missing.
 *
 * The lock is a file that names its holder. It is taken by link(2) of a complete file, on a full disk by symlink(2),
 * and outlives nobody: that of a dead holder is broken.
 *
 * @throws UserError `state_unwritable`, `foreign_owner`, `foreign_namespace`; and whatever `fn` throws, after the release
 */
export async function withLock<T>(
  state: StateFolder,
  fn: (locked: LockedState) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  prepareState(state);
  return await holding(
    join(state.run, "lock"),
    async () => {
      sweepTemporaries(state);
      return await fn(state as LockedState);
    },
    options,
  );
}

async function holding<T>(path: string, fn: () => Promise<T>, options: LockOptions): Promise<T> {
  await acquire(path, options);
  try {
    return await fn();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path: string, { signal, onWait }: LockOptions): Promise<void> {
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const holder = readHolder(path);
    if (holder === undefined) {
      if (take(path)) return;
    } else if (holder === "unreadable" || !isSameProcess(holder)) {
      requireJudgeableHolder(path, holder);
      await breakLock(path, holder, signal);
    } else {
      if (!told) onWait?.(holder.pid);
      told = true;
      await delay(POLL_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

/**
 * Removes the lock of a dead holder, under a second lock that belongs to breaking this very holder's.
 *
 * Two breakers may both have seen the dead holder; the slower one must not remove the lock that a third
 * process took after the faster one was done. So only the holder of the second lock removes, and only
 * after it has seen the dead holder again: from then on nobody else can. A breaker that dies leaves a
 * second lock which is broken by the same rule.
 */
async function breakLock(path: string, dead: Holder, signal: AbortSignal | undefined): Promise<void> {
  const breaking = async () => {
    await delay(SETTLE_MS);
    const holder = readHolder(path);
    if (holder !== undefined && keyOf(holder) === keyOf(dead)) rmSync(path, { force: true });
  };
  await holding(`${path}.${keyOf(dead)}`, breaking, signal ? { signal } : {});
}

/** Whether a holder lives in a container beside us, or around us, cannot be known: its lock is never broken. */
function requireJudgeableHolder(path: string, holder: Holder): void {
  if (holder === "unreadable" || fateOf(holder) !== "other_namespace") return;
  if (lifeOfNamespace(holder.pid_namespace ?? "") === "ended") return;
  throw inOtherNamespace(
    { root: dirname(dirname(path)) },
    `a command there, its pid ${holder.pid}, holds the lock`,
    `Wait until it has ended; where its container is gone: rm ${shellWord(path)}`,
  );
}

type Holder = RecordedIdentity | "unreadable";

function keyOf(holder: Holder): string {
  return holder === "unreadable"
    ? holder
    : `${holder.pid}-${holder.start_time}-${holder.boot_id.slice(0, 8)}`;
}

/** Takes the lock if it is free. link(2) either makes the whole file or fails, unlike a create and a write. */
function take(path: string): boolean {
  const holder = recordedSelf();
  let temporary: string;
  try {
    temporary = writeTemporary(path, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    if (isDiskFull(error)) return takeWithoutRoom(path, holder, error);
    throw error;
  }
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (nodeErrorCode(error) === "EEXIST") return false;
    throw new UserError("state_unwritable", `The lock ${path} could not be taken: ${messageOf(error)}.`, {
      hint: "Choose a state folder on a file system with hard links.",
      exitCode: EXIT.unusable,
      cause: error,
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Takes the lock on a full disk, so that what runs can still be stopped: a symbolic link to nowhere whose target names
 * the holder. File systems keep one of less than 60 bytes without a block of its own.
 */
function takeWithoutRoom(path: string, holder: RecordedIdentity, full: unknown): boolean {
  try {
    symlinkSync(linkTarget(holder), path);
    return true;
  } catch (error) {
    if (nodeErrorCode(error) === "EEXIST") return false;
    throw full;
  }
}

/** At most 53 bytes: `4711 123456 <boot id, shortened> 4026531836`, without the last where the OS has no namespaces. */
function linkTarget({ pid, start_time, boot_id, pid_namespace = "" }: RecordedIdentity): string {
  return `${pid} ${start_time} ${shortened(boot_id)} ${pid_namespace.replaceAll(/\D/g, "")}`;
}

/** A UUID in 22 characters; only compared. */
function shortened(bootId: string): string {
  return Buffer.from(bootId.replaceAll("-", ""), "hex").toString("base64url");
}

function readLinkHolder(path: string): Holder | undefined {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    // Released, or taken as a file, meanwhile.
    return undefined;
  }
  const [, pid, start_time, boot, namespace] = /^(\d+) (.+) ([\w-]{22}) (\d*)$/.exec(target) ?? [];
  if (start_time === undefined || boot === undefined) return "unreadable";
  const { bootId } = identifySelf();
  const boot_id = boot === shortened(bootId) ? bootId : boot;
  return {
    pid: Number(pid),
    start_time,
    boot_id,
    ...(namespace !== "" && { pid_namespace: `pid:[${namespace}]` }),
  };
}

function readHolder(path: string): Holder | undefined {
  let text: string | undefined;
  try {
    text = ifThere(() => readOwn(path));
  } catch (error) {
    if (nodeErrorCode(error) === "ELOOP") return readLinkHolder(path);
    throw error;
  }
  if (text === undefined) return undefined;
  try {
    const { pid, start_time, boot_id, pid_namespace } = JSON.parse(text);
    if (Number.isInteger(pid) && typeof start_time === "string" && typeof boot_id === "string")
      return { pid, start_time, boot_id, ...(typeof pid_namespace === "string" && { pid_namespace }) };
  } catch {
    // Not written by us: link(2) never shows half a file.
  }
  return "unreadable";
}
