// starts-service STATE_DIR SPEC_JSON: starts a service, as the supervisor does.
// $STARTER in the arguments of the service's command becomes the pid of this program.
import { stateFolder } from "../../../src/supervisor/state-folder.ts";
import { startService } from "../start-service.ts";

const [stateDir = "", json = ""] = process.argv.slice(2);
const state = stateFolder(stateDir);
const spec = JSON.parse(json.replaceAll("$STARTER", String(process.pid)));
const record = await startService(spec, state);
process.stdout.write(`${JSON.stringify(record)}\n`);
