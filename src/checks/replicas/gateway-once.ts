import { gatewayRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { generationsFor } from "../engine-generations.ts";
import { followStream } from "../follow-stream.ts";
import {
  replicaIn,
  requireWell,
  SEVERAL_GATEWAYS,
  shortReplicaName,
  targetReplicas,
  untilAtTwo,
} from "./met-replicas.ts";

/** One reply, asked of two gateways at once. */
interface AskedTwice {
  readonly copies: readonly string[];
  readonly statuses: readonly number[];
  readonly ids: readonly (readonly string[])[];
  readonly texts: readonly string[];
  /** What the engine was asked for it; empty where it cannot be watched. */
  readonly generations: readonly SeenGeneration[];
}

export const gatewayOnce = defineCheck<Context["target"], AskedTwice>({
  id: "replicas/gateway-once",
  claim: "two gateways that are asked for one reply at once begin one generation, and both stream it",
  why: "An HMI that tries another gateway, or a proxy that does, makes the engine write the same reply twice.",
  lookAt:
    "POST /chat/stream of the gateway: the claim of a generation in the database, before the engine is asked",
  needs: SEVERAL_GATEWAYS,
  async collect(context) {
    await generationsFor(context, "");
    return await untilAtTwo(
      context,
      targetReplicas(context).gateway,
      (attempt) => askTwice(context, attempt),
      ({ copies }) => new Set(copies).size > 1,
    );
  },
  judge(asked) {
    const { statuses, generations, copies } = asked;
    requireWell(statuses);
    if (!statuses.includes(200)) throw new CouldNotRun(`both gateways answered ${statuses.join(" and ")}`);
    const seen = `asked at ${copies.map(shortReplicaName).join(" and ")}: requests at the engine: ${generations.length}`;
    return judgeStreams(asked, seen) ?? { verdict: "holds", seen };
  },
});

function judgeStreams({ statuses, ids, texts, generations }: AskedTwice, seen: string): Broken | undefined {
  const isSame = new Set(ids.map((each) => each.join())).size === 1 && new Set(texts).size === 1;
  if (statuses.every((status) => status === 200) && isSame && generations.length <= 1) return undefined;
  return {
    verdict: "broken",
    expected: "200 and 200, the same events at both, one request at the engine",
    found: [
      statuses.join(" and "),
      isSame ? "the same events" : `texts ${texts.map((text) => JSON.stringify(text)).join(" and ")}`,
      `requests: ${generations.length}`,
    ].join("; "),
    seen,
  };
}

async function askTwice(context: Context, attempt: number): Promise<AskedTwice> {
  const word = context.canary(`gateway once ${attempt}`);
  const body = {
    session_id: word,
    message_id: `${word}-reply`,
    agent_id: "architect",
    content: `Count to 20. ${word}`,
    think: false,
    options: { num_predict: 64, stand_in_tokens: 24, stand_in_token_ms: 20 },
  };
  const client = targetReplicas(context).gateway;
  const ask = () => followStream(context, { client, method: "POST", path: gatewayRoutes.chat.path(), body });
  const streams = await Promise.all([ask(), ask()]);
  return {
    copies: streams.map(replicaIn),
    statuses: streams.map(({ status }) => status),
    ids: streams.map(({ events }) => events.map(({ id }) => id)),
    texts: streams.map(({ events }) => textIn(events)),
    generations: await generationsFor(context, body.content),
  };
}
