// rotates STATE_DIR NAME LEADER_JSON MAX_BYTES: rotates a log as soon as it is large enough, until it is killed. Says so each time.
import { setImmediate } from "node:timers/promises";
import { rotateIfLarge } from "../../../../src/supervisor/logs/rotate-log.ts";
import { stateFolder } from "../../../../src/supervisor/state-folder.ts";

const [stateDir = "", name = "", leader = "", maxBytes = ""] = process.argv.slice(2);
const limits = { maxBytes: Number(maxBytes), keep: 1e6 };
for (;;) {
  const rotation = await rotateIfLarge(stateFolder(stateDir), name, JSON.parse(leader), limits);
  if (rotation.outcome === "small") await setImmediate();
  else process.stdout.write(`${JSON.stringify(rotation)}\n`);
}
