import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import type { EngineOptions } from "../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../contract/routes.ts";
import { connectChat, driverOf } from "../targets/connect-chat.ts";
import { createAdaptingClient, isLacking } from "../targets/contract-adapting-client.ts";
import { deviationsOf } from "../targets/contract-deviations.ts";
import { type EngineWatch, watchEngine } from "../targets/engine-watch.ts";
import { createHttpClient, type HttpClient } from "../targets/http-client.ts";
import { createUnavailableClient } from "../targets/unavailable-client.ts";
import type { HopClients, ProxyBefore } from "./askable-hops.ts";
import type { MessageForAll } from "./hop-question.ts";
import { chooseHopModels } from "./list-hop-models.ts";
import { LOAD_WITHIN_MS, REPLY_OPTIONS, type TraceOptions } from "./trace-options.ts";

/** The stand-in is too fast for anybody to hold its text back: so it pauses once. */
const STAND_IN_PAUSE: EngineOptions = { stand_in_pause_after: 6, stand_in_pause_ms: 300 };

/** How long the first looks may take, in milliseconds. */
const LOOK_WITHIN_MS = 10_000;

/** What is asked, of whom, and by what the engine is watched meanwhile. */
export interface ConnectedStack {
  readonly question: MessageForAll;
  readonly clients: Omit<HopClients, "place">;
  readonly watch: EngineWatch;
}

/** Who holds a stream back to compress it does so for browsers, which accept that. */
const AS_BROWSERS = { "accept-encoding": "gzip, deflate, br" } as const;

/**
 * Makes the clients of a stack's hops, and finds out what can be asked.
 *
 * @param opened is given each client that is made, also of a call that fails: whoever calls closes them
 * @throws the signal's reason
 */
export async function connectHops(options: TraceOptions, opened: HttpClient[]): Promise<ConnectedStack> {
  const { target, via, signal, engineApi, onProgress } = options;
  onProgress?.("looking at the engine");
  const engine = target.engine === undefined ? undefined : createHttpClient(target.engine, target.engineKey);
  if (engine !== undefined) opened.push(engine);
  const watch = await watchEngine(
    engine ?? createUnavailableClient("", "no engine is known"),
    AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]),
    { token: target.token, api: engineApi },
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
    const departures = deviationsOf(contract);
    const made = createAdaptingClient({ url, token: target.token, service: "gateway", departures });
    opened.push(made);
    return made;
  };
  const { chat, client, front } = await connected();
  const hops = {
    engine: front === "engine" ? undefined : engine,
    engineApi,
    gateway: isOurWire && target.gateway !== undefined ? byGateway(target.gateway) : undefined,
    front: { hop: front, client, chat },
    signal,
  };
  const models = await chooseHopModels(hops, { given: options.model, configured: target.model });
  const proxy = via === undefined ? undefined : await connectProxy(via);
  return {
    watch,
    question: {
      message: options.message,
      options: engineOptions,
      agentId: target.agentId ?? DEFAULTS.agentId,
      isOurWire,
      patienceMs: LOAD_WITHIN_MS,
    },
    clients: { ...hops, models, proxy },
  };

  async function connectProxy(url: string): Promise<ProxyBefore> {
    if (isOurWire && (await serviceBehind(url, signal)) === "gateway") {
      return { before: "gateway", client: byGateway(url), chat: undefined };
    }
    const { chat: byProxy, client: proxyClient } = await connected(url);
    return { before: "front", client: proxyClient, chat: byProxy };
  }
}

/** What of a request the back end hands on to the engine. What it lacks is asked for all the same. */
function whatCanBeSaid(
  given: ForeignContract | undefined,
  { isStandIn }: EngineWatch,
  isOurWire: boolean,
): { contract: ForeignContract | undefined; engineOptions: EngineOptions } {
  const options = isStandIn ? { ...REPLY_OPTIONS, ...STAND_IN_PAUSE } : REPLY_OPTIONS;
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
