/** One measurement of `../growth.ts`, in namespaces of its own. */
import { writeFileSync } from "node:fs";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { quantile } from "../statistics.ts";
import { authorizationOf, Cluster, personOf } from "./cluster.ts";
import { cpuTimeNow } from "./cpu-time.ts";
import { runExchange } from "./exchange.ts";
import { actIsolated } from "./isolation.ts";
import { addConversations } from "./many-conversations.ts";
import { Network } from "./network.ts";
import { callPatiently } from "./patient-call.ts";
import { sayHello } from "./round.ts";

export interface GrowthJob {
  /** Of each service. */
  readonly copies: number;
  /** Of the person who is measured. */
  readonly conversations: number;
  readonly folder: string;
  /** Where the result goes, as JSON. */
  readonly result: string;
}

/** What is measured; times in milliseconds. */
export interface GrowthResult {
  readonly copies: number;
  readonly conversations: number;
  readonly firstToken: Percentiles;
  readonly list: Percentiles;
  readonly open: Percentiles;
  /** Until a message is acknowledged, in a conversation that is there. */
  readonly send: Percentiles;
  /** CPU time of a message with its reply: of gateways and HMIs, and of PostgreSQL. */
  readonly servicesCpu: number;
  readonly postgresqlCpu: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Ten messages a second, with replies of twelve tokens. */
const MESSAGES = 200;
const EVERY_MS = 100;
const PLAN = { words: 10, leavesAt: Number.POSITIVE_INFINITY, cancelledAfterMs: null };
const TOKEN_DELAY_MS = 20;
const CALLS = 100;

await actIsolated("The measurement", async () => {
  const job = JSON.parse(process.argv[2] ?? "") as GrowthJob;
  writeFileSync(job.result, JSON.stringify(await measure(job)));
});

async function measure({ copies, conversations, folder }: GrowthJob): Promise<GrowthResult> {
  const cluster = await Cluster.start(await Network.create(), {
    copies,
    tokenDelayMs: TOKEN_DELAY_MS,
    folder,
  });
  await sayHello(cluster);
  await addConversations(cluster.postgresql, personOf(0), conversations);
  // What is first is slower than what follows.
  await sendMany(cluster, 40, "warm");
  const before = cpuTimeNow();
  const firstToken = await sendMany(cluster, MESSAGES, "message");
  const after = cpuTimeNow();
  return {
    ...{ copies, conversations, firstToken },
    ...(await callMany(cluster, conversations)),
    servicesCpu: (after.services - before.services) / MESSAGES,
    postgresqlCpu: (after.postgresql - before.postgresql) / MESSAGES,
  };
}

/** New conversations of all people; returns the time from each sending to the first token at its reader. */
async function sendMany({ url }: Cluster, count: number, word: string): Promise<Percentiles> {
  const until = () => Number.POSITIVE_INFINITY;
  const seen = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const client = { base: url, authorization: authorizationOf(index), name: `${word}${index}`, until };
      return runExchange(client, { ...PLAN, startsAfterMs: index * EVERY_MS });
    }),
  );
  return percentiles(seen.map(({ firstTextMs }) => firstTextMs ?? Number.NaN));
}

/** The calls of a page, one after the other, with no other load. */
async function callMany(
  { url }: Cluster,
  conversations: number,
): Promise<Pick<GrowthResult, "list" | "open" | "send">> {
  const times = { list: [] as number[], open: [] as number[], send: [] as number[] };
  const authorization = authorizationOf(0);
  const call = async (into: number[], path: string, body?: object) => {
    const begunAt = performance.now();
    const { json } = await callPatiently(url + path, () => Number.POSITIVE_INFINITY, {
      authorization,
      ...(body && { body }),
    });
    into.push(performance.now() - begunAt);
    return json;
  };
  const pageAt = (offset: number) => {
    const query = { limit: String(CALLS), model_id: "none", offset: String(offset) };
    return hmiRoutes.sessions.path(undefined, query);
  };
  // Each is sent one message: the reply to another one may still run.
  const { sessions } = await call([], pageAt(0));
  for (const [number, { session_id }] of sessions.entries()) {
    await call(times.list, pageAt(Math.floor((conversations / CALLS) * number)));
    await call(times.open, hmiRoutes.messages.path({ session_id }));
    await call(times.send, hmiRoutes.sendMessage.path(), { session_id, message: "Say: yes" });
  }
  return { list: percentiles(times.list), open: percentiles(times.open), send: percentiles(times.send) };
}

function percentiles(samples: readonly number[]): Percentiles {
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}
