import type { Suite } from "../harness/define-check.ts";
import type { Target } from "../targets/open-target.ts";
import { cancelSuite } from "./cancel/cancel-suite.ts";
import { drillSuite } from "./drill/drill-suite.ts";
import { healthSuite } from "./health/health-suite.ts";
import { httpSuite } from "./http/http-suite.ts";
import { isolationSuite } from "./isolation/isolation-suite.ts";
import { limitsSuite } from "./limits/limits-suite.ts";
import { modelConversationSuite } from "./model-conversation/model-conversation-suite.ts";
import { modelsSuite } from "./models/models-suite.ts";
import { persistenceSuite } from "./persistence/persistence-suite.ts";
import { regenerateSuite } from "./regenerate/regenerate-suite.ts";
import { replicasSuite } from "./replicas/replicas-suite.ts";
import { slaSuite } from "./sla/sla-suite.ts";
import { sseSuite } from "./sse/sse-suite.ts";
import { thoughtsSuite } from "./thoughts/thoughts-suite.ts";

/**
 * The suites that `stack verify <suite>` runs, each with its checks in the order in which they are told. Those checks are
 * alone to which a silent reply of `sse` is not nothing: an HMI makes no summary meanwhile, an engine loads its model with
 * no other window, and the services count it. The limits are last: an engine that was sent far too long a message may read it for minutes after nobody
 * listens any more, and whoever asks it next is kept waiting.
 */
export const suites: readonly Suite<Target>[] = [
  modelConversationSuite,
  cancelSuite,
  persistenceSuite,
  isolationSuite,
  thoughtsSuite,
  regenerateSuite,
  modelsSuite,
  httpSuite,
  sseSuite,
  healthSuite,
  replicasSuite,
  slaSuite,
  limitsSuite,
];

/** Also what is run only where it is asked for. */
export const everySuite: readonly Suite<Target>[] = [...suites, drillSuite];
