import { cancelFaults } from "./cancel/cancel-faults.ts";
import { drillFaults } from "./drill/drill-faults.ts";
import type { Fault } from "./fault.ts";
import { healthFaults } from "./health/health-faults.ts";
import { httpFaults } from "./http/http-faults.ts";
import { isolationFaults } from "./isolation/isolation-faults.ts";
import { limitsFaults } from "./limits/limits-faults.ts";
import { modelConversationFaults } from "./model-conversation/model-conversation-faults.ts";
import { modelsFaults } from "./models/models-faults.ts";
import { none } from "./no-fault.ts";
import { persistenceFaults } from "./persistence/persistence-faults.ts";
import { regenerateFaults } from "./regenerate/regenerate-faults.ts";
import { replicasFaults } from "./replicas/replicas-faults.ts";
import { slaFaults } from "./sla/sla-faults.ts";
import { sseFaults } from "./sse/sse-faults.ts";
import { thoughtsFaults } from "./thoughts/thoughts-faults.ts";

/** The catalogue. `none` is first: it must leave every check green. */
export const faults: readonly Fault[] = [
  none,
  ...modelConversationFaults,
  ...sseFaults,
  ...httpFaults,
  ...cancelFaults,
  ...persistenceFaults,
  ...isolationFaults,
  ...modelsFaults,
  ...healthFaults,
  ...limitsFaults,
  ...regenerateFaults,
  ...thoughtsFaults,
  ...slaFaults,
  ...drillFaults,
  ...replicasFaults,
];
