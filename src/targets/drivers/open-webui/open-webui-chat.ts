import { randomUUID } from "node:crypto";
import { NotObservable } from "../../../harness/target-errors.ts";
import type { HttpMethod, SeenCall } from "../../http-client.ts";
import { accountOfToken } from "../account-of-token.ts";
import type { ChatClient, ChatPlace, NamedReply, OutgoingMessage, Reading, Sent } from "../chat-client.ts";
import type { DriverContext } from "../define-driver.ts";
import { idAt } from "../json-place.ts";
import { Refusal } from "../refusal.ts";
import { requireList } from "../require-list.ts";
import { listenForReply } from "./open-webui-reply.ts";
import { currentReply, openWebuiRows } from "./open-webui-rows.ts";

const LACKING = {
  "keep profiles": "Open WebUI has no profiles that a message could be told",
  "read a reply again":
    "Open WebUI tells a reply to the connections of its user, once: nobody can ask for it a second time",
  "listen to a reply":
    "Open WebUI tells a reply to the connections of its user: it has no address of its own",
} as const;

/** Talks to an Open WebUI as its page does: one call says the message, and the reply comes over Socket.IO. */
export function createOpenWebuiChat(
  { client, model }: Pick<DriverContext, "client" | "model">,
  token: string,
): ChatClient {
  const call = async (
    method: HttpMethod,
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<SeenCall> =>
    await client.call(method, path, { signal, token, ...(body !== undefined && { body }) });
  const readChat = (id: string, signal: AbortSignal): Promise<SeenCall> => call("GET", chatPath(id), signal);

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<Sent> {
    const asked = message.model ?? model ?? (await firstModel(signal));
    const parent =
      message.conversation === null ? null : currentReply(await readChat(message.conversation, signal));
    const names = { message: randomUUID(), reply: randomUUID() };
    const listener = await listenForReply(client.url, token, names.reply, signal);
    const body = messageBody(message, { ...names, parent, model: asked, sid: listener.sid });
    let answer: SeenCall;
    try {
      answer = await call("POST", "/api/chat/completions", signal, body);
    } catch (error) {
      listener.close();
      throw error;
    }
    const conversation = idAt(answer.body, "chat_id") ?? message.conversation;
    const isTaken = answer.status < 300 && idAt(answer.body, "task_ids.0") !== null;
    if (!isTaken) listener.close();
    return {
      ...{ call: answer, isTaken, text: message.text, conversation, ...names },
      read(options): Reading {
        if (!isTaken) throw new Refusal(answer);
        return listener.read(answer, options);
      },
    };
  }

  async function models(signal: AbortSignal): Promise<readonly string[]> {
    const answer = await call("GET", "/api/models", signal);
    // An arena is a choice between models, not one.
    return requireList(answer, "data")
      .filter((each) => idAt(each, "owned_by") !== "arena")
      .flatMap((each) => idAt(each, "id") ?? []);
  }

  async function firstModel(signal: AbortSignal): Promise<string> {
    const [first] = await models(signal);
    if (first === undefined) throw new NotObservable("this Open WebUI has no model");
    return first;
  }

  return {
    driver: "open-webui",
    missingAbilities: LACKING,
    account: accountOfToken(token),
    openPlace: async ({ options }): Promise<ChatPlace> => ({ modelId: null, options }),
    closePlace: async () => undefined,
    // A message to none begins one.
    openConversation: async () => null,
    async deleteConversation(id, signal) {
      const answer = await call("DELETE", chatPath(id), signal);
      if (answer.status >= 300 && answer.status !== 404) throw new Refusal(answer);
    },
    send,
    readAgain() {
      throw new NotObservable(LACKING["read a reply again"]);
    },
    async cancel({ conversation }: NamedReply, signal) {
      if (conversation === null)
        throw new NotObservable("Open WebUI ends the replies of a chat, and none is named");
      return await call("POST", `/api/tasks/chat/${encodeURIComponent(conversation)}/stop`, signal);
    },
    async rows(conversation, signal, limit) {
      const rows = openWebuiRows(await readChat(conversation, signal), conversation);
      return limit === undefined ? rows : rows.slice(-limit);
    },
    async conversations(signal) {
      const answer = await call("GET", "/api/v1/chats/?page=1", signal);
      return requireList(answer, "").flatMap((each) => idAt(each, "id") ?? []);
    },
    models,
    health: (signal) => call("GET", "/health", signal),
  };
}

interface Names {
  readonly message: string;
  readonly reply: string;
  /** The reply that the message follows; null for none. */
  readonly parent: string | null;
  readonly model: string;
  readonly sid: string | null;
}

/** What the page sends: the first message makes the chat, and asks for a title. */
function messageBody(
  { conversation, text, place, asksAsPage = false }: OutgoingMessage,
  { message, reply, parent, model, sid }: Names,
): object {
  const tasks = conversation === null ? { title_generation: true, tags_generation: true } : {};
  return {
    stream: true,
    model,
    params: place.options,
    session_id: sid,
    ...(conversation !== null && { chat_id: conversation }),
    id: reply,
    message_ids: [{ model_id: model, message_id: reply, modelIdx: 0 }],
    parent_id: parent,
    user_message: {
      ...{ id: message, parentId: parent, childrenIds: [reply], role: "user", content: text },
      ...{ timestamp: Math.floor(Date.now() / 1000), models: [model] },
    },
    ...(asksAsPage && { background_tasks: { ...tasks, follow_up_generation: true } }),
  };
}

function chatPath(id: string): string {
  return `/api/v1/chats/${encodeURIComponent(id)}`;
}
