// asks PLAN_JSON COMMAND_JSON: asks for all services anew, as `stack up` does.
import { randomUUID } from "node:crypto";
import { ensureSupervisor } from "../../../../src/supervisor/keep/ensure.ts";
import type { SupervisorPlan } from "../../../../src/supervisor/keep/types.ts";
import { writeWanted } from "../../../../src/supervisor/keep/wanted.ts";
import { withLock } from "../../../../src/supervisor/lock.ts";
import { stateFolder } from "../../../../src/supervisor/state.ts";

const [plan = "", command = ""] = process.argv.slice(2);
const { services, stateDir }: SupervisorPlan = JSON.parse(plan);
const state = stateFolder(stateDir);
await withLock(state, async () => {
  const requests = services.map(({ name }) => [name, { request: randomUUID() }]);
  writeWanted(state, { services: Object.fromEntries(requests) });
  await ensureSupervisor(JSON.parse(plan), state, JSON.parse(command));
});
