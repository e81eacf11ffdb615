import { type FSWatcher, watch } from "node:fs";

/** How often is looked where the OS tells of no changes, in milliseconds. */
const LOOK_EVERY_MS = 250;

/**
 * Resolves at the next change of a log in a folder after the call. For one change only: who is told of each write of
 * a flood has nothing else to do.
 *
 * @param latestMs when it resolves without any, in milliseconds
 */
export async function nextLogChange(folder: string, latestMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watchLogs(folder, resolve);
  const timer = setTimeout(resolve, watcher === undefined ? Math.min(latestMs, LOOK_EVERY_MS) : latestMs);
  await promise;
  clearTimeout(timer);
  watcher?.close();
}

function watchLogs(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, file) => {
      if (file?.endsWith(".log") === true) onChange();
    });
    return watcher.on("error", onChange);
  } catch {
    // The OS has no watches left, or the folder was removed.
    return undefined;
  }
}
