import { join } from "node:path";
import type { Config } from "../config/config-schema.ts";
import { LAST_DOCTOR_FILE, type LadderReport, type LastDoctorReport } from "../contract/doctor-report.ts";
import { prepareRoot, requireReadable, stateFolder, writeWhole } from "../supervisor/state-folder.ts";
import { HIDDEN, withoutSecretQuery } from "../text/secret-names.ts";

type Secrets = Pick<Config, "auth" | "engine">;

/**
 * Keeps the report in the state folder, for the page to show. A folder that cannot be written, or is another user's, costs
 * only that: the ladder has been climbed.
 */
export function keepLastReport(config: Secrets & Pick<Config, "state">, report: LadderReport): void {
  const state = stateFolder(config.state.dir);
  const kept: LastDoctorReport = { at: new Date().toISOString(), ...report };
  try {
    requireReadable(state);
    prepareRoot(state);
    writeWhole(join(state.root, LAST_DOCTOR_FILE), `${jsonWithoutSecrets(kept, config)}\n`);
  } catch {
    // As said.
  }
}

/** A service may repeat what it was called with; and in an address there may be a password. */
function jsonWithoutSecrets(report: LastDoctorReport, { auth, engine }: Secrets): string {
  const known = [auth.token, ...Object.values(auth.users), engine.api_key];
  const secrets = known.filter((secret) => secret !== "");
  return JSON.stringify(report, (_name, value: unknown) => {
    if (typeof value !== "string") return value;
    const text = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), value);
    return withoutSecretQuery(text).replace(PASSWORD_IN_URL, `$1${HIDDEN}@`);
  });
}

const PASSWORD_IN_URL = /(:\/\/)[^/\s@]*@/g;
