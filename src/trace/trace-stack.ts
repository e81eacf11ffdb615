/** One message followed through every hop of a stack: the call behind `stack trace`. */
import type { Config } from "../config/schema.ts";
import type { Departures, ForeignContract } from "../contract/foreign.ts";
import type { EngineOptions } from "../contract/gateway.ts";
import { modelInForce } from "../contract/model-names.ts";
import { gatewayRoutes } from "../contract/routes.ts";
import { UserError } from "../errors.ts";
import { departuresOf } from "../target/departures.ts";
import { type EngineWatch, watchEngine } from "../target/engine-watch.ts";
import { createForeignClient, isLacking } from "../target/foreign.ts";
import { createHttpClient, type HttpClient } from "../target/http.ts";
import { tokenRefused } from "../target/token-refused.ts";
import { askEngine, listEngineModels } from "./ask-engine.ts";
import { closeHmiPlace, type HmiPlace, openHmiPlace } from "./ask-hmi.ts";
import {
  type AskableHop,
  askableHops,
  type HopClients,
  type PassOptions,
  passThrough,
} from "./askable-hops.ts";
import { diagnoseTrace } from "./diagnose-trace.ts";
import { followEngine } from "./engine-requests.ts";
import type { HopName } from "./hop.ts";
import type { HopQuestion } from "./hop-question.ts";
import type { FindingKind, HopObservation, TraceObservations, TraceReport } from "./trace-report.ts";

export interface TraceOptions {
  readonly urls: { readonly hmi: string; readonly gateway: string; readonly engine: string };
  /** The address of a proxy before the HMI, or before the gateway: whatever answers there tells which. */
  readonly via?: string | undefined;
  readonly message: string;
  /** The engine's name of the model; undefined for the configured one, or what stands in for it. */
  readonly model?: string | undefined;
  readonly token: string;
  readonly engineApi: Config["engine"]["api"];
  readonly engineKey: string;
  /** The setting `chat.model`. */
  readonly configuredModel: string;
  readonly agentId: string;
  readonly contract: ForeignContract;
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

/** So many times as long as the engine itself takes is waited for a hop. */
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
  let place: HmiPlace | undefined;
  try {
    const stack = await connect(options, opened);
    const { question, clients, watch } = stack;
    const warm_up = await warmUp(clients, question, options);
    place = await openHmiPlace(clients.hmi, question, options.signal);
    const follower = await followEngine(watch, options.signal);
    const asked = askableHops({ ...clients, place });
    const passing = { ...options, follower, onProgress: options.onProgress ?? ignore };
    const hops = await askHops(asked, question, { ...passing, isLoaded: warm_up !== null });
    requireSome(hops);
    const { message, model } = question;
    const about = { message, model, options: question.options, record: recordOf(watch) };
    const observed = await askAgainWhereLate({ ...about, hops }, asked, question, passing);
    await closeHmiPlace(place);
    return {
      ...diagnoseTrace(observed),
      ...observed,
      started_at,
      took_ms: Math.round(performance.now() - start),
      warm_up,
      left_behind: place.leftBehind,
    };
  } catch (error) {
    if (place !== undefined) await closeHmiPlace(place);
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

/** Makes the clients, and finds out what can be asked. */
async function connect(options: TraceOptions, opened: HttpClient[]): Promise<ConnectedStack> {
  const { urls, via, token, signal, contract, engineApi, onProgress = ignore } = options;
  onProgress("looking at the engine");
  const engine = createHttpClient(urls.engine, options.engineKey);
  opened.push(engine);
  const watch = await watchEngine(
    engine,
    AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]),
    token,
  );
  signal.throwIfAborted();
  const { departures, engineOptions } = whatCanBeSaid(contract, watch);
  const client = (url: string, service: "hmi" | "gateway"): HttpClient => {
    const made = createForeignClient({ url, token, service, departures });
    opened.push(made);
    return made;
  };
  const installed = await listEngineModels(engine, engineApi, signal);
  const before = via === undefined ? "hmi" : await serviceBehind(via, signal);
  return {
    watch,
    question: {
      message: options.message,
      model: options.model ?? modelInForce(installed, options.configuredModel) ?? null,
      options: engineOptions,
      agentId: options.agentId,
      isOurWire: contract.driver === "ours",
      patienceMs: LOAD_WITHIN_MS,
    },
    clients: {
      engine,
      engineApi,
      gateway: client(urls.gateway, "gateway"),
      hmi: client(urls.hmi, "hmi"),
      proxy: via === undefined ? undefined : { client: client(via, before), before },
      signal,
    },
  };
}

/** One short request, so that the model is loaded; null where the engine took none. */
async function warmUp(
  { engine, engineApi, signal }: Pick<HopClients, "engine" | "engineApi" | "signal">,
  question: HopQuestion,
  { onProgress = ignore }: Pick<TraceOptions, "onProgress">,
): Promise<TraceReport["warm_up"]> {
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
  options: PassOptions,
): Promise<HopObservation[]> {
  const observed: HopObservation[] = [];
  let { isLoaded } = options;
  for (const hop of hops) {
    const engineMs = observed[0]?.passes.at(-1)?.ended_ms ?? null;
    const patienceMs = isLoaded ? patienceFor(engineMs) : LOAD_WITHIN_MS;
    const seen = await passThrough(hop, { ...question, patienceMs }, { ...options, isLoaded });
    observed.push(seen);
    isLoaded ||= seen.passes.some(({ text }) => text !== "");
  }
  return observed;
}

/** What may be the machine's doing and not the hop's. */
const LATE: ReadonlySet<FindingKind> = new Set<FindingKind>(["held_back", "asked_before", "queued", "delay"]);

/** So often more is a hop asked that seems late, before that is said. */
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

/** What of a request the backend hands on to the engine. What it lacks is asked for all the same. */
function whatCanBeSaid(
  contract: ForeignContract,
  { isStandIn }: EngineWatch,
): { departures: Departures; engineOptions: EngineOptions } {
  const given = departuresOf(contract);
  const options = isStandIn ? { ...OPTIONS, ...STAND_IN_PAUSE } : OPTIONS;
  if (!isLacking(given, "engine.options")) {
    return { departures: { ...given, lacks: {} }, engineOptions: options };
  }
  // Only the stand-in reads options in what is said.
  return isStandIn
    ? { departures: { ...given, lacks: { "engine.options": "skipped" } }, engineOptions: options }
    : { departures: { ...given, lacks: {} }, engineOptions: {} };
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

const TITLES: Readonly<Record<HopName, string>> = {
  engine: "engine",
  gateway: "gateway",
  hmi: "HMI",
  proxy: "proxy",
};

function recordOf({ generationsAfter, isStandIn }: EngineWatch): TraceReport["record"] {
  if (generationsAfter === undefined) return null;
  return isStandIn ? "stand-in" : "tap";
}

function ignore(): void {
  // Nobody watches.
}
