import { Health } from "../contract/common.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { GenerationRecord } from "../contract/engine.ts";
import type { Departures, ForeignContract } from "../contract/foreign.ts";
import { modelInForce } from "../contract/model-names.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { Lacks, messageOf, UserError } from "../errors.ts";
import { type AbleModels, findAbleModels } from "./able-models.ts";
import { createAbsentClient } from "./absent-client.ts";
import { departuresOf } from "./departures.ts";
import type { ChatClient, WireAbility } from "./drivers/chat-client.ts";
import { createContractChat } from "./drivers/contract-chat.ts";
import { connectDriver, type Driver } from "./drivers/driver.ts";
import { isRefusal } from "./drivers/refused-words.ts";
import { findDriver } from "./drivers/shipped-drivers.ts";
import { type EngineWatch, watchEngine } from "./engine-watch.ts";
import { createForeignClient, isLacking } from "./foreign.ts";
import { createHttpClient, type HttpClient, type SeenCall } from "./http.ts";
import { noJournal, type RunJournal } from "./run-journal.ts";
import { openTargetStore, type TargetStore } from "./store/store.ts";
import { tokenRefused } from "./token-refused.ts";

/** Where the services of a stack are, as far as it has them and they are known. */
export interface TargetUrls {
  readonly hmi?: string | undefined;
  readonly gateway?: string | undefined;
  readonly engine?: string | undefined;
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
  /** How the backend is talked to, and where it is not as that says; left out for ours. */
  readonly contract?: ForeignContract | undefined;
  /** A driver of one's own, made by `defineDriver`; counts before `contract.driver`. */
  readonly driver?: Driver | undefined;
  /** The model that is asked for where a check names none, on wires that ask for a name; left out: the first of its list. */
  readonly model?: string | undefined;
  /** The setting `chat.agent`. */
  readonly agentId?: string | undefined;
}

/** A stack of which all three are known. */
export type WholeTargetUrls = TargetUrls & Readonly<Record<"hmi" | "gateway" | "engine", string>>;

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
  | "end a reply soon"
  /** It follows docs/contract.md, so that its calls can be made by the contract's words: `target.hmi`, `target.gateway`. */
  | "speak the contract"
  | WireAbility;

/** A stack seen from outside: URLs, clients, and what of it can be watched. */
export interface Target {
  /** Empty where the target has no such service, or it is not known. */
  readonly urls: Readonly<Record<"hmi" | "gateway" | "engine", string>>;
  /** The mouth and the ears of every claim that is not about the contract's own words. */
  readonly chat: ChatClient;
  /** The service that messages are sent to. */
  readonly front: "hmi" | "gateway" | "engine";
  /** Why it does not offer what it does not, as far as there is a special reason. */
  readonly lacking: { readonly [Name in Capability]?: string | undefined };
  readonly settings: TargetSettings;
  /** Told of what is made, beside profiles: they carry the run's id. */
  readonly journal: RunJournal;
  /** Both are spoken to in the contract's words; on a target that does not speak them, a call throws {@link NotTold}. */
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
 * Connects to a stack, and finds out what of it can be watched. Throws a UserError `unreachable` where a service that
 * messages go through does not work, one that says what is wrong with the store, and the signal's reason.
 */
export async function openTarget(
  given: TargetUrls,
  signal: AbortSignal,
  journal: RunJournal = noJournal(),
): Promise<Target> {
  const opened: Closable[] = [];
  try {
    const name = given.contract?.driver ?? "ours";
    const driver = given.driver ?? (name === "ours" ? undefined : findDriver(name));
    const soon = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const connecting: Connecting = { given, soon, opened };
    const engine =
      given.engine === undefined
        ? createAbsentClient("", () => "no engine is known behind this target: --engine names it")
        : createHttpClient(given.engine, given.engineKey);
    opened.push(engine);
    const services = await (driver === undefined
      ? openContractServices(connecting)
      : openDrivenServices(driver, connecting, engine));
    const { contract, token } = given;
    const store = contract?.store
      ? await openTargetStore(contract.store, { ...driver?.storeNames, ...contract.store_names })
      : undefined;
    if (store !== undefined) opened.push(store);
    const watch = await watchEngine(engine, soon, token);
    const settings = { ...DEFAULT_SETTINGS, ...given.settings };
    const { chat, models, otherPerson, speaksContract } = services;
    const offers = offersOf(services, watch, {
      settings,
      engineApi: given.engineApi,
      hasStore: store !== undefined,
    });
    return {
      urls: { hmi: given.hmi ?? "", gateway: given.gateway ?? "", engine: given.engine ?? "" },
      settings,
      journal,
      hmi: services.hmi,
      gateway: services.gateway,
      engine,
      chat,
      front: services.front,
      capabilities: new Set((Object.keys(offers) as Capability[]).filter((each) => offers[each])),
      lacking: { ...chat.lacking, ...(!speaksContract && { "speak the contract": otherWire(chat.driver) }) },
      models,
      otherPerson,
      hasErrorEvent: contract === undefined || !isLacking(contract, "stream.error_event"),
      store,
      lacks: contract?.lacks ?? {},
      engineName: watch.name,
      generationsAfter: watch.generationsAfter ?? (async () => []),
      close: () => closeAll(opened),
    };
  } catch (error) {
    await closeAll(opened);
    signal.throwIfAborted();
    throw error;
  }
}

/** What a target offers, by what was found out of it. */
function offersOf(
  { chat, models, otherPerson, speaksContract }: Services,
  watch: EngineWatch,
  { settings, engineApi, hasStore }: Offering,
): Record<Capability, boolean> {
  const can = (ability: WireAbility): boolean => chat.lacking[ability] === undefined;
  const reachesStandIn = speaksContract ? engineApi !== "openai" : can("hand options on");
  return {
    "show what reached the engine": watch.generationsAfter !== undefined,
    "direct the engine": watch.isStandIn && reachesStandIn,
    think: models.thinking !== null,
    "look at pictures": models.seeing !== null,
    "tell two people apart": otherPerson !== undefined,
    "end a reply soon": settings.maxReplyMs > 0 && settings.maxReplyMs <= SOON_MS,
    "speak the contract": speaksContract,
    "keep profiles": can("keep profiles"),
    "show rows": can("show rows") || hasStore,
    "list conversations": can("list conversations"),
    "delete conversations": can("delete conversations"),
    cancel: can("cancel"),
    "read a reply again": can("read a reply again"),
    "list models": can("list models"),
    "choose a model": can("choose a model"),
    "report health": can("report health"),
    "remember conversations": can("remember conversations"),
    "hand options on": can("hand options on"),
  };
}

interface Offering {
  readonly engineApi: TargetUrls["engineApi"];
  readonly settings: TargetSettings;
  readonly hasStore: boolean;
}

interface Closable {
  close(): Promise<void>;
}

async function closeAll(opened: readonly Closable[]): Promise<void> {
  await Promise.all(opened.map((each) => each.close()));
}

/** What services are connected with. */
interface Connecting {
  readonly given: TargetUrls;
  readonly soon: AbortSignal;
  /** What is to be closed at the end. */
  readonly opened: Closable[];
}

/** The services of a target as they are talked to. */
interface Services extends Pick<Target, "hmi" | "gateway" | "chat" | "front" | "models" | "otherPerson"> {
  readonly speaksContract: boolean;
}

/** An HMI and a gateway that follow the contract, or say where they depart from it. */
async function openContractServices({ given, soon, opened }: Connecting): Promise<Services> {
  const departures = departuresOf(given.contract);
  const open = (service: "hmi" | "gateway", token: string | undefined): HttpClient => {
    const url = given[service];
    if (url === undefined) throw new UserError("bad_url", `The URL of the ${TITLES[service]} is not known.`);
    const client = createForeignClient({ url, token, service, departures });
    opened.push(client);
    return client;
  };
  const [hmi, gateway] = [open("hmi", given.token), open("gateway", given.token)];
  const { otherToken } = given;
  const otherPerson = otherToken
    ? { hmi: open("hmi", otherToken), gateway: open("gateway", otherToken) }
    : undefined;
  await Promise.all([requireService(hmi, "hmi", soon), requireService(gateway, "gateway", soon)]);
  const listed = await findAbleModels(hmi, soon);
  const models = isLacking(departures, "engine.think") ? { ...listed, thinking: null } : listed;
  const chat = createContractChat(hmi, departures);
  return { hmi, gateway, chat, front: "hmi", models, otherPerson, speaksContract: true };
}

/** A target that speaks another wire: what its driver can say and hear is all that there is. */
async function openDrivenServices(
  driver: Driver,
  { given, soon, opened }: Connecting,
  engine: HttpClient,
): Promise<Services> {
  const settings = given.contract?.wire ?? {};
  const front = settings.service ?? driver.service;
  const url = given[front];
  if (url === undefined) {
    throw new UserError(
      "bad_url",
      `The driver ${driver.name} talks to the ${front}, whose URL is not known.`,
      {
        hint: `Name it: --${front} URL.`,
      },
    );
  }
  const client = createHttpClient(url, front === "engine" ? given.engineKey : given.token);
  opened.push(client);
  const { isStandIn } = await watchEngine(engine, soon, given.token);
  const connect = (model: string | null): Promise<ChatClient> =>
    connectDriver(driver, {
      client,
      settings,
      model,
      agent: given.agentId ?? DEFAULTS.agentId,
      token: given.token ?? "",
      isStandIn,
    });
  const chat = await connect(given.model ?? null);
  const installed = await requireAnswer(chat, client, soon);
  // A model that is configured and that nobody lists would have every claim broken for one reason.
  const model = modelInForce(installed, given.model ?? "") ?? given.model ?? null;
  const absent = createAbsentClient(url, (call) => `${otherWire(driver.name)}, which has no ${call}`);
  return {
    hmi: absent,
    gateway: absent,
    chat: model === (given.model ?? null) ? chat : await connect(model),
    front,
    models: { thinking: null, seeing: null, blind: null },
    otherPerson: undefined,
    speaksContract: false,
  };
}

function otherWire(driver: string): string {
  return `this claim is about the words of docs/contract.md, and the target speaks the wire of ${driver}`;
}

/** The models of a target that answers. Throws a UserError where nothing does. */
async function requireAnswer(
  chat: ChatClient,
  client: HttpClient,
  soon: AbortSignal,
): Promise<readonly string[]> {
  const isListed = chat.lacking["list models"] === undefined;
  try {
    if (!isListed) await client.call("GET", "/", { signal: soon });
    return isListed ? await chat.models(soon) : [];
  } catch (error) {
    // It answered, if not with a list: what is wrong with that is for the checks to say.
    if (isRefusal(error)) return [];
    throw new UserError("unreachable", `${client.url} does not answer: ${messageOf(error)}.`, {
      hint: "Start it first, or name another URL with --hmi, --gateway or --engine.",
      cause: error,
    });
  }
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
