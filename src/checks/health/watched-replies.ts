import { setTimeout as pause } from "node:timers/promises";
import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { MissingEndpoint } from "../../harness/target-errors.ts";
import { countAt } from "../../targets/drivers/json-place.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Target } from "../../targets/open-target.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { startTalk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { generationsOf } from "../engine-generations.ts";
import { hear } from "../hear-reply.ts";
import { type Disturbance, timeUndisturbed } from "../measurement-disturbance.ts";
import { sayIn } from "../say-and-hear.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";

export type ContractService = "hmi" | "gateway";
export const SERVICES: readonly ContractService[] = ["hmi", "gateway"];

/** Of a wire that is not ours, the one service that messages are sent to. */
export type AskedService = Target["front"];

/** The health of one service, asked at one moment; times are milliseconds since the watching began. */
export interface HealthLook {
  readonly service: AskedService;
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
  /** What the engine was asked for it; null where it is not watched. */
  readonly generations: readonly SeenGeneration[] | null;
  readonly looks: readonly HealthLook[];
}

/** What was seen of the services before, during and after replies. */
export interface Watched extends Disturbance {
  readonly before: readonly HealthLook[];
  readonly replies: readonly WatchedReply[];
  /** As soon as no more streams were active than before; or the last look, where that did not come. */
  readonly after: readonly HealthLook[];
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
      async (attempt) =>
        (await watchBriefly(context, lastsMs, attempt)) ??
        (await watchOnce(context, attempt * lastsMs, attempt)),
    );
    return { ...seen, ...disturbance };
  });
}

/** How long a reply lasts that shows all where a machine has time, in milliseconds. */
const BRIEF_MS = 400;

/** The same with brief replies, where the engine takes its time as it is told; undefined where they did not show all. */
async function watchBriefly(
  context: Context,
  lastsMs: number,
  attempt: number,
): Promise<Omit<Watched, keyof Disturbance> | undefined> {
  if (lastsMs <= BRIEF_MS || attempt > 1 || !context.target.capabilities.has("direct the engine"))
    return undefined;
  const watched = await watchOnce(context, BRIEF_MS, `${attempt} briefly`);
  return showsAll(watched) ? watched : undefined;
}

/** Whether each service was seen to count the replies, and was asked in time meanwhile: a longer reply could show no more. */
function showsAll(watched: Omit<Watched, keyof Disturbance>): boolean {
  const { before, replies, after } = watched;
  if (!replies.every((reply) => isWholeEnding(reply.lastWord))) return false;
  const seen = servicesIn(watched).map((service) => {
    const counts = (looks: readonly HealthLook[]) => looksAt(service, looks).map(activeToldIn);
    const [idle = null] = counts(before);
    const isCounted = replies.flatMap(({ looks }) => counts(looks)).includes((idle ?? 0) + 1);
    return {
      isCounted: isCounted || idle === null,
      // What was waited for in vain once is not waited for again.
      isStuck: counts(after).some((count) => (count ?? 0) > (idle ?? 0)),
      isQuick: replies.every((reply) =>
        looksAt(service, reply.looks).some((look) => isAnsweredIn(reply, look)),
      ),
    };
  });
  return (
    seen.every(({ isQuick }) => isQuick) &&
    (seen.some(({ isStuck }) => isStuck) || seen.every(({ isCounted }) => isCounted))
  );
}

/** What waits for the end of a reply is answered at its end; what does not, long before. */
const SHARE_OF_REPLY = 0.75;

/** The latest that a look at a service shows that it does not wait for the end of this reply. */
export function soonIn({ began_ms, ended_ms }: Pick<WatchedReply, "began_ms" | "ended_ms">): number {
  return began_ms + SHARE_OF_REPLY * (ended_ms - began_ms);
}

/** Whether this look at a service was answered while the reply went on. */
export function isAnsweredIn(reply: WatchedReply, { answered_ms, call }: HealthLook): boolean {
  return answered_ms <= soonIn(reply) && call.status < 300;
}

async function watchOnce(
  context: Context,
  lastsMs: number,
  attempt: number | string,
): Promise<Omit<Watched, keyof Disturbance>> {
  const start = performance.now();
  const { target } = context;
  const look = (): Promise<HealthLook[]> => lookAtAll(context, start);
  // What somebody else has just begun, or a check before, is over in a moment.
  const isIdle = (looks: readonly HealthLook[]): boolean => looks.every((each) => activeIn(each) === 0);
  const before = await pollUntil(context, patienceOf(target), look, isIdle);
  const metricsBefore = await metricsIfAny(context);
  const replies: WatchedReply[] = [];
  for (const { what, options } of replyKinds(target, lastsMs)) {
    replies.push({ what, ...(await watchOne(context, { options, lastsMs }, `${what} ${attempt}`, start)) });
  }
  const isQuiet = (looks: readonly HealthLook[]): boolean =>
    looks.every((each, index) => activeIn(each) <= activeIn(before[index] ?? each));
  const after = await pollUntil(context, patienceOf(target), look, isQuiet);
  return { before, replies, after, metrics: [...metricsBefore, ...(await metricsIfAny(context))] };
}

/** The streams that a service says are active; none where it does not say. */
export function activeIn(look: Pick<HealthLook, "call">): number {
  return activeToldIn(look) ?? 0;
}

/** The same; null where it does not say. */
export function activeToldIn({ call }: Pick<HealthLook, "call">): number | null {
  return countAt(call.body, "active_streams");
}

/** Those of one service. */
export function looksAt(service: AskedService, looks: readonly HealthLook[]): readonly HealthLook[] {
  return looks.filter((look) => look.service === service);
}

/** All that was answered when one service was asked how it is, in that order. */
export function allAnswers(service: AskedService, { before, replies, after }: Watched): readonly SeenCall[] {
  const looks = [...before, ...replies.flatMap((reply) => reply.looks), ...after];
  return looksAt(service, looks).map(({ call }) => call);
}

/** The services that were asked. */
export function servicesIn({ before }: Pick<Watched, "before">): readonly AskedService[] {
  return [...new Set(before.map(({ service }) => service))];
}

const TOKENS = 15;

/** An engine that cannot be directed loads when it likes, so that only its streaming is watched. */
function replyKinds({ capabilities }: Target, lastsMs: number) {
  const loading = { num_predict: 1, stand_in_token_ms: 0, stand_in_load_ms: lastsMs };
  const streaming = { num_predict: 32, stand_in_tokens: TOKENS, stand_in_token_ms: lastsMs / TOKENS };
  return [
    ...(capabilities.has("direct the engine")
      ? [{ what: "the engine loads" as const, options: loading }]
      : []),
    { what: "a reply streams" as const, options: streaming },
  ];
}

async function watchOne(
  context: Context,
  { options, lastsMs }: { readonly options: EngineOptions; readonly lastsMs: number },
  topic: string,
  start: number,
): Promise<Omit<WatchedReply, "what">> {
  await generationsOf(context, "");
  const talk = await startTalk(context, { name: "health", options });
  const began_ms = since(start);
  let ended_ms: number | undefined;
  const { heartbeatMs } = context.target.settings;
  // Often at first, because a reply may be short; a reply of minutes needs no thousands of looks.
  let betweenMs = Math.min(heartbeatMs, lastsMs, 1_000) / 8;
  const taken = sayIn(context, talk, `Count to 100. ${context.canary(topic)}`);
  const ended = taken
    .then((sent) => hear(context, talk, sent).ended)
    .finally(() => {
      ended_ms = since(start);
    });
  // Whoever waits for the end is told.
  ended.catch(() => undefined);
  // Where the sending call streams, it may be answered only with the first token.
  await Promise.race([taken.catch(() => undefined), pause(betweenMs)]);
  const looks: HealthLook[] = [];
  while (ended_ms === undefined) {
    looks.push(...(await lookAtAll(context, start)));
    // In step with the stack: a reply of minutes needs no thousands of looks.
    await pause(betweenMs, undefined, { signal: context.signal });
    betweenMs = Math.min(1.2 * betweenMs, heartbeatMs / 6);
  }
  const stream = await ended;
  const generations = await generationsOf(context, (await taken).text);
  return { began_ms, ended_ms: ended_ms ?? since(start), lastWord: lastWord(stream), generations, looks };
}

async function lookAtAll(context: Context, start: number): Promise<HealthLook[]> {
  const { target, signal } = context;
  const path = hmiRoutes.health.path();
  const asking: [AskedService, () => Promise<SeenCall>][] = target.capabilities.has("speak the contract")
    ? SERVICES.map((service) => [service, () => target[service].call("GET", path, { signal })])
    : [[target.front, () => target.chat.health(signal)]];
  return await Promise.all(
    asking.map(async ([service, ask]): Promise<HealthLook> => {
      const asked_ms = since(start);
      const call = await ask();
      return { service, asked_ms, answered_ms: since(start), call };
    }),
  );
}

/** The same, for claims about the metrics. Throws {@link MissingEndpoint} where the target is known to have none. */
export async function watchMetrics(context: Context): Promise<Watched> {
  await readMetrics(context);
  return await watchReplies(context);
}

async function metricsIfAny(context: Context): Promise<SeenCall[]> {
  if (!context.target.capabilities.has("speak the contract")) return [];
  try {
    return [await readMetrics(context)];
  } catch (error) {
    if (error instanceof MissingEndpoint) return [];
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
  const failed = replies.find((reply) => !isWholeEnding(reply.lastWord));
  if (failed !== undefined) throw new CouldNotRun(`while ${failed.what}: it ended with ${failed.lastWord}`);
}
