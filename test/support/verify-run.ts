/**
 * `begin FOLDER`: a run of verify as far as its record goes, until it is killed. `ended FOLDER`: prints which of the runs
 * that are recorded there have ended.
 */
import { beginVerifyRecord, endedVerifyRecords } from "../../src/killed-verify-runs/verify-record.ts";

const [action, folder = ""] = process.argv.slice(2);
if (action === "begin") {
  process.stdout.write(`${beginVerifyRecord(folder, "http://127.0.0.1:9").runId}\n`);
  setInterval(() => undefined, 60_000);
} else {
  const ended = await endedVerifyRecords(folder);
  process.stdout.write(JSON.stringify(ended.map(({ run_id }) => run_id)));
}
