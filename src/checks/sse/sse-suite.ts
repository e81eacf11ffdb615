import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { afterDone } from "./after-done.ts";
import { firstByte } from "./first-byte.ts";
import { gatewayJoin } from "./gateway-join.ts";
import { namedStream } from "./named-stream.ts";
import { noRetry } from "./no-retry.ts";
import { oneGeneration } from "./one-generation.ts";
import { readAgain } from "./read-again.ts";
import { done } from "./sse-done.ts";
import { engineFailure } from "./sse-engine-failure.ts";
import { frames } from "./sse-frames.ts";
import { headers } from "./sse-headers.ts";
import { heartbeat } from "./sse-heartbeat.ts";
import { ids } from "./sse-ids.ts";
import { kept } from "./sse-kept.ts";
import { length } from "./sse-length.ts";
import { order } from "./sse-order.ts";
import { pace } from "./sse-pace.ts";
import { reconnect } from "./sse-reconnect.ts";
import { schema } from "./sse-schema.ts";
import { started } from "./sse-started.ts";
import { text } from "./sse-text.ts";
import { uncounted } from "./sse-uncounted.ts";
import { usage } from "./sse-usage.ts";

/** The suite `sse`, its checks in the order in which they are told. */
export const sseSuite: Suite<Target> = {
  name: "sse",
  title: "What every event stream must do, at each service that has one (contract, section 1).",
  checks: [
    started,
    headers,
    frames,
    schema,
    order,
    ids,
    done,
    usage,
    uncounted,
    length,
    firstByte,
    heartbeat,
    pace,
    text,
    engineFailure,
    kept,
    noRetry,
    reconnect,
    oneGeneration,
    afterDone,
    readAgain,
    namedStream,
    gatewayJoin,
  ],
};
