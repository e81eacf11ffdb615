import { join } from "node:path";
import { type KeptDoctorReport, LAST_DOCTOR_FILE, LastDoctorReport } from "../contract/doctor-report.ts";
import { readOwn } from "../files/private-files.ts";
import { recordedServices } from "../supervisor/client/recorded-services.ts";
import { stateFolder } from "../supervisor/state-folder.ts";

/** What is kept in a state folder of the last ladder; null where nothing is, or what is there cannot be read. */
export function readLastReport(stateDir: string): KeptDoctorReport | null {
  const state = stateFolder(stateDir);
  try {
    const report = LastDoctorReport.parse(JSON.parse(readOwn(join(state.root, LAST_DOCTOR_FILE))));
    const since = recordedServices(state).filter(
      ({ started_at }) => Date.parse(started_at) > Date.parse(report.at),
    );
    return { report, started_since: since.map(({ name }) => name) };
  } catch {
    return null;
  }
}
