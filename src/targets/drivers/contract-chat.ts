import type { ContractDeviations, EndpointName } from "../../contract/foreign-back-end.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { isLacking } from "../contract-adapting-client.ts";
import { deleteAt, deleteProfile } from "../delete-profile.ts";
import { endpointInWords } from "../find-endpoint.ts";
import type { HttpClient, SeenCall } from "../http-client.ts";
import { startCancellableReading } from "./cancellable-reading.ts";
import type {
  ChatClient,
  NamedReply,
  OutgoingMessage,
  Reading,
  ReadOptions,
  Sent,
  WireAbility,
} from "./chat-client.ts";
import { conversationNotNamed } from "./conversation-not-named.ts";
import { idAt } from "./json-place.ts";
import { Refusal } from "./refusal.ts";
import { requireList } from "./require-list.ts";
import { rowIn } from "./seen-row.ts";

/** Which call of the contract each ability is. */
const CALLS: Readonly<Partial<Record<WireAbility, EndpointName>>> = {
  "keep profiles": "hmi.newProfile",
  "show rows": "hmi.messages",
  "list conversations": "hmi.sessions",
  "delete conversations": "hmi.deleteSession",
  cancel: "hmi.cancel",
  "list models": "hmi.models",
  "report health": "hmi.health",
};

/** Talks to an HMI that follows the contract, or says where it departs from it. */
export function createContractChat(
  hmi: HttpClient,
  departures: ContractDeviations,
  { driver = "ours" }: { readonly driver?: string } = {},
): ChatClient {
  const lacking = Object.fromEntries(
    Object.entries(CALLS).flatMap(([ability, endpoint]) =>
      departures.lacks[endpoint] === "skipped"
        ? [[ability, `this target has no ${endpointInWords(endpoint)} (contract.lacks: ${endpoint})`]]
        : [],
    ),
  ) as Partial<Record<WireAbility, string>>;
  const hasOptions = !isLacking(departures, "engine.options") || lacking["keep profiles"] === undefined;
  const client: ChatClient = {
    driver,
    missingAbilities: hasOptions
      ? lacking
      : { ...lacking, "hand options on": "this target hands no options on (contract.lacks: engine.options)" },
    async openPlace({ name, description, instructions, options, think }, signal) {
      if (lacking["keep profiles"] !== undefined) return { modelId: null, options };
      const body = { name, description, instructions, settings: { options, think } };
      const answer = await hmi.call("POST", hmiRoutes.newProfile.path(), { body, signal });
      return { modelId: Number(requireId(answer, "profile.model_id")), options };
    },
    async closePlace({ modelId }, signal) {
      if (modelId !== null) await deleteProfile(hmi, { model_id: modelId }, signal);
    },
    async openConversation({ modelId }, signal) {
      const path = hmiRoutes.newSession.path();
      return requireId(
        await hmi.call("POST", path, { body: { model_id: modelId }, signal }),
        "session.session_id",
      );
    },
    deleteConversation: (session_id, signal) =>
      deleteAt(hmi, hmiRoutes.deleteSession.path({ session_id }), signal),
    send: (message, signal) => send(hmi, message, signal),
    readAgain: (named, options) => {
      const session_id = requireConversation(named);
      const path = hmiRoutes.stream.path({ session_id }, { message_id: named.reply ?? undefined });
      return readReply(hmi, path, options);
    },
    async cancel({ reply, ...named }, signal) {
      const path = hmiRoutes.cancel.path({ session_id: requireConversation(named) });
      return await hmi.call("POST", path, { signal, ...(reply != null && { body: { message_id: reply } }) });
    },
    async rows(session_id, signal, limit) {
      const answer = await hmi.call("GET", hmiRoutes.messages.path({ session_id }, { limit }), { signal });
      return requireList(answer, "messages").map((row) => rowIn(row, session_id, answer));
    },
    async conversations(signal) {
      const answer = await hmi.call("GET", hmiRoutes.sessions.path(undefined, { limit: 100 }), { signal });
      return requireList(answer, "sessions").flatMap((session) => idAt(session, "session_id") ?? []);
    },
    async models(signal) {
      const answer = await hmi.call("GET", hmiRoutes.models.path(), { signal });
      return requireList(answer, "models").flatMap((model) => idAt(model, "model_id") ?? []);
    },
    health: (signal) => hmi.call("GET", hmiRoutes.health.path(), { signal }),
  };
  return client;
}

async function send(hmi: HttpClient, message: OutgoingMessage, signal: AbortSignal): Promise<Sent> {
  const { text, conversation, model, agent, place, saysProfile } = message;
  const body = {
    session_id: conversation,
    message: text,
    model_id: conversation === null || saysProfile === true ? place.modelId : undefined,
    model,
    agent_id: agent,
  };
  const call = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal });
  const session_id = idAt(call.body, "session_id");
  const isTaken = call.status < 300 && session_id !== null;
  return {
    call,
    isTaken,
    text,
    conversation: session_id ?? conversation,
    message: idAt(call.body, "message_id"),
    reply: idAt(call.body, "assistant_message_id"),
    read(options) {
      if (session_id === null) throw new Refusal(call);
      const reply = idAt(call.body, "assistant_message_id") ?? undefined;
      return readReply(hmi, hmiRoutes.stream.path({ session_id }, { message_id: reply }), options);
    },
  };
}

function readReply(hmi: HttpClient, path: string, { signal, onFact }: ReadOptions): Reading {
  return startCancellableReading(
    (until) => hmi.stream("GET", path, { signal: until, ...(onFact && { onFact }) }),
    signal,
  );
}

function requireConversation({ conversation }: NamedReply): string {
  if (conversation !== null) return conversation;
  throw conversationNotNamed();
}

function requireId(answer: SeenCall, place: string): string {
  const id = idAt(answer.body, place);
  if (answer.status < 300 && id !== null) return id;
  throw new Refusal(answer);
}
