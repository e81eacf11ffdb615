// holds-lock STATE_DIR: takes the lock, says so, and keeps it until it is killed.

import { stateFolder } from "../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../src/supervisor/state-lock.ts";

const [stateDir = ""] = process.argv.slice(2);
await withLock(stateFolder(stateDir), async () => {
  process.stdout.write("held\n");
  await new Promise((resolve) => setInterval(resolve, 2 ** 30));
});
