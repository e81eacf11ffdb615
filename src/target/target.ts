import { Health } from "../contract/common.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { GenerationRecord } from "../contract/engine.ts";
import type { Departures, ForeignContract } from "../contract/foreign.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { Lacks, messageOf, UserError } from "../errors.ts";
import { type AbleModels, findAbleModels } from "./able-models.ts";
import { watchEngine } from "./engine-watch.ts";
import { createForeignClient, isLacking } from "./foreign.ts";
import { createHttpClient, type HttpClient, type SeenCall } from "./http.ts";
import { departuresOf } from "./profiles/index.ts";
import { noJournal, type RunJournal } from "./run-journal.ts";
import { openTargetStore, type TargetStore } from "./store/store.ts";
import { tokenRefused } from "./token-refused.ts";

/** Where the services of a stack are. */
export interface TargetUrls {
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
  /** What HMI and gateway ask for; empty, or left out, for nothing. No check gets to see it. */
  readonly token?: string;
  /** The token of another person of this stack, to whom nothing of the first one may be shown; empty for none. */
  readonly otherToken?: string;
  /** The key that the engine asks for; empty, or left out, for none. */
  readonly engineKey?: string;
  /** How the gateway asks the engine; by OpenAI's wire few of a message's options reach it. */
  readonly engineApi?: "chat" | "generate" | "openai";
  /** Where they are not the contract's own. */
  readonly settings?: Partial<TargetSettings>;
  /** Where the backend is not as the contract says; left out for ours. */
  readonly contract?: ForeignContract | undefined;
}

/** How long the target waits for what, in milliseconds, as it is configured. */
export interface TargetSettings {
  /** Longest silence on a stream. */
  readonly heartbeatMs: number;
  /** How long a reply goes on after its last reader left. */
  readonly orphanGraceMs: number;
  /** How long a reply may take; 0: no limit. */
  readonly maxReplyMs: number;
}

const DEFAULT_SETTINGS: TargetSettings = {
  heartbeatMs: DEFAULTS.heartbeatMs,
  orphanGraceMs: DEFAULTS.orphanGraceMs,
  maxReplyMs: DEFAULTS.maxReplyMs,
};

/** What a target may offer beyond the contract; checks name what they need. */
export type Capability =
  | "show what reached the engine"
  /** A profile's options tell the engine to be slow, silent or broken: the stand-in can. */
  | "direct the engine"
  /** There is a model that can. */
  | "think"
  | "look at pictures"
  /** It is known to have users, and the token of another one. */
  | "tell two people apart"
  /** Its longest reply takes no longer than somebody waits who looks on. */
  | "end a reply soon";

/** A stack seen from outside: URLs, clients, and what of it can be watched. */
export interface Target {
  readonly urls: Pick<TargetUrls, "hmi" | "gateway" | "engine">;
  readonly settings: TargetSettings;
  /** Told of what is made, beside profiles: they carry the run's id. */
  readonly journal: RunJournal;
  readonly hmi: HttpClient;
  readonly gateway: HttpClient;
  readonly engine: HttpClient;
  readonly capabilities: ReadonlySet<Capability>;
  readonly models: AbleModels;
  /** The same services, as another person calls them; undefined where none is known. */
  readonly otherPerson: { readonly hmi: HttpClient; readonly gateway: HttpClient } | undefined;
  /** Whether a failure is told by an `error` event; some backends tell it by a status alone. */
  readonly hasErrorEvent: boolean;
  /** The conversations in their database; undefined where only the HMI shows them. */
  readonly store: TargetStore | undefined;
  /** What a check becomes that the target's contract names by its id. */
  readonly lacks: Departures["lacks"];
  /** The engine and its version, in words. */
  readonly engineName: string;
  /** What the engine was asked since the generation of that number; needs the capability. */
  generationsAfter(id: number, signal: AbortSignal): Promise<GenerationRecord[]>;
  close(): Promise<void>;
}

/** Longer than this nobody waits for a reply to be ended, in milliseconds. */
const SOON_MS = 15_000;

/** For the first calls, which a service that works answers at once. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Connects to a stack, and finds out what of it can be watched. Throws a UserError `unreachable` where the
 * HMI or the gateway does not work, one that says what is wrong with the store, and the signal's reason.
 */
export async function openTarget(
  given: TargetUrls,
  signal: AbortSignal,
  journal: RunJournal = noJournal(),
): Promise<Target> {
  const { hmi: hmiUrl, gateway: gatewayUrl, engine: engineUrl, token } = given;
  const departures = departuresOf(given.contract);
  const hmi = createForeignClient({ url: hmiUrl, token, service: "hmi", departures });
  const gateway = createForeignClient({ url: gatewayUrl, token, service: "gateway", departures });
  const engine = createHttpClient(engineUrl, given.engineKey);
  const otherPerson = given.otherToken
    ? {
        hmi: createForeignClient({ url: hmiUrl, token: given.otherToken, service: "hmi", departures }),
        gateway: createForeignClient({
          url: gatewayUrl,
          token: given.otherToken,
          service: "gateway",
          departures,
        }),
      }
    : undefined;
  let store: TargetStore | undefined;
  const close = async (): Promise<void> => {
    const clients = [hmi, gateway, engine, ...(otherPerson === undefined ? [] : Object.values(otherPerson))];
    await Promise.all([...clients.map((client) => client.close()), store?.close()]);
  };
  const soon = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  try {
    await Promise.all([requireService(hmi, "hmi", soon), requireService(gateway, "gateway", soon)]);
    if (given.contract?.store) store = await openTargetStore(given.contract.store, departures.store_names);
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  }
  const [watch, listed] = await Promise.all([watchEngine(engine, soon, token), findAbleModels(hmi, soon)]);
  const settings = { ...DEFAULT_SETTINGS, ...given.settings };
  const models = isLacking(departures, "engine.think") ? { ...listed, thinking: null } : listed;
  const offers: Record<Capability, boolean> = {
    "show what reached the engine": watch.generationsAfter !== undefined,
    "direct the engine": watch.isStandIn && given.engineApi !== "openai",
    think: models.thinking !== null,
    "look at pictures": models.seeing !== null,
    "tell two people apart": otherPerson !== undefined,
    "end a reply soon": settings.maxReplyMs > 0 && settings.maxReplyMs <= SOON_MS,
  };
  return {
    urls: { hmi: hmiUrl, gateway: gatewayUrl, engine: engineUrl },
    settings,
    journal,
    hmi,
    gateway,
    engine,
    capabilities: new Set((Object.keys(offers) as Capability[]).filter((each) => offers[each])),
    models,
    otherPerson,
    hasErrorEvent: !isLacking(departures, "stream.error_event"),
    store,
    lacks: departures.lacks,
    engineName: watch.name,
    generationsAfter: watch.generationsAfter ?? (async () => []),
    close,
  };
}

/**
 * A claim about a reply can be judged only where replies can come. A service that does not report its
 * health as ours do is taken as it is: what is wrong with it is for the checks to say.
 */
async function requireService(
  client: HttpClient,
  name: keyof typeof TITLES,
  signal: AbortSignal,
): Promise<void> {
  const health = Health.safeParse(await healthOf(client, name, signal)).data;
  if (health === undefined) return;
  if (health.service !== name) {
    throw new UserError(
      "bad_url",
      `At ${client.url} is the ${TITLES[health.service]}, not the ${TITLES[name]}.`,
      {
        hint: `Check the URL given with --${name}.`,
      },
    );
  }
  const missing = Object.entries(health.dependencies).filter(([, { status }]) => status !== "ok");
  if (missing.length === 0) return;
  const said = missing
    .map(([dependency, { error }]) => `${dependency}: ${error ?? "unavailable"}`)
    .join("; ");
  throw new UserError(
    "unreachable",
    `The ${TITLES[name]} at ${client.url} cannot answer a message: ${said}`,
    {
      hint: "Run `stack status` to see which service is down.",
    },
  );
}

const TITLES = { hmi: "HMI", gateway: "gateway" } as const;

async function healthOf(
  client: HttpClient,
  name: keyof typeof TITLES,
  signal: AbortSignal,
): Promise<unknown> {
  let answer: SeenCall;
  try {
    answer = await client.call("GET", hmiRoutes.health.path(), { signal });
  } catch (error) {
    // A backend without a health report is taken as it is, too.
    if (error instanceof Lacks) return undefined;
    throw new UserError(
      "unreachable",
      `The ${TITLES[name]} at ${client.url} does not answer: ${messageOf(error)}.`,
      {
        hint: `Run \`stack up\` first, or name another one with --${name}.`,
        cause: error,
      },
    );
  }
  if (answer.status === 401) throw tokenRefused(TITLES[name], client.url);
  return answer.body;
}
