// asks PLAN_JSON COMMAND_JSON: asks for all services anew, as `stack up` does.
import { randomUUID } from "node:crypto";
import { ensureSupervisor } from "../../../../src/supervisor/client/ensure-supervisor.ts";
import { writeDesiredState } from "../../../../src/supervisor/daemon/desired-state-file.ts";
import { stateFolder } from "../../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../../src/supervisor/state-lock.ts";
import type { SupervisorPlan } from "../../../../src/supervisor/supervisor-protocol.ts";

const [plan = "", command = ""] = process.argv.slice(2);
const { services, stateDir }: SupervisorPlan = JSON.parse(plan);
const state = stateFolder(stateDir);
await withLock(state, async (locked) => {
  const requests = services.map(({ name }) => [name, { request: randomUUID() }]);
  writeDesiredState(state, { services: Object.fromEntries(requests) });
  await ensureSupervisor(JSON.parse(plan), locked, JSON.parse(command));
});
