import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";

/**
 * Makes every sync of a database's WAL fail: the place of the file is taken by a pipe, which cannot be synced, while
 * SQLite goes on with the file that it has open. Returns what makes it succeed again.
 */
export function spoilSync(path: string): () => void {
  renameSync(`${path}-wal`, `${path}-moved`);
  const { status, stderr } = spawnSync("mkfifo", [`${path}-wal`]);
  if (status !== 0) throw new Error(String(stderr));
  return () => renameSync(`${path}-moved`, `${path}-wal`);
}
