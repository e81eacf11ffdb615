import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import type { HarEntry } from "../../scripts/real/chromium-har.ts";
import { type ServerSocket, takeWebSockets } from "./web-socket-server.ts";

const HAR = fileURLToPath(new URL("../../fixtures/recorded/open-webui/page.har", import.meta.url));
const { entries } = (JSON.parse(readFileSync(HAR, "utf8")) as { log: { entries: HarEntry[] } }).log;

/** What was said over the first WebSocket of the recording, frame by frame. */
const FRAMES = (
  entries.find(({ _webSocketMessages }) => _webSocketMessages)?._webSocketMessages ?? []
).filter(({ type }) => type === "receive");

/** The recording's last answer to a request of such a path. */
function lastAnswer(path: RegExp): string {
  const found = entries.findLast(({ request }) =>
    path.test(new URL((request as { url: string }).url).pathname),
  );
  return found?.response.content.text ?? "{}";
}

/** The first message of the recording and its reply, the second message and how that was stopped. */
const [FIRST = "", SECOND = ""] = [...new Set(FRAMES.flatMap(({ data }) => replyIn(data)))];

function replyIn(frame: string): string[] {
  const found = /"message_id":"([^"]+)".*"type":"(?:response:completion|chat:tasks:cancel)"/.exec(frame)?.[1];
  return found === undefined ? [] : [found];
}

/** What was sent to it, oldest first. */
export interface RecordedOpenWebui {
  readonly server: Server;
  /** Drops the WebSocket. */
  readonly hangUp: () => void;
  readonly asked: { readonly request: string; readonly token: string | undefined; readonly body: unknown }[];
}

/**
 * An Open WebUI that answers as the recorded one did: a first message of a chat with the frames of the recorded reply, in
 * the name of the reply that is asked for; the next one with those of the reply that was stopped; "Wait" with nothing.
 */
export function recordedOpenWebui(): RecordedOpenWebui {
  const asked: RecordedOpenWebui["asked"] = [];
  let socket: ServerSocket | undefined;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { method, url: path = "", headers } = request;
    asked.push({ request: `${method} ${path}`, token: headers.authorization, body });
    const [status, answer] = answerTo(path);
    response.writeHead(status, { "content-type": "application/json" }).end(answer);
    if (path === "/api/chat/completions") for (const frame of framesFor(body as Message)) socket?.say(frame);
  });
  takeWebSockets(server, {
    onOpen(opened) {
      socket = opened;
      opened.say(FRAMES[0]?.data ?? "");
    },
    onText(text, opened) {
      if (text.startsWith("40")) opened.say('40{"sid":"recorded-sid"}');
    },
  });
  return { server, asked, hangUp: () => socket?.hangUp() };
}

function answerTo(path: string): [status: number, body: string] {
  if (path === "/api/v1/auths/signin") return [200, '{"token":"recorded-token"}'];
  if (path === "/api/chat/completions") return [200, '{"status":true,"task_ids":["task"],"chat_id":"chat"}'];
  if (path.endsWith("/stop")) return [200, lastAnswer(/\/stop$/)];
  if (path === "/api/models") return [200, lastAnswer(/^\/api\/models$/)];
  if (path === "/api/v1/chats/chat") return [200, lastAnswer(/^\/api\/v1\/chats\/[0-9a-f-]{36}$/)];
  return [401, '{"detail":"not here"}'];
}

function framesFor({ id, chat_id, user_message }: Message): readonly string[] {
  if (user_message.content === "Wait") return [];
  const recorded = chat_id === undefined ? FIRST : SECOND;
  return FRAMES.filter(({ data }) => data.includes(recorded)).map(({ data }) =>
    data.replaceAll(recorded, id),
  );
}

interface Message {
  readonly id: string;
  readonly chat_id?: string;
  readonly user_message: { readonly content: string };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}
