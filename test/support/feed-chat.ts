import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { serveRoutes } from "./routes.ts";

/** What is different in a back end whose replies come on one feed a conversation. */
export interface FeedChat {
  /** Whether each event says which conversation it is of. */
  readonly isNamed?: boolean;
  /** Whether who opens the feed is told again what it has told before. */
  readonly isToldAgain?: boolean;
  /** What ends a reply on it; undefined for nothing. */
  readonly end?: object | undefined;
  /** Whether a conversation begins with its first message. */
  readonly isBegunBySaying?: boolean;
}

/** A back end with one long-lived stream of events for each conversation, which says nothing of its replies but where they end. */
export async function startFeedChat({
  isNamed = false,
  isToldAgain = false,
  end,
  isBegunBySaying = false,
}: FeedChat) {
  const chats = new Map<string, { readonly lines: object[]; readonly told: object[] }>();
  const readers = new Map<string, Set<ServerResponse>>();
  const tell = (id: string, event: object): void => {
    const named = isNamed ? { chat: id, ...event } : event;
    chats.get(id)?.told.push(named);
    for (const each of readers.get(id) ?? []) each.write(eventOf(named));
  };
  const begin = (): string => {
    const id = randomUUID();
    chats.set(id, { lines: [], told: [] });
    return id;
  };
  const say = (id: string, text: string): void => {
    const lines = chats.get(id)?.lines;
    lines?.push({ who: "user", body: text });
    const pieces = [`You asked ${text}`, " and rivers ", "bring ", "salt."];
    void (async () => {
      for (const piece of pieces) {
        await delay(10);
        tell(id, { piece });
      }
      lines?.push({ who: "assistant", body: pieces.join("") });
      if (end !== undefined) tell(id, end);
    })();
  };
  const url = await serveRoutes({
    "POST /chats": ({ body }) => {
      const id = begin();
      if (isBegunBySaying) setTimeout(() => say(id, JSON.parse(body).text), 50);
      return { chat: { id } };
    },
    "GET /chats": () => [...chats.keys()].map((id) => ({ id })),
    "GET /chats/:id/feed": ({ params: { id = "" }, response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      response.write(eventOf({ hello: true }));
      if (isToldAgain) for (const each of chats.get(id)?.told ?? []) response.write(eventOf(each));
      const own = readers.get(id) ?? new Set();
      readers.set(id, own.add(response));
      response.on("close", () => own.delete(response));
    },
    "POST /chats/:id/say": ({ params: { id = "" }, body }) => {
      say(id, JSON.parse(body).text);
      return { ok: true };
    },
    "GET /chats/:id/lines": ({ params: { id = "" } }) => chats.get(id)?.lines ?? [],
    "DELETE /chats/:id": ({ params: { id = "" } }) => ({ deleted: chats.delete(id) }),
  });
  return { url, count: () => chats.size };
}

function eventOf(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
