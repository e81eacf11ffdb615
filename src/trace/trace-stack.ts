/** One message followed through every hop of a stack: the call behind `stack trace`. */
import { isSameModelName } from "../contract/model-names.ts";
import { UserError } from "../errors/user-error.ts";
import type { EngineWatch } from "../targets/engine-watch.ts";
import type { HttpClient } from "../targets/http-client.ts";
import type { ServiceAddressSources } from "../targets/service-address-source.ts";
import { SERVICE_TITLES } from "../targets/service-titles.ts";
import { tokenRefused } from "../targets/token-refused.ts";
import { closeTracePlace, openTracePlace, type TracePlace } from "./ask-chat-hop.ts";
import { askEngineHop } from "./ask-engine-hop.ts";
import {
  type AskableHop,
  askableHops,
  type HopClients,
  type PassOptions,
  passThrough,
} from "./askable-hops.ts";
import { connectHops } from "./connect-hops.ts";
import { diagnoseTrace } from "./diagnose-trace.ts";
import type { HopName } from "./hop-names.ts";
import type { MessageForAll } from "./hop-question.ts";
import { isWaitExplained } from "./judge-first-token.ts";
import { followEngine } from "./match-engine-requests.ts";
import { LOAD_WITHIN_MS, REPLY_OPTIONS, type TraceOptions } from "./trace-options.ts";
import type { HopObservation, TraceFindingKind, TraceObservations, TraceReport } from "./trace-report.ts";

/** The shortest patience with one pass, and the longest, in milliseconds. */
const PATIENCE_MS = { least: 30_000, most: 300_000 };

/** How many times as long as the engine itself takes is waited for a hop. */
const PATIENCE_FACTOR = 10;

/**
 * Follows one message through every hop, each asked from outside, and says what is wrong.
 *
 * @throws UserError `unreachable` where nothing answers at any address, `unauthorized` where a service asks for another token
 * @throws the signal's reason
 */
export async function traceStack(options: TraceOptions): Promise<TraceReport> {
  const started_at = new Date().toISOString();
  const start = performance.now();
  const opened: HttpClient[] = [];
  let place: TracePlace | undefined;
  try {
    const stack = await connectHops(options, opened);
    const { question, clients, watch } = stack;
    const warm_up = await warmUp(clients, question, options);
    place = await openTracePlace(clients.front.chat, question, options.signal);
    const follower = await followEngine(watch, options.signal);
    const asked = askableHops({ ...clients, place });
    const passing = { ...options, follower, onProgress: options.onProgress ?? ignore };
    const hops = await askHops(asked, question, { ...passing, warmUp: warm_up });
    requireSome(hops, options.target);
    const about = {
      message: question.message,
      model: commonModel(hops),
      set_model: options.isModelGiven === true ? (options.target.model ?? null) : null,
      options: question.options,
      record: recordOf(watch),
      ...{ deaths: [], undone_deletions: [] },
    };
    const seen = await askAgainWhereLate({ ...about, hops }, asked, question, passing);
    const deaths = (await options.deathsMeanwhile?.()) ?? [];
    await closeTracePlace(place);
    const observed = { ...seen, deaths, undone_deletions: place.undone };
    return {
      ...diagnoseTrace(observed),
      ...observed,
      started_at,
      took_ms: Math.round(performance.now() - start),
      warm_up,
      left_behind: place.leftBehind,
    };
  } catch (error) {
    if (place !== undefined) await closeTracePlace(place);
    throw error;
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}

/** One short request, so that the model is loaded; null where the engine took none. */
async function warmUp(
  { engine, engineApi, models, signal }: Pick<HopClients, "engine" | "engineApi" | "models" | "signal">,
  question: MessageForAll,
  { onProgress = ignore }: Pick<TraceOptions, "onProgress">,
): Promise<TraceReport["warm_up"]> {
  if (engine === undefined) return null;
  onProgress("loading the model, by one short request");
  const start = performance.now();
  const model = models.engine?.model ?? null;
  const short = { ...question, model, options: { ...REPLY_OPTIONS, num_predict: 1 } };
  const pass = await askEngineHop(engine, engineApi, short, signal);
  if (pass.problem !== null) return null;
  return { took_ms: Math.round(performance.now() - start), load_ms: pass.timings?.load_ms ?? null };
}

/** Asks one hop after the other: together they would wait for each other in the engine's queue. */
async function askHops(
  hops: readonly AskableHop[],
  question: MessageForAll,
  options: Omit<PassOptions, "isLoaded"> & { readonly warmUp: TraceReport["warm_up"] },
): Promise<HopObservation[]> {
  const observed: HopObservation[] = [];
  const { warmUp } = options;
  const loaded = new Set<string | null>(warmUp === null ? [] : [hops[0]?.model ?? null]);
  for (const hop of hops) {
    const isLoaded = loaded.has(hop.model);
    const warmMs = warmUp === null ? null : warmUp.took_ms - (warmUp.load_ms ?? 0);
    const engineMs = observed[0]?.passes.at(-1)?.ended_ms ?? warmMs;
    const patienceMs = isLoaded ? patienceFor(engineMs) : LOAD_WITHIN_MS;
    const seen = await passThrough(hop, { ...question, patienceMs }, { ...options, isLoaded });
    observed.push(seen);
    if (seen.passes.some(({ text }) => text !== "")) loaded.add(hop.model);
  }
  return observed;
}

/** The model that all hops were asked for, by any of their names for it; null where there were several, or none. */
function commonModel(hops: readonly HopObservation[]): string | null {
  const model = hops[0]?.model ?? null;
  return model !== null && hops.every((hop) => hop.model !== null && isSameModelName(hop.model, model))
    ? model
    : null;
}

/** What may be the machine's doing and not the hop's. */
const LATE: ReadonlySet<TraceFindingKind> = new Set<TraceFindingKind>([
  "held_back",
  "asked_before",
  "queued",
  "delay",
]);

/** How many more times a hop that seems late is asked, before that is said. */
const MORE_TIMES = 2;

/** On a busy machine anything may be late once: what seems so, and what is behind it, is asked again. */
async function askAgainWhereLate(
  trace: TraceObservations,
  hops: readonly AskableHop[],
  question: MessageForAll,
  options: Omit<PassOptions, "isLoaded">,
): Promise<TraceObservations> {
  let seen = trace;
  for (let time = 0; time < MORE_TIMES; time += 1) {
    const late = diagnoseTrace(seen).findings.find(({ kind }) => LATE.has(kind))?.hop;
    const behind = hops.find(({ hop }) => hop === late)?.behind;
    const passes = seen.hops.find(({ hop }) => hop === late)?.passes ?? [];
    if (late === undefined || passes.every(isWaitExplained)) return seen;
    const again = [];
    for (const observed of seen.hops) {
      const hop = hops.find(
        (each) => each.hop === observed.hop && (each.hop === late || each.hop === behind),
      );
      const more = hop && (await passThrough(hop, question, { ...options, passes: 1, isLoaded: true }));
      again.push({ ...observed, passes: [...observed.passes, ...(more?.passes ?? [])] });
    }
    seen = { ...seen, hops: again };
  }
  return seen;
}

function patienceFor(engineMs: number | null): number {
  const wanted = Math.round((engineMs ?? 0) * PATIENCE_FACTOR);
  return Math.min(Math.max(wanted, PATIENCE_MS.least), PATIENCE_MS.most);
}

function requireSome(hops: readonly HopObservation[], { origins = {} }: TraceOptions["target"]): void {
  const refusing = hops.find(
    ({ hop, passes }) => hop !== "engine" && passes.some(({ status }) => status === 401),
  );
  if (refusing !== undefined) throw tokenRefused(TITLES[refusing.hop], refusing.url);
  if (hops.some(({ passes }) => passes.some(({ status }) => status !== null))) return;
  const places = hops.map(({ hop, url, passes }) => `${hop} ${url} (${passes[0]?.problem ?? "nothing"})`);
  throw new UserError("unreachable", `Nothing answers: ${places.join(", ")}.`, {
    hint: `${startAdvice(hops, origins)}, or say where the stack is: --hmi, --gateway, --engine.`,
  });
}

/** What is started, and how; what names the addresses, where no command of ours starts it. */
function startAdvice(hops: readonly HopObservation[], origins: ServiceAddressSources): string {
  const known = hops.flatMap(({ hop }) => (hop === "proxy" ? [] : (origins[hop] ?? [])));
  if (known.some(({ isStartedByStack }) => isStartedByStack)) return "Run `stack up` first";
  const settings = known.map(({ namedBy }) => namedBy).filter((each) => !each.startsWith("--"));
  return settings.length === 0
    ? "Nothing listens there: start it"
    : `Nothing listens there (the addresses are from ${settings.join(", ")}): start it`;
}

const TITLES: Readonly<Record<HopName, string>> = { ...SERVICE_TITLES, proxy: "proxy" };

function recordOf({ generationsAfter, isStandIn }: EngineWatch): TraceReport["record"] {
  if (generationsAfter === undefined) return null;
  return isStandIn ? "stand-in" : "tap";
}

function ignore(): void {
  // Nobody watches.
}
