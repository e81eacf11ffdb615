import * as z from "zod";
import { ExportedConversation, type ExportedMessage } from "../../../contract/chat-export.ts";
import { LIMITS } from "../../../contract/contract-defaults.ts";
import { checkedShape } from "./checked-shape.ts";
import type { Converted, ImportDefaults, ImportFormat } from "./import-format.ts";
import { convertOpenWebuiMessage, OpenWebuiMessage, rfc3339OfSeconds } from "./open-webui-message.ts";
import { orderedTree } from "./open-webui-tree.ts";

/** A chat as Open WebUI exports it, as far as it is read; the fields are Open WebUI's own. */
const OpenWebuiChat = z.object({
  id: z.string(),
  title: z.string().nullish(),
  archived: z.boolean().nullish(),
  /** Seconds since 1970. */
  created_at: z.number(),
  updated_at: z.number(),
  meta: z.looseObject({ tags: z.array(z.unknown()).optional() }).nullish(),
  chat: z.object({
    models: z.array(z.string()).nullish(),
    system: z.string().nullish(),
    params: z.looseObject({}).nullish(),
    history: z.object({
      messages: z.record(z.string(), OpenWebuiMessage),
      currentId: z.string().nullish(),
    }),
  }),
});
type OpenWebuiChat = z.infer<typeof OpenWebuiChat>;

/**
 * What Open WebUI (0.12) exports of its chats: a list, or a chat a line as `GET /api/v1/chats/all` gives them out. Its
 * messages are a tree as ours are.
 */
export const openWebuiExport: ImportFormat = {
  name: "open-webui",
  title: 'what Open WebUI exports (Settings, Data Controls, "Export Chats"), a list of its chats',
  recognises: (file) => Array.isArray(file) && (file.length === 0 || file.some(hasHistory)),
  open: (file) => ({
    profiles: [],
    conversations: (file as unknown[]).map((value, at) => ({ place: String(at), value })),
  }),
  convert: (value, defaults) => convert(checkedShape(OpenWebuiChat, value), defaults),
};

function hasHistory(chat: unknown): boolean {
  return z.object({ chat: z.object({ history: z.object({}) }) }).safeParse(chat).success;
}

function convert(exported: OpenWebuiChat, { agentId }: ImportDefaults): Converted {
  const { id, title, archived, created_at, updated_at, chat } = exported;
  const { messages, currentId } = chat.history;
  const notes = new Set<string>();
  const created = rfc3339OfSeconds(created_at);
  const converted = orderedTree(messages, currentId ?? null).map(
    ({ id: message_id, message, chosen }): ExportedMessage => ({
      message_id,
      parent_id: message.parentId ?? null,
      chosen,
      ...convertOpenWebuiMessage(message, created, (note) => notes.add(note)),
    }),
  );
  const leftOut = lackingHere(exported);
  if (leftOut.length > 0) notes.add(`There is no place here for: ${leftOut.join(", ")}. It was left out.`);
  const conversation = {
    key: `open-webui:${id}`,
    profile_key: null,
    agent_id: agentId,
    model: chat.models?.find((model) => model !== "") ?? null,
    title: shortTitle(title ?? ""),
    active: false,
    archived: archived ?? false,
    created_at: created,
    updated_at: rfc3339OfSeconds(updated_at),
    messages: converted,
  };
  return { conversation: checkedShape(ExportedConversation, conversation), notes: [...notes] };
}

function lackingHere({ meta, chat }: OpenWebuiChat): string[] {
  const { system, ...params } = { system: chat.system, ...chat.params };
  return [
    ...(meta?.tags?.length ? ["its tags"] : []),
    ...(system ? ["its system prompt"] : []),
    ...(Object.keys(params).length > 0 ? ["its parameters"] : []),
  ];
}

/** Ours are one line, and shorter. */
function shortTitle(title: string): string | null {
  const characters = [...title.toWellFormed().replaceAll(/\s+/g, " ").trim()];
  if (characters.length === 0) return null;
  if (characters.length <= LIMITS.titleChars) return characters.join("");
  return `${characters.slice(0, LIMITS.titleChars - 1).join("")}…`;
}
