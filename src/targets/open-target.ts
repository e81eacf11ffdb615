import type { ContractDeviations, ForeignContract } from "../contract/foreign-back-end.ts";
import type { NotObservable } from "../harness/target-errors.ts";
import { driverOf, wireOf } from "./connect-chat.ts";
import { isLacking } from "./contract-adapting-client.ts";
import type { ChatClient, WireAbility } from "./drivers/chat-client.ts";
import type { Driver } from "./drivers/define-driver.ts";
import { type EngineWatch, watchEngine } from "./engine-watch.ts";
import { createHttpClient, type HttpClient } from "./http-client.ts";
import type { ModelsByCapability } from "./models-by-capability.ts";
import { openContractServices } from "./open-contract-services.ts";
import { openDriverServices, otherWire } from "./open-driver-services.ts";
import type { PlainHttpCalls } from "./plain-http-calls.ts";
import { noJournal, type RunJournal } from "./run-journal.ts";
import { type SeenGeneration, seenGeneration } from "./seen-evidence.ts";
import type { ServiceAddressSources } from "./service-address-source.ts";
import { type KillAbility, killAbilities, type ServiceKiller, whyNotKilled } from "./service-killer.ts";
import {
  type ReplicaAbility,
  type ReplicaDrainer,
  type ReplicaUrls,
  replicaAbilities,
  replicasWith,
  type TargetReplicas,
  whyNoReplicas,
} from "./service-replicas.ts";
import { openTargetStore, type TargetStore } from "./store/target-store.ts";
import type { Closable, Connecting, TargetServices } from "./target-connections.ts";
import { type TargetSettings, targetSettings } from "./target-settings.ts";
import { createUnavailableClient } from "./unavailable-client.ts";
import { whyNotObservable } from "./why-not-observable.ts";

/** Where the services of a stack are, as far as it has them and they are known. */
export interface TargetUrls {
  readonly hmi?: string | undefined;
  readonly gateway?: string | undefined;
  readonly engine?: string | undefined;
  /** What HMI and gateway ask for; empty, or left out, for nothing. No check gets to see it. */
  readonly token?: string | undefined;
  /**
   * People of this stack, as in `auth.users`: to one of them nothing of another's may be shown. Beside a `token` each shows
   * one; without, on a wire that is none of ours, the first one talks, and where that has a login these are passwords.
   */
  readonly users?: Readonly<Record<string, string>> | undefined;
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
  /** How its services are killed; left out where none may be. */
  readonly killer?: ServiceKiller | undefined;
  /** Where the addresses are from, and who starts what is there; left out where that is not known. */
  readonly origins?: ServiceAddressSources | undefined;
  /** Where each copy of HMI and gateway is, where that is known; left out: all are behind one address. */
  readonly copies?: readonly ReplicaUrls[] | undefined;
  /** How one of them is taken out of use; left out where none may be. */
  readonly drainer?: ReplicaDrainer | undefined;
}

/** A stack of which all three are known. */
export type WholeTargetUrls = TargetUrls & Readonly<Record<"hmi" | "gateway" | "engine", string>>;

/** What a target may offer beyond the contract; checks name what they need. */
export type TargetCapability =
  | "show what reached the engine"
  /** A profile's options tell the engine to be slow, silent or broken: the stand-in can. */
  | "direct the engine"
  /** A reply that takes its time keeps no other one waiting. */
  | "answer many at once"
  /** There is a model that can. */
  | "think"
  | "look at pictures"
  /** It is known to have users, and how another one is known to it. */
  | "tell two people apart"
  /** Its longest reply takes no longer than somebody waits who looks on. */
  | "end a reply soon"
  /** It follows docs/contract.md, so that its calls can be made by the contract's words: `target.hmi`, `target.gateway`. */
  | "speak the contract"
  /** It is known where its page is. */
  | "show a page"
  | KillAbility
  | ReplicaAbility
  | WireAbility;

/** A stack seen from outside: URLs, clients, and what of it can be watched. */
export interface Target {
  /** Empty where the target has no such service, or it is not known. */
  readonly urls: Readonly<Record<"hmi" | "gateway" | "engine", string>>;
  /** The mouth and the ears of every claim that is not about the contract's own words. */
  readonly chat: ChatClient;
  /** The service that messages are sent to. */
  readonly front: "hmi" | "gateway" | "engine";
  /** That service by plain HTTP, whatever its wire; undefined where it follows the contract, whose calls tell more. */
  readonly plainHttp: PlainHttpCalls | undefined;
  /** Why a claim is not judged: with the settings that would change that, as far as they are not set already. */
  readonly whyNotObservable: (error: NotObservable) => string;
  /** Why it does not offer what it does not, as far as there is a special reason. */
  readonly reasonsMissing: { readonly [Name in TargetCapability]?: string | undefined };
  readonly settings: TargetSettings;
  /** Told of what is made, beside profiles: they carry the run's id. */
  readonly journal: RunJournal;
  /** Both are spoken to in the contract's words; on a target that does not speak them, a call throws {@link NotObservable}. */
  readonly hmi: HttpClient;
  readonly gateway: HttpClient;
  readonly engine: HttpClient;
  readonly capabilities: ReadonlySet<TargetCapability>;
  readonly models: ModelsByCapability;
  /** The same services, as another person calls them; undefined where none is known. */
  readonly otherPerson: Pick<Target, "hmi" | "gateway" | "chat"> | undefined;
  /** Whether a failure is told by an `error` event; some backends tell it by a status alone. */
  readonly hasErrorEvent: boolean;
  /** The conversations in their database; undefined where only the HMI shows them. */
  readonly store: TargetStore | undefined;
  /** How its services are killed; undefined where none may be. */
  readonly killer: ServiceKiller | undefined;
  /** Its services as they are met by whoever may reach any copy of them; undefined where it does not follow the contract. */
  readonly copies: TargetReplicas | undefined;
  /** What a check becomes that the target's contract names by its id. */
  readonly lacks: ContractDeviations["lacks"];
  /** The engine and its version, in words. */
  readonly engineName: string;
  /** False where no engine answers at its address. */
  readonly engineAnswers: boolean;
  /** What the engine was asked since the generation of that number; needs the capability. */
  generationsAfter(id: number, signal: AbortSignal): Promise<SeenGeneration[]>;
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
    const driver = driverOf(given);
    const soon = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const connecting: Connecting = { given, soon, opened };
    const engine =
      given.engine === undefined
        ? createUnavailableClient("", "no engine is known behind this target: --engine names it")
        : createHttpClient(given.engine, given.engineKey);
    opened.push(engine);
    const watching = watchEngine(engine, soon(), {
      token: given.token,
      namedBy: given.origins?.engine?.namedBy,
      api: given.engineApi,
    });
    // It is waited for below, unless something else goes wrong before.
    watching.catch(() => undefined);
    const services = await (driver === undefined
      ? openContractServices(connecting)
      : openDriverServices(connecting, watching));
    const { contract } = given;
    const store = await openStoreOf(given);
    if (store !== undefined) opened.push(store);
    const watch = await watching;
    const settings = { ...targetSettings(), ...given.settings };
    const { chat, models, otherPerson, speaksContract, front, plainHttp, copies } = services;
    const offers = offersOf(services, watch, {
      settings,
      engineApi: given.engineApi,
      hasStore: store !== undefined,
      killer: given.killer,
      drainer: given.drainer,
    });
    return {
      urls: { hmi: given.hmi ?? "", gateway: given.gateway ?? "", engine: given.engine ?? "" },
      settings,
      journal,
      hmi: services.hmi,
      gateway: services.gateway,
      engine,
      chat,
      front,
      plainHttp,
      capabilities: new Set((Object.keys(offers) as TargetCapability[]).filter((each) => offers[each])),
      reasonsMissing: {
        ...chat.missingAbilities,
        ...(!speaksContract && {
          "speak the contract": otherWire(chat.driver),
          "show a page": `the wire of ${chat.driver} has no page (contract.wire.page would say where)`,
          think: chat.missingAbilities["tell thoughts"],
        }),
        ...(otherPerson === undefined && { "tell two people apart": whyOnePerson(given) }),
        ...watch.reasonsMissing,
        ...(watch.isStandIn && {
          "direct the engine": speaksContract ? NOT_BY_OPENAI : chat.missingAbilities["hand options on"],
        }),
        ...whyNotKilled(given.killer, front, chat.driver),
        ...whyNoReplicas(copies, given.drainer),
      },
      whyNotObservable: (error) => whyNotObservable(error, { ...given, hasStore: store !== undefined }),
      models,
      otherPerson,
      hasErrorEvent: contract === undefined || !isLacking(contract, "stream.error_event"),
      store,
      killer: given.killer,
      copies: replicasWith(copies, given.drainer),
      lacks: contract?.lacks ?? {},
      engineName: watch.name,
      engineAnswers: watch.answers,
      generationsAfter: async (...asked) =>
        (await watch.generationsAfter?.(...asked))?.map(seenGeneration) ?? [],
      close: () => closeAll(opened),
    };
  } catch (error) {
    await closeAll(opened);
    signal.throwIfAborted();
    throw error;
  }
}

/** Its store, where it has one to look into: a back end with a driver has words of its own in its rows. */
async function openStoreOf(given: TargetUrls): Promise<TargetStore | undefined> {
  const { contract } = given;
  if (!contract?.store) return undefined;
  const driver = driverOf(given);
  const names = { ...driver?.storeNames, ...contract.store_names };
  return await openTargetStore(contract.store, names, driver && (wireOf(given).rows ?? {}));
}

/** Why nobody else is known, with what would name somebody. */
function whyOnePerson({ token }: Pick<TargetUrls, "token">): string {
  const whom = token
    ? "another one, with the token that it shows"
    : "two of them, each with its token or password";
  return `one person alone is known here: auth.users would name ${whom}`;
}

const NOT_BY_OPENAI = "by OpenAI's wire (engine.api) what directs the engine stand-in does not reach it";

/** What a target offers, by what was found out of it. */
function offersOf(
  { chat, models, otherPerson, speaksContract, front, plainHttp, copies }: TargetServices,
  watch: EngineWatch,
  { settings, engineApi, hasStore, killer, drainer }: Offering,
): Record<TargetCapability, boolean> {
  const can = (ability: WireAbility): boolean => chat.missingAbilities[ability] === undefined;
  const reachesStandIn = speaksContract ? engineApi !== "openai" : can("hand options on");
  return {
    "show what reached the engine": watch.generationsAfter !== undefined,
    "direct the engine": watch.isStandIn && reachesStandIn,
    "answer many at once": watch.isUnlimited && settings.maxConcurrent === 0,
    // Which model thinks, only our own list tells: of others that is seen when it does.
    think: speaksContract ? models.thinking !== null : can("tell thoughts"),
    "look at pictures": models.seeing !== null,
    "tell two people apart": otherPerson !== undefined,
    "end a reply soon": settings.maxReplyMs > 0 && settings.maxReplyMs <= SOON_MS,
    "speak the contract": speaksContract,
    "show a page": plainHttp === undefined || plainHttp.page !== undefined,
    ...killAbilities(killer, front),
    ...replicaAbilities(copies, drainer),
    "keep profiles": can("keep profiles"),
    "show rows": can("show rows") || hasStore,
    "list conversations": can("list conversations"),
    "delete conversations": can("delete conversations"),
    cancel: can("cancel"),
    "read a reply again": can("read a reply again"),
    "listen to a reply": can("listen to a reply"),
    "list models": can("list models"),
    "choose a model": can("choose a model"),
    "report health": can("report health"),
    "remember conversations": can("remember conversations"),
    "hand options on": can("hand options on"),
    "outlive its reader": can("outlive its reader"),
    "tell thoughts": can("tell thoughts"),
    "cancel by a call": can("cancel") && can("cancel by a call"),
    "tell failures": can("tell failures"),
    "push replies": can("push replies"),
  };
}

interface Offering {
  readonly engineApi: TargetUrls["engineApi"];
  readonly settings: TargetSettings;
  readonly hasStore: boolean;
  readonly killer: ServiceKiller | undefined;
  readonly drainer: ReplicaDrainer | undefined;
}

async function closeAll(opened: readonly Closable[]): Promise<void> {
  await Promise.all(opened.map((each) => each.close()));
}
