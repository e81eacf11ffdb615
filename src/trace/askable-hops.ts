import type { EngineApi } from "../target/engine-wires.ts";
import type { HttpClient } from "../target/http.ts";
import { askEngine } from "./ask-engine.ts";
import { askGateway } from "./ask-gateway.ts";
import { askHmi, type HmiPlace } from "./ask-hmi.ts";
import type { EngineFollower } from "./engine-requests.ts";
import { HOP_TITLES } from "./hop.ts";
import type { HopQuestion } from "./hop-question.ts";
import type { HopObservation, HopPass } from "./trace-report.ts";

/** A hop, and how it is asked. */
export interface AskableHop extends Pick<HopObservation, "hop" | "url" | "behind"> {
  /** Throws only the signal's reason. */
  ask(question: HopQuestion): Promise<HopPass>;
}

/** What the hops are asked by. */
export interface HopClients {
  readonly engine: HttpClient;
  readonly engineApi: EngineApi;
  readonly gateway: HttpClient;
  readonly hmi: HttpClient;
  /** Before the HMI or the gateway; undefined where no proxy was named. */
  readonly proxy: { readonly client: HttpClient; readonly before: "hmi" | "gateway" } | undefined;
  readonly place: HmiPlace;
  readonly signal: AbortSignal;
}

/** The hops from the engine outwards. */
export function askableHops(clients: HopClients): AskableHop[] {
  const { engine, engineApi, gateway, hmi, proxy, place, signal } = clients;
  const byGateway = (client: HttpClient) => (question: HopQuestion) => askGateway(client, question, signal);
  const byHmi = (client: HttpClient) => (question: HopQuestion) => askHmi(client, place, question, signal);
  const hops: AskableHop[] = [
    {
      hop: "engine",
      url: engine.url,
      behind: null,
      ask: (question) => askEngine(engine, engineApi, question, signal),
    },
    { hop: "gateway", url: gateway.url, behind: "engine", ask: byGateway(gateway) },
    { hop: "hmi", url: hmi.url, behind: "gateway", ask: byHmi(hmi) },
  ];
  if (proxy === undefined) return hops;
  const ask = proxy.before === "gateway" ? byGateway(proxy.client) : byHmi(proxy.client);
  return [...hops, { hop: "proxy", url: proxy.client.url, behind: proxy.before, ask }];
}

export interface PassOptions {
  readonly passes: number;
  /** Whether the model is loaded; else the first pass is for that, and not kept. */
  readonly isLoaded: boolean;
  readonly follower: EngineFollower | undefined;
  readonly onProgress: (words: string) => void;
}

/** Sends the message through one hop, several times. Throws only the signal's reason. */
export async function passThrough(
  { hop, url, behind, ask }: AskableHop,
  question: HopQuestion,
  { passes, isLoaded, follower, onProgress }: PassOptions,
): Promise<HopObservation> {
  const seen: HopPass[] = [];
  const wanted = isLoaded ? passes : passes + 1;
  while (seen.length < wanted) {
    onProgress(`asking ${HOP_TITLES[hop]}${wanted > 1 ? `, ${seen.length + 1} of ${wanted}` : ""}`);
    const pass = await ask(question);
    // Who keeps the record may be gone by now.
    const engine_requests =
      (await follower?.requestsOf(pass, question.message).catch(() => undefined)) ?? null;
    seen.push({ ...pass, engine_requests });
    // Nothing is learned from asking again where nothing answers, and patience has been had once.
    if (pass.problem !== null || pass.end === "given_up") break;
  }
  return { hop, url, behind, passes: seen.length > passes ? seen.slice(1) : seen };
}
