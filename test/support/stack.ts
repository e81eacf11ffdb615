import { onTestFinished } from "vitest";
import type { GenerationRecord } from "../../src/contract/engine-schemas.ts";
import type { Message, Session } from "../../src/contract/hmi-schemas.ts";
import { MessageList } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { type InProcessStackOptions, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { generationsOf } from "./gateway.ts";
import { type Answer, call } from "./http.ts";
import { openStream, type StreamReader } from "./streams.ts";

/** The query of the general stream, as a test gives it. */
export interface GeneralQuery {
  message: string;
  model_id?: number | string;
  session_id?: string;
  client_message_id?: string;
  agent_id?: string;
  model?: string;
}

/** The HMI's calls, as a test makes them. */
export interface HmiClient {
  /** Sends with `POST /api/chat/message`; the answer as it came. */
  post(body: object): Promise<Answer>;
  /** The same, joined to its stream. */
  send(body: object): Promise<{ sent: Answer["json"]; reader: StreamReader }>;
  general(query: GeneralQuery, headers?: Record<string, string>): Promise<StreamReader>;
  /** The present reply, or the one that is named by it or by the message that it answers. */
  stream(sessionId: string, headers?: Record<string, string>, messageId?: string): Promise<StreamReader>;
  cancel(sessionId: string, messageId?: string): Promise<Answer>;
  regenerate(sessionId: string, body?: object): Promise<Answer>;
  /** Shows the way that this message is on. */
  choose(sessionId: string, messageId: string): Promise<Answer>;
  delete(sessionId: string): Promise<Answer>;
  messages(sessionId: string): Promise<Message[]>;
  session(sessionId: string): Promise<Session>;
  newSession(body?: object): Promise<Session>;
  /** Makes a profile. */
  profile(draft: object): Promise<Profile>;
}

export interface TestStack extends HmiClient {
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
  generations(): Promise<GenerationRecord[]>;
  close(): Promise<void>;
}

/** A whole stack in this process, stopped after the test. */
export async function startTestStack(options: InProcessStackOptions = {}): Promise<TestStack> {
  const stack = await startInProcessStack(options);
  onTestFinished(() => stack.close());
  return { ...hmiClient(stack.hmi), ...stack, generations: () => generationsOf(stack.engine) };
}

export function hmiClient(hmi: string): HmiClient {
  const post = (body: object) => call(hmi, hmiRoutes.sendMessage.path(), { body });
  const stream = (session_id: string, headers = {}, message_id?: string) =>
    openStream(hmi, hmiRoutes.stream.path({ session_id }, { message_id }), { headers });
  const list = async (session_id: string) => {
    const { json } = await call(hmi, hmiRoutes.messages.path({ session_id }));
    return MessageList.parse(json);
  };
  return {
    post,
    stream,
    async send(body) {
      const { status, json, body: text } = await post(body);
      if (status !== 200) throw new Error(`${status}: ${text}`);
      return { sent: json, reader: await stream(json.session_id) };
    },
    general: (query, headers = {}) =>
      openStream(hmi, hmiRoutes.generalStream.path(undefined, { ...query }), { headers }),
    cancel: (session_id, message_id) =>
      call(hmi, hmiRoutes.cancel.path({ session_id }), {
        method: "POST",
        ...(message_id && { body: { message_id } }),
      }),
    regenerate: (session_id, body = {}) => call(hmi, hmiRoutes.regenerate.path({ session_id }), { body }),
    choose: (session_id, message_id) =>
      call(hmi, hmiRoutes.chooseVersion.path({ session_id }), { body: { message_id } }),
    delete: (session_id) => call(hmi, hmiRoutes.deleteSession.path({ session_id }), { method: "DELETE" }),
    messages: async (sessionId) => (await list(sessionId)).messages,
    session: async (sessionId) => (await list(sessionId)).session,
    newSession: async (body = {}) => (await call(hmi, hmiRoutes.newSession.path(), { body })).json.session,
    profile: async (draft) => (await call(hmi, hmiRoutes.newProfile.path(), { body: draft })).json.profile,
  };
}

/** The conversation that a stream says it made. */
export function createdIn(reader: StreamReader): string {
  const first = reader.events[0];
  if (first?.type !== "started" || first.created !== true)
    throw new Error("The stream made no conversation.");
  return first.session_id;
}
