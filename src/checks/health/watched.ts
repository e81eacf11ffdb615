import { setTimeout as pause } from "node:timers/promises";
import { Health } from "../../contract/common.ts";
import type { EngineOptions } from "../../contract/gateway.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { Lacks } from "../../errors.ts";
import { CouldNotRun } from "../../harness/check.ts";
import type { SeenCall } from "../../target/http.ts";
import type { Target } from "../../target/target.ts";
import { lookUntil, patienceOf, readReply, say } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";
import { lastWord } from "../stream-words.ts";
import { type Disturbance, timeUndisturbed } from "../undisturbed.ts";

export type Service = "hmi" | "gateway";
export const SERVICES: readonly Service[] = ["hmi", "gateway"];

/** The health of one service, asked at one moment; times are milliseconds since the watching began. */
export interface Look {
  readonly service: Service;
  readonly asked_ms: number;
  readonly answered_ms: number;
  readonly call: SeenCall;
}

/** A reply during which the health of the services was asked, again and again. */
export interface WatchedReply {
  readonly what: "the engine loads" | "a reply streams";
  readonly began_ms: number;
  readonly ended_ms: number;
  readonly lastWord: string;
  readonly looks: readonly Look[];
}

/** What was seen of the services before, during and after replies. */
export interface Watched extends Disturbance {
  readonly before: readonly Look[];
  readonly replies: readonly WatchedReply[];
  /** As soon as no more streams were active than before; or the last look, where that did not come. */
  readonly after: readonly Look[];
  /** `GET /metrics` of the gateway, before and after; empty where the target is known to have none. */
  readonly metrics: readonly SeenCall[];
}

/** Has replies made, and asks the services meanwhile how they are. */
export async function watchReplies(context: Context): Promise<Watched> {
  return await context.share("watched replies", async () => {
    const lastsMs = Math.min(context.target.settings.heartbeatMs, 1_000);
    // A reply that takes longer shows the same on a machine that is busier: a report passes three services.
    const { seen, ...disturbance } = await timeUndisturbed(
      (attempt) => (attempt * lastsMs) / 2,
      (attempt) => watchOnce(context, attempt * lastsMs, attempt),
    );
    return { ...seen, ...disturbance };
  });
}

async function watchOnce(
  context: Context,
  lastsMs: number,
  attempt: number,
): Promise<Omit<Watched, keyof Disturbance>> {
  const start = performance.now();
  const { target } = context;
  const look = (): Promise<Look[]> => lookAtBoth(context, start);
  const before = await look();
  const metricsBefore = await metricsIfAny(context);
  const replies: WatchedReply[] = [];
  for (const { what, options } of replyKinds(target, lastsMs)) {
    replies.push({ what, ...(await watchOne(context, options, `${what} ${attempt}`, start)) });
  }
  const isQuiet = (looks: readonly Look[]): boolean =>
    looks.every((each, index) => activeIn(each) <= activeIn(before[index] ?? each));
  const after = await lookUntil(context, patienceOf(target), look, isQuiet);
  return { before, replies, after, metrics: [...metricsBefore, ...(await metricsIfAny(context))] };
}

/** The streams that a service says are active; none where its health cannot be read. */
export function activeIn({ call }: Pick<Look, "call">): number {
  return Health.safeParse(call.body).data?.active_streams ?? 0;
}

const TOKENS = 15;

/** An engine that cannot be directed loads when it likes, so that only its streaming is watched. */
function replyKinds({ capabilities }: Target, lastsMs: number) {
  const loading = { num_predict: 1, stand_in_token_ms: 0, stand_in_load_ms: lastsMs };
  const streaming = { num_predict: 64, stand_in_tokens: TOKENS, stand_in_token_ms: lastsMs / TOKENS };
  return [
    ...(capabilities.has("direct the engine")
      ? [{ what: "the engine loads" as const, options: loading }]
      : []),
    { what: "a reply streams" as const, options: streaming },
  ];
}

async function watchOne(
  context: Context,
  options: EngineOptions,
  topic: string,
  start: number,
): Promise<Omit<WatchedReply, "what">> {
  const name = context.canary(topic);
  const sessionId = await makeSession(context, await makeProfile(context, { name, options }));
  const began_ms = since(start);
  await say(context, sessionId, `Count to 100. ${name}`);
  const reading = readReply(context, sessionId);
  let ended_ms: number | undefined;
  const ended = reading.ended.then((stream) => {
    ended_ms = since(start);
    return stream;
  });
  const looks: Look[] = [];
  while (!reading.hasEnded) {
    looks.push(...(await lookAtBoth(context, start)));
    // In step with the stack: a reply of minutes needs no thousands of looks.
    await pause(context.target.settings.heartbeatMs / 6, undefined, { signal: context.signal });
  }
  const stream = await ended;
  return { began_ms, ended_ms: ended_ms ?? since(start), lastWord: lastWord(stream), looks };
}

async function lookAtBoth(context: Context, start: number): Promise<Look[]> {
  return await Promise.all(
    SERVICES.map(async (service): Promise<Look> => {
      const asked_ms = since(start);
      const path = hmiRoutes.health.path();
      const call = await context.target[service].call("GET", path, { signal: context.signal });
      return { service, asked_ms, answered_ms: since(start), call };
    }),
  );
}

/** The same, for claims about the metrics. Throws {@link Lacks} where the target is known to have none. */
export async function watchMetrics(context: Context): Promise<Watched> {
  await readMetrics(context);
  return await watchReplies(context);
}

async function metricsIfAny(context: Context): Promise<SeenCall[]> {
  try {
    return [await readMetrics(context)];
  } catch (error) {
    if (error instanceof Lacks) return [];
    throw error;
  }
}

async function readMetrics(context: Context): Promise<SeenCall> {
  return await context.target.gateway.call("GET", gatewayRoutes.metrics.path(), { signal: context.signal });
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}

/** Throws {@link CouldNotRun} where a reply that was to be watched was not written to its end. */
export function requireReplies({ replies }: Watched): void {
  const failed = replies.find((reply) => !/^done \((stop|length)\)$/.test(reply.lastWord));
  if (failed !== undefined) throw new CouldNotRun(`while ${failed.what}: it ended with ${failed.lastWord}`);
}
