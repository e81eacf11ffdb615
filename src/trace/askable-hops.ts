import type { EngineApi } from "../contract/contract-defaults.ts";
import type { ChatClient } from "../targets/drivers/chat-client.ts";
import type { HttpClient } from "../targets/http-client.ts";
import { askChatHop, type TracePlace } from "./ask-chat-hop.ts";
import { askEngineHop } from "./ask-engine-hop.ts";
import { askGatewayHop } from "./ask-gateway-hop.ts";
import { HOP_TITLES, type HopName } from "./hop-names.ts";
import type { HopQuestion, MessageForAll } from "./hop-question.ts";
import { isWaitExplained } from "./judge-first-token.ts";
import type { EngineFollower } from "./match-engine-requests.ts";
import type { HopObservation, HopPass } from "./trace-report.ts";

/** A hop, and how it is asked. */
export interface AskableHop
  extends Pick<HopObservation, "hop" | "url" | "behind" | "pace_untold">,
    AskedModel {
  /** Throws only the signal's reason. */
  ask(question: HopQuestion): Promise<HopPass>;
}

/** The model that a hop is asked for. */
export type AskedModel = Pick<HopObservation, "model" | "names_model" | "models">;

/** What the hops are asked by. */
export interface HopClients {
  /** Undefined where none is known behind the rest. */
  readonly engine: HttpClient | undefined;
  readonly engineApi: EngineApi;
  /** Undefined where there is none of our wire. */
  readonly gateway: HttpClient | undefined;
  /** Where people's messages go: the HMI, on a stack that has one. */
  readonly front: {
    readonly hop: "engine" | "gateway" | "hmi";
    readonly client: HttpClient;
    readonly chat: ChatClient;
  };
  /** Before the front or the gateway; undefined where no proxy was named. */
  readonly proxy: ProxyBefore | undefined;
  readonly place: TracePlace;
  /** What each of them but the proxy is asked for. */
  readonly models: Readonly<Partial<Record<HopName, AskedModel>>>;
  readonly signal: AbortSignal;
}

/** A proxy, by what stands behind it. */
export type ProxyBefore =
  | { readonly before: "gateway"; readonly client: HttpClient; readonly chat: undefined }
  | { readonly before: "front"; readonly client: HttpClient; readonly chat: ChatClient };

/** The hops from the engine outwards. */
export function askableHops(clients: HopClients): AskableHop[] {
  const { engine, engineApi, gateway, front, proxy, place, models, signal } = clients;
  const byGateway = (client: HttpClient) => (question: HopQuestion) =>
    askGatewayHop(client, question, signal);
  const byChat = (chat: ChatClient) => (question: HopQuestion) => askChatHop(chat, place, question, signal);
  const hops: AskableHop[] = [];
  const unpushed = front.chat.missingAbilities["push replies"] ?? null;
  const add = (hop: AskableHop["hop"], url: string, ask: AskableHop["ask"]): void => {
    const pace_untold = hop === front.hop ? unpushed : null;
    hops.push({ hop, url, behind: hops.at(-1)?.hop ?? null, ...(models[hop] ?? NO_MODEL), pace_untold, ask });
  };
  if (engine !== undefined) {
    add("engine", engine.url, (question) => askEngineHop(engine, engineApi, question, signal));
  }
  if (gateway !== undefined) add("gateway", gateway.url, byGateway(gateway));
  add(front.hop, front.client.url, byChat(front.chat));
  if (proxy === undefined) return hops;
  const ask = proxy.before === "gateway" ? byGateway(proxy.client) : byChat(proxy.chat);
  const behind = proxy.before === "gateway" ? "gateway" : front.hop;
  const pace_untold = proxy.before === "gateway" ? null : unpushed;
  const asked = models[behind] ?? NO_MODEL;
  return [...hops, { hop: "proxy", url: proxy.client.url, behind, ...asked, pace_untold, ask }];
}

/** A pass may take minutes: it is told that it goes on, each second. */
async function tellingMeanwhile<Result>(
  words: string,
  onProgress: PassOptions["onProgress"],
  act: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  onProgress(words);
  const telling = setInterval(() => {
    onProgress(`${words}: for ${Math.round((performance.now() - start) / 1000)} s by now`);
  }, 1_000);
  try {
    return await act();
  } finally {
    clearInterval(telling);
  }
}

const NO_MODEL: AskedModel = { model: null, names_model: true, models: [] };

export interface PassOptions {
  readonly passes: number;
  /** Whether the model is loaded; else the first pass is for that, and not kept. */
  readonly isLoaded: boolean;
  readonly follower: EngineFollower | undefined;
  readonly onProgress: (words: string) => void;
}

/** Sends the message through one hop, several times. Throws only the signal's reason. */
export async function passThrough(
  { ask, ...about }: AskableHop,
  question: MessageForAll,
  { passes, isLoaded, follower, onProgress }: PassOptions,
): Promise<HopObservation> {
  const { hop, model, names_model } = about;
  const asked = { ...question, model: names_model ? model : null };
  const seen: HopPass[] = [];
  const wanted = isLoaded ? passes : passes + 1;
  while (seen.length < wanted) {
    const words = `asking ${HOP_TITLES[hop]}${wanted > 1 ? `, ${seen.length + 1} of ${wanted}` : ""}`;
    const pass = await tellingMeanwhile(words, onProgress, () => ask(asked));
    // Who keeps the record may be gone by now.
    const engine_requests =
      (await follower?.requestsOf(pass, question.message).catch(() => undefined)) ?? null;
    seen.push({ ...pass, engine_requests });
    // Nothing is learned from asking again where nothing answers, and patience has been had once.
    if (pass.problem !== null || pass.end === "given_up") break;
    if (isLoaded && isWaitExplained(pass)) break;
  }
  return { ...about, passes: seen.length > passes ? seen.slice(1) : seen };
}
