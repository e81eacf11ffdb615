import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import type { Message, SentMessage, Session } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes, type Route } from "../../src/contract/routes.ts";
import { now } from "./clock.ts";

export type WireName = "engine" | "gateway" | "saving" | "hmi";

/** Whom the messages are sent to, and how. */
export interface WireJob {
  readonly url: string;
  readonly wire: WireName;
  /** Tokens that each reply is asked to have. */
  readonly tokens: number;
  /** How many conversations of the HMI take turns. Nobody else has any. */
  readonly conversations: number;
}

/** A service as whoever sends it messages and reads the replies sees it. */
export interface Wire {
  /** What ends each piece of a reply. */
  readonly separator: string;
  /** What the last piece of a whole reply holds, and no other. */
  readonly end: string;
  send(message: string): Promise<Sent>;
  /** Throws where something else is saved than these replies, by their messages. */
  checkSaved(replies: ReadonlyMap<string, string>): Promise<void>;
}

interface Sent {
  /** The reply, which has begun. */
  readonly response: IncomingMessage;
  /** When the message was answered, by the clock of all processes. */
  readonly acceptedAt: number;
}

const MODEL = "canned";
const agent = new Agent({ keepAlive: true });

/** Makes everything ready for the first message. */
export async function openWire(job: WireJob): Promise<Wire> {
  if (job.wire === "hmi") return await openHmi(job);
  const checkSaved = async (): Promise<void> => undefined;
  switch (job.wire) {
    case "engine":
      return { separator: "\n", end: '"done":true', send: (message) => askEngine(job, message), checkSaved };
    case "gateway":
      return { ...EVENTS, send: (message) => askGateway(job, message), checkSaved };
    case "saving":
      return { ...EVENTS, send: (message) => askSaving(job, message), checkSaved };
  }
}

const EVENTS = { separator: "\n\n", end: '"type":"done"' } as const;

async function askEngine({ url, tokens }: WireJob, message: string): Promise<Sent> {
  const messages = [{ role: "user", content: message }];
  const response = await call(url, engineRoutes.chat, engineRoutes.chat.path(), {
    model: MODEL,
    messages,
    options: { num_predict: tokens },
  });
  return { response, acceptedAt: now() };
}

async function askGateway({ url, tokens }: WireJob, message: string): Promise<Sent> {
  const response = await call(url, gatewayRoutes.chat, gatewayRoutes.chat.path(), {
    session_id: message,
    message_id: message,
    agent_id: "bench",
    model: MODEL,
    content: message,
    options: { num_predict: tokens },
  });
  return { response, acceptedAt: now() };
}

/** By two calls, as an HMI is asked, of `saving-pass-through.ts`. */
async function askSaving({ url, tokens }: WireJob, message: string): Promise<Sent> {
  const body = { model: MODEL, content: message, options: { num_predict: tokens } };
  const sent = await json(await call(url, hmiRoutes.sendMessage, hmiRoutes.sendMessage.path(), body));
  const acceptedAt = now();
  const { message_id: session_id } = sent as { readonly message_id: string };
  return { response: await call(url, hmiRoutes.stream, hmiRoutes.stream.path({ session_id })), acceptedAt };
}

/** New conversations of a new profile, whose settings say how long a reply is. */
async function openHmi({ url, tokens, conversations }: WireJob): Promise<Wire> {
  const draft = { name: "bench", default_model: MODEL, settings: { options: { num_predict: tokens } } };
  const { profile } = await ask<{ profile: Profile }>(url, hmiRoutes.newProfile, draft);
  const ids: string[] = [];
  for (let count = 0; count < conversations; count += 1) {
    const body = { model_id: profile.model_id };
    ids.push((await ask<{ session: Session }>(url, hmiRoutes.newSession, body)).session.session_id);
  }
  let turn = 0;
  return {
    ...EVENTS,
    async send(message) {
      const session_id = ids[turn % ids.length] ?? "";
      turn += 1;
      await ask<SentMessage>(url, hmiRoutes.sendMessage, { session_id, message });
      const acceptedAt = now();
      return {
        response: await call(url, hmiRoutes.stream, hmiRoutes.stream.path({ session_id })),
        acceptedAt,
      };
    },
    async checkSaved(replies) {
      const saved: Message[] = [];
      for (const session_id of ids) {
        const path = hmiRoutes.messages.path({ session_id });
        saved.push(...((await json(await call(url, hmiRoutes.messages, path))) as SavedMessages).messages);
      }
      requireSame(saved, replies);
    },
  };
}

interface SavedMessages {
  readonly messages: readonly Message[];
}

/** Each message must be followed by its own reply, whole. */
function requireSame(saved: readonly Message[], replies: ReadonlyMap<string, string>): void {
  if (saved.length !== 2 * replies.size) {
    throw new Error(`${saved.length} messages are saved instead of ${2 * replies.size}.`);
  }
  for (const [index, { role, status, content }] of saved.entries()) {
    if (role !== "assistant") continue;
    const message = saved[index - 1]?.content ?? "";
    if (status === "complete" && content === replies.get(message)) continue;
    throw new Error(`To "${message}" is saved, as ${status}: ${content}`);
  }
}

async function ask<Answer>(url: string, route: Route & { path(): string }, body: object): Promise<Answer> {
  return (await json(await call(url, route, route.path(), body))) as Answer;
}

/** One call; throws where the answer is no 200. */
async function call(url: string, { method }: Route, path: string, body?: object): Promise<IncomingMessage> {
  const headers = body && { "content-type": "application/json" };
  const outgoing = request(url + path, { method, agent, ...(headers && { headers }) });
  outgoing.end(body && JSON.stringify(body));
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  if (response.statusCode === 200) return response;
  throw new Error(
    `${method} ${url}${path} answered ${response.statusCode}: ${JSON.stringify(await json(response))}`,
  );
}
