// counts-under-lock STATE_DIR COUNTER ROUNDS: adds 1 to the number in a file, each time under the lock.
import { readFileSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { stateFolder } from "../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../src/supervisor/state-lock.ts";

const [stateDir = "", counter = "", rounds = ""] = process.argv.slice(2);
for (let round = 0; round < Number(rounds); round += 1) {
  await withLock(stateFolder(stateDir), async () => {
    const value = Number(readFileSync(counter, "utf8"));
    await setImmediate();
    writeFileSync(counter, String(value + 1));
  });
}
