// holds-lock STATE_DIR: takes the lock, says so, and keeps it until it is killed.
import { withLock } from "../../../src/supervisor/lock.ts";
import { stateFolder } from "../../../src/supervisor/state.ts";

const [stateDir = ""] = process.argv.slice(2);
await withLock(stateFolder(stateDir), async () => {
  process.stdout.write("held\n");
  await new Promise((resolve) => setInterval(resolve, 2 ** 30));
});
