/**
 * One of the processes that drive the users of a load run: told over its channel what to do (`load/load-messages.ts`).
 * It has no settings and no output of its own, and ends with the channel.
 */
import { loadDriverFile } from "./cli/chosen-contract.ts";
import { messageOf } from "./errors/thrown-error.ts";
import { prepareUsers, type ReadyUsers } from "./load/drive-users.ts";
import type { DriveJob, FromLoadProcess, ToLoadProcess } from "./load/load-messages.ts";

let users: ReadyUsers | undefined;
let isStopped = false;

function tell(message: FromLoadProcess): void {
  if (process.connected) process.send?.(message);
}

async function prepare(job: DriveJob): Promise<void> {
  const driver = job.target.contract && (await loadDriverFile(job.target.contract));
  users = await prepareUsers(job, driver, tell);
  if (isStopped) users.stop();
  tell({ type: "ready" });
}

function stop(): void {
  isStopped = true;
  users?.stop();
}

async function obey(message: ToLoadProcess): Promise<void> {
  try {
    if (message.type === "job") await prepare(message.job);
    if (message.type === "stop") stop();
    if (message.type !== "start") return;
    await users?.drive(message.at);
    process.disconnect();
  } catch (error) {
    tell({ type: "failed", message: messageOf(error) });
  }
}

process.on("message", (message: ToLoadProcess) => void obey(message));
// Whoever measures has gone: what was begun is ended, and deleted.
process.on("disconnect", stop);
// A terminal sends Ctrl-C to all of its processes: the one that measures says when it is over.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
