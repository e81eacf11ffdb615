/**
 * The thread of `wal-checkpoints.ts`: one checkpoint on a connection of its own, then it ends. Its message is a
 * {@link CheckpointResult}; an error ends it, too.
 */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointRequest, CheckpointResult } from "./wal-checkpoints.ts";

const { path, patienceMs } = workerData as CheckpointRequest;
const url = pathToFileURL(path);
// A file that is not there is not to be made.
url.searchParams.set("mode", "rw");
const db = new DatabaseSync(url);
try {
  db.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA synchronous = FULL`);
  // Most of it while others write.
  const isPastWhole = checkpoint("PASSIVE");
  // With their lock what they have written meanwhile: else a WAL that grows all the time never begins anew.
  const isWhole = checkpoint("FULL") || isPastWhole;
  parentPort?.postMessage({ isWhole } satisfies CheckpointResult);
} finally {
  db.close();
}

function checkpoint(mode: "PASSIVE" | "FULL"): boolean {
  const { busy, log, checkpointed } = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  return busy === 0 && log === checkpointed;
}
