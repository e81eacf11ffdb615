import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { GenerationList } from "../../src/contract/engine-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { greatest } from "../statistics.ts";
import { authorizationOf, type Cluster } from "./cluster.ts";
import { anyDisturbance, type Disturbance, describeDisturbance, disturb, kindOf } from "./disturbance.ts";
import { anyExchange, type ClientEvidence, type ExchangePlan, runExchange } from "./exchange.ts";
import { type ExchangeEvidence, judgeExchange } from "./judge-exchange.ts";
import { callPatiently } from "./patient-call.ts";
import { streamingReplies, writesTo } from "./store-audit.ts";

/** What happens in a round. */
export interface RoundPlan {
  readonly exchanges: readonly ExchangePlan[];
  readonly disturbance: Disturbance;
  /** From the round's beginning to the disturbance, in milliseconds. */
  readonly afterMs: number;
}

/** What was seen of a round. */
export interface RoundResult {
  readonly disturbance: string;
  /** See `kindOf`. */
  readonly kind: string;
  readonly faults: readonly string[];
  /** How many replies ended in which way. */
  readonly endings: Readonly<Record<string, number>>;
  /** How long a reader waited for the next piece of text at most, in milliseconds. */
  readonly longestGapMs: number;
  /** From the disturbance to the end of the last generation that was broken off without a cancel; null where none was. */
  readonly brokenOffMs: number | null;
  /** The longest time to the first text of a message that followed a reply which had failed; null where none had. */
  readonly nextTextMs: number | null;
  readonly tookMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Of each round. */
  readonly replies: number;
  /** Only rounds of this kind; see `kindOf`. */
  readonly only?: string | undefined;
}

/** The rounds that a seed makes. */
export function planRounds({ seed, rounds, replies, only }: PlanOptions): RoundPlan[] {
  const anyRound = fc.record({
    exchanges: fc.array(anyExchange, { minLength: replies, maxLength: replies }),
    disturbance: only === undefined ? anyDisturbance : anyDisturbance.filter((one) => kindOf(one) === only),
    afterMs: fc.integer({ min: 300, max: 7_000 }),
  });
  return fc.sample(fc.noBias(anyRound), { seed, numRuns: rounds });
}

/** The stand-in says what it is with its first reply. */
export async function sayHello({ url }: Cluster): Promise<void> {
  const until = performance.now() + TOLD_WITHIN_MS;
  await runExchange(
    { base: url, authorization: authorizationOf(0), name: "hello", until: () => until },
    { startsAfterMs: 0, words: 1, leavesAt: Number.POSITIVE_INFINITY, cancelledAfterMs: null },
  );
}

/** How long after the end of a disturbance everything has to be told, in milliseconds. */
const TOLD_WITHIN_MS = 60_000;

/** How long after that nothing may run any more: a gateway lets a reply go on for 25 s that nobody reads. */
const QUIET_WITHIN_MS = 40_000;

/** Runs a round, and judges it once all is quiet. */
export async function runRound(cluster: Cluster, number: number, plan: RoundPlan): Promise<RoundResult> {
  const begunAt = performance.now();
  const before = (await cluster.generationsAfter(0)).at(-1)?.id ?? 0;
  let givenUpAt = Number.POSITIVE_INFINITY;
  const until = (): number => givenUpAt;
  const clients = Promise.all(
    plan.exchanges.map((exchange, index) => {
      const authorization = authorizationOf(index);
      return runExchange({ base: cluster.url, authorization, name: `r${number}m${index}`, until }, exchange);
    }),
  );
  await sleep(plan.afterMs);
  const disturbedAt = Date.now();
  await disturb(cluster, plan.disturbance);
  givenUpAt = performance.now() + TOLD_WITHIN_MS;
  const seen = await clients;
  await cluster.untilReady();
  const leftover = await untilQuiet(cluster, before);
  const evidence = await collect(cluster, seen, await cluster.generationsAfter(before));
  const faults = evidence.flatMap((each) =>
    judgeExchange(each).map((fault) => `${each.client.name} ${fault}`),
  );
  return {
    disturbance: describeDisturbance(plan.disturbance),
    kind: kindOf(plan.disturbance),
    faults: [...leftover, ...cluster.takeFailures(), ...faults],
    endings: endingsOf(evidence),
    longestGapMs: Math.round(Math.max(0, ...seen.map(({ reader }) => reader?.longestGapMs ?? 0))),
    brokenOffMs: brokenOffMs(evidence, disturbedAt),
    nextTextMs: greatest(seen.flatMap(({ nextTextMs }) => nextTextMs ?? [])),
    tookMs: Math.round(performance.now() - begunAt),
  };
}

/** Waits until no reply is written and no generation runs; what is left then, in words. */
async function untilQuiet(cluster: Cluster, before: number): Promise<string[]> {
  const until = performance.now() + QUIET_WITHIN_MS;
  for (;;) {
    const streaming = await streamingReplies(cluster.postgresql);
    const running = (await cluster.generationsAfter(before)).filter(
      ({ ended }) => ended === "running",
    ).length;
    if (streaming + running === 0) return [];
    if (performance.now() > until) {
      return [`${streaming} replies were left streaming, and ${running} generations running`];
    }
    await sleep(200);
  }
}

async function collect(
  cluster: Cluster,
  seen: readonly ClientEvidence[],
  generations: GenerationList["generations"],
): Promise<ExchangeEvidence[]> {
  const replyIds = seen.flatMap(({ acknowledged }) => acknowledged?.replyId ?? []);
  const writes = Map.groupBy(await writesTo(cluster.postgresql, replyIds), ({ replyId }) => replyId);
  const until = performance.now() + TOLD_WITHIN_MS;
  return await Promise.all(
    seen.map(async (client, index) => ({
      client,
      rows: await rowsOf(cluster, client, { authorization: authorizationOf(index), until }),
      writes: writes.get(client.acknowledged?.replyId ?? "") ?? [],
      generations: generations.filter(({ messages }) => messages?.at(-1)?.content === client.content),
    })),
  );
}

async function rowsOf(
  cluster: Cluster,
  { acknowledged }: ClientEvidence,
  { authorization, until }: { authorization: Readonly<Record<string, string>>; until: number },
): Promise<ExchangeEvidence["rows"]> {
  if (acknowledged === undefined) return undefined;
  const path = hmiRoutes.messages.path({ session_id: acknowledged.sessionId });
  const answer = await callPatiently(cluster.url + path, () => until, { authorization }).catch(
    () => undefined,
  );
  return answer?.json.messages;
}

function endingsOf(evidence: readonly ExchangeEvidence[]): Record<string, number> {
  const statuses = evidence.map(({ rows, client }) => {
    const reply = rows?.find(({ message_id }) => message_id === client.acknowledged?.replyId);
    return reply?.status ?? "unknown";
  });
  return Object.fromEntries(
    [...Map.groupBy(statuses, (status) => status)].map(([status, all]) => [status, all.length]),
  );
}

function brokenOffMs(evidence: readonly ExchangeEvidence[], disturbedAt: number): number | null {
  const ends = evidence
    .filter(({ client }) => client.cancel === undefined)
    .flatMap(({ generations }) => generations)
    .flatMap(({ ended, ended_at }) => (ended === "aborted" && ended_at !== null ? Date.parse(ended_at) : []));
  const last = greatest(ends);
  return last === null ? null : last - disturbedAt;
}
