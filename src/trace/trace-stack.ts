/** One message followed through every hop of a stack: the call behind `stack trace`. */
import type { Config } from "../config/config-schema.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import type { EngineOptions } from "../contract/gateway-schemas.ts";
import { modelInForce } from "../contract/model-names.ts";
import { gatewayRoutes } from "../contract/routes.ts";
import { UserError } from "../errors.ts";
import { createAbsentClient } from "../targets/absent-client.ts";
import { connectChat, driverOf } from "../targets/connect-chat.ts";
import { SERVICE_TITLES } from "../targets/connection-parts.ts";
import { departuresOf } from "../targets/departures.ts";
import type { ChatClient } from "../targets/drivers/chat-client.ts";
import { type EngineWatch, watchEngine } from "../targets/engine-watch.ts";
import { createForeignClient, isLacking } from "../targets/foreign-client.ts";
import { createHttpClient, type HttpClient } from "../targets/http-client.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { tokenRefused } from "../targets/token-refused.ts";
import { closeTracePlace, openTracePlace, type TracePlace } from "./ask-chat-hop.ts";
import { askEngine, listEngineModels } from "./ask-engine-hop.ts";
import {
  type AskableHop,
  askableHops,
  type HopClients,
  type PassOptions,
  type ProxyBefore,
  passThrough,
} from "./askable-hops.ts";
import { diagnoseTrace } from "./diagnose-trace.ts";
import { followEngine } from "./engine-requests.ts";
import type { HopName } from "./hop.ts";
import type { HopQuestion } from "./hop-question.ts";
import type { FindingKind, HopObservation, TraceObservations, TraceReport } from "./trace-report.ts";

export interface TraceOptions {
  /** The stack, by the driver that it says. `model` is the configured one. */
  readonly target: TargetUrls;
  /** The address of a proxy before the HMI, or before the gateway: whatever answers there tells which. */
  readonly via?: string | undefined;
  readonly message: string;
  /** The engine's name of the model; undefined for the configured one, or what stands in for it. */
  readonly model?: string | undefined;
  readonly engineApi: Config["engine"]["api"];
  /** How often each hop is asked: the first time may be slow for reasons that are over then. */
  readonly passes: number;
  /** Ends the trace; what was made is deleted all the same. */
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly onProgress?: (words: string) => void;
}

/** A reply that is long enough to see its pace, and the same each time as far as a model can be held to that. */
const OPTIONS: EngineOptions = { num_predict: 24, temperature: 0, seed: 1 };

/** The stand-in is too fast for anybody to hold its text back: so it pauses once. */
const STAND_IN_PAUSE: EngineOptions = { stand_in_pause_after: 6, stand_in_pause_ms: 300 };

/** How long the first looks may take, in milliseconds. */
const LOOK_WITHIN_MS = 10_000;

/** A model may take minutes to load from a slow disk; nothing else of the first answer may. In milliseconds. */
const LOAD_WITHIN_MS = 300_000;

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
    const stack = await connect(options, opened);
    const { question, clients, watch } = stack;
    const warm_up = await warmUp(clients, question, options);
    place = await openTracePlace(clients.front.chat, question, options.signal);
    const follower = await followEngine(watch, options.signal);
    const asked = askableHops({ ...clients, place });
    const passing = { ...options, follower, onProgress: options.onProgress ?? ignore };
    const hops = await askHops(asked, question, { ...passing, warmUp: warm_up });
    requireSome(hops);
    const { message, model } = question;
    const about = { message, model, options: question.options, record: recordOf(watch) };
    const observed = await askAgainWhereLate({ ...about, hops }, asked, question, passing);
    await closeTracePlace(place);
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

interface ConnectedStack {
  readonly question: HopQuestion;
  readonly clients: Omit<HopClients, "place">;
  readonly watch: EngineWatch;
}

/** Who holds a stream back to compress it does so for browsers, which accept that. */
const AS_BROWSERS = { "accept-encoding": "gzip, deflate, br" } as const;

/** Makes the clients, and finds out what can be asked. */
async function connect(options: TraceOptions, opened: HttpClient[]): Promise<ConnectedStack> {
  const { target, via, signal, engineApi, onProgress = ignore } = options;
  onProgress("looking at the engine");
  const engine = target.engine === undefined ? undefined : createHttpClient(target.engine, target.engineKey);
  if (engine !== undefined) opened.push(engine);
  const watch = await watchEngine(
    engine ?? createAbsentClient("", "no engine is known"),
    AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]),
    target.token,
  );
  signal.throwIfAborted();
  const isOurWire = driverOf(target) === undefined;
  const { contract, engineOptions } = whatCanBeSaid(target.contract, watch, isOurWire);
  const connected = async (url?: string) => {
    const said = { ...target, contract };
    const made = await connectChat(said, { isStandIn: watch.isStandIn, url, headers: AS_BROWSERS });
    opened.push(made.client);
    return made;
  };
  const byGateway = (url: string): HttpClient => {
    const departures = departuresOf(contract);
    const made = createForeignClient({ url, token: target.token, service: "gateway", departures });
    opened.push(made);
    return made;
  };
  const { chat, client, front } = await connected();
  const installed = await installedModels(engine, chat, engineApi, signal);
  const proxy = via === undefined ? undefined : await connectProxy(via);
  return {
    watch,
    question: {
      message: options.message,
      model: options.model ?? modelInForce(installed, target.model ?? "") ?? null,
      options: engineOptions,
      agentId: target.agentId ?? DEFAULTS.agentId,
      isOurWire,
      patienceMs: LOAD_WITHIN_MS,
    },
    clients: {
      engine: front === "engine" ? undefined : engine,
      engineApi,
      gateway: isOurWire && target.gateway !== undefined ? byGateway(target.gateway) : undefined,
      front: { hop: front, client, chat },
      proxy,
      signal,
    },
  };

  async function connectProxy(url: string): Promise<ProxyBefore> {
    if (isOurWire && (await serviceBehind(url, signal)) === "gateway") {
      return { before: "gateway", client: byGateway(url), chat: undefined };
    }
    const { chat: byProxy, client: proxyClient } = await connected(url);
    return { before: "front", client: proxyClient, chat: byProxy };
  }
}

/** The models that can be asked for, by whoever lists them; none where nobody does. */
async function installedModels(
  engine: HttpClient | undefined,
  chat: ChatClient,
  engineApi: Config["engine"]["api"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const byEngine = engine === undefined ? [] : await listEngineModels(engine, engineApi, signal);
  if (byEngine.length > 0 || chat.lacking["list models"] !== undefined) return byEngine;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]);
  return await chat.models(soon).catch(() => []);
}

/** One short request, so that the model is loaded; null where the engine took none. */
async function warmUp(
  { engine, engineApi, signal }: Pick<HopClients, "engine" | "engineApi" | "signal">,
  question: HopQuestion,
  { onProgress = ignore }: Pick<TraceOptions, "onProgress">,
): Promise<TraceReport["warm_up"]> {
  if (engine === undefined) return null;
  onProgress("loading the model, by one short request");
  const start = performance.now();
  const short = { ...question, options: { ...OPTIONS, num_predict: 1 } };
  const pass = await askEngine(engine, engineApi, short, signal);
  if (pass.problem !== null) return null;
  return { took_ms: Math.round(performance.now() - start), load_ms: pass.timings?.load_ms ?? null };
}

/** Asks one hop after the other: together they would wait for each other in the engine's queue. */
async function askHops(
  hops: readonly AskableHop[],
  question: HopQuestion,
  options: Omit<PassOptions, "isLoaded"> & { readonly warmUp: TraceReport["warm_up"] },
): Promise<HopObservation[]> {
  const observed: HopObservation[] = [];
  const { warmUp } = options;
  let isLoaded = warmUp !== null;
  for (const hop of hops) {
    const warmMs = warmUp === null ? null : warmUp.took_ms - (warmUp.load_ms ?? 0);
    const engineMs = observed[0]?.passes.at(-1)?.ended_ms ?? warmMs;
    const patienceMs = isLoaded ? patienceFor(engineMs) : LOAD_WITHIN_MS;
    const seen = await passThrough(hop, { ...question, patienceMs }, { ...options, isLoaded });
    observed.push(seen);
    isLoaded ||= seen.passes.some(({ text }) => text !== "");
  }
  return observed;
}

/** What may be the machine's doing and not the hop's. */
const LATE: ReadonlySet<FindingKind> = new Set<FindingKind>(["held_back", "asked_before", "queued", "delay"]);

/** How many more times a hop that seems late is asked, before that is said. */
const MORE_TIMES = 2;

/** On a busy machine anything may be late once: what seems so, and what is behind it, is asked again. */
async function askAgainWhereLate(
  trace: TraceObservations,
  hops: readonly AskableHop[],
  question: HopQuestion,
  options: Omit<PassOptions, "isLoaded">,
): Promise<TraceObservations> {
  let seen = trace;
  for (let time = 0; time < MORE_TIMES; time += 1) {
    const late = diagnoseTrace(seen).findings.find(({ kind }) => LATE.has(kind))?.hop;
    const behind = hops.find(({ hop }) => hop === late)?.behind;
    if (late === undefined) return seen;
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
  return Math.min(Math.max((engineMs ?? 0) * PATIENCE_FACTOR, PATIENCE_MS.least), PATIENCE_MS.most);
}

/** What of a request the back end hands on to the engine. What it lacks is asked for all the same. */
function whatCanBeSaid(
  given: ForeignContract | undefined,
  { isStandIn }: EngineWatch,
  isOurWire: boolean,
): { contract: ForeignContract | undefined; engineOptions: EngineOptions } {
  const options = isStandIn ? { ...OPTIONS, ...STAND_IN_PAUSE } : OPTIONS;
  if (given === undefined || !isOurWire) return { contract: given, engineOptions: options };
  if (!isLacking(given, "engine.options")) {
    return { contract: { ...given, lacks: {} }, engineOptions: options };
  }
  // Only the stand-in reads options in what is said.
  return isStandIn
    ? { contract: { ...given, lacks: { "engine.options": "skipped" } }, engineOptions: options }
    : { contract: { ...given, lacks: {} }, engineOptions: {} };
}

/** Which service answers through a proxy; the HMI where nobody says. */
async function serviceBehind(url: string, signal: AbortSignal): Promise<"hmi" | "gateway"> {
  const client = createHttpClient(url);
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]);
    const { body } = await client.call("GET", gatewayRoutes.health.path(), { signal: soon });
    const said = typeof body === "object" && body !== null && "service" in body ? body.service : undefined;
    return said === "gateway" ? "gateway" : "hmi";
  } catch {
    signal.throwIfAborted();
    return "hmi";
  } finally {
    await client.close();
  }
}

function requireSome(hops: readonly HopObservation[]): void {
  const refusing = hops.find(
    ({ hop, passes }) => hop !== "engine" && passes.some(({ status }) => status === 401),
  );
  if (refusing !== undefined) throw tokenRefused(TITLES[refusing.hop], refusing.url);
  if (hops.some(({ passes }) => passes.some(({ status }) => status !== null))) return;
  const places = hops.map(({ hop, url, passes }) => `${hop} ${url} (${passes[0]?.problem ?? "nothing"})`);
  throw new UserError("unreachable", `Nothing answers: ${places.join(", ")}.`, {
    hint: "Run `stack up` first, or say where the stack is: --hmi, --gateway, --engine.",
  });
}

const TITLES: Readonly<Record<HopName, string>> = { ...SERVICE_TITLES, proxy: "proxy" };

function recordOf({ generationsAfter, isStandIn }: EngineWatch): TraceReport["record"] {
  if (generationsAfter === undefined) return null;
  return isStandIn ? "stand-in" : "tap";
}

function ignore(): void {
  // Nobody watches.
}
