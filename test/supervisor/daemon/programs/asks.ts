// asks PLAN_JSON COMMAND_JSON: asks for all services anew, as `stack up` does.
import { randomUUID } from "node:crypto";
import { writeWanted } from "../../../../src/supervisor/daemon/desired-state-file.ts";
import { ensureSupervisor } from "../../../../src/supervisor/daemon/ensure-supervisor.ts";
import type { SupervisorPlan } from "../../../../src/supervisor/daemon/supervisor-state.ts";
import { stateFolder } from "../../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../../src/supervisor/state-lock.ts";

const [plan = "", command = ""] = process.argv.slice(2);
const { services, stateDir }: SupervisorPlan = JSON.parse(plan);
const state = stateFolder(stateDir);
await withLock(state, async () => {
  const requests = services.map(({ name }) => [name, { request: randomUUID() }]);
  writeWanted(state, { services: Object.fromEntries(requests) });
  await ensureSupervisor(JSON.parse(plan), state, JSON.parse(command));
});
