/**
 * The thread of `checkpoint-thread.ts`: makes a checkpoint for each {@link CheckpointRequest}, on a connection of its own, and
 * answers it with a {@link CheckpointResult}. An error ends it.
 */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";
import type { CheckpointRequest, CheckpointResult } from "./checkpoint-thread.ts";

parentPort?.on("message", (request: CheckpointRequest) => {
  parentPort?.postMessage(makeCheckpoint(request));
});

function makeCheckpoint({ path, patienceMs }: CheckpointRequest): CheckpointResult {
  const url = pathToFileURL(path);
  // A file that is not there is not to be made.
  url.searchParams.set("mode", "rw");
  const db = new DatabaseSync(url);
  try {
    db.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA synchronous = FULL`);
    // Most of it while others write.
    const isPastWhole = checkpoint(db, "PASSIVE");
    // With their lock what they have written meanwhile: else a WAL that grows all the time never begins anew.
    return { isWhole: checkpoint(db, "FULL") || isPastWhole };
  } finally {
    // Before the answer: whoever has it may close the database, or remove it.
    db.close();
  }
}

function checkpoint(db: DatabaseSync, mode: "PASSIVE" | "FULL"): boolean {
  const { busy, log, checkpointed } = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  return busy === 0 && log === checkpointed;
}
