/**
 * The least that an HMI can do which keeps the contract's word about messages: `saving-pass-through.ts URL DATABASE` takes a
 * message by one call, has it on the disk before it answers, and streams the reply by another call, as it comes from a
 * pass-through. One table, one row a message; the reply is not saved, and all that a pass-through does not do is not done here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { json } from "node:stream/consumers";
import { type Dispatcher, Pool } from "undici";
import { EVENTS, forwardEvents } from "./forward-events.ts";
import { listen } from "./listen.ts";

const [url = "", path = ""] = process.argv.slice(2);
const pool = new Pool(url, { connections: null });
const database = new DatabaseSync(path);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
database.exec("CREATE TABLE messages (id INTEGER PRIMARY KEY, content TEXT NOT NULL)");
const insert = database.prepare("INSERT INTO messages (content) VALUES (?)");

/** The replies that nobody has asked for yet, by the message's key. */
const replies = new Map<string, Promise<Dispatcher.ResponseData>>();

const server = createServer((request, response) =>
  request.method === "POST" ? save(request, response) : stream(request, response),
);
listen(server);

async function save(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = (await json(request)) as { readonly content: string };
  const { lastInsertRowid } = insert.run(message.content);
  const reply = pool.request({
    method: "POST",
    path: "/chat/stream",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
  });
  replies.set(String(lastInsertRowid), reply);
  const answer = JSON.stringify({ message_id: String(lastInsertRowid) });
  response.setHeader("content-type", "application/json").end(answer);
}

async function stream({ url: asked = "" }: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = asked.slice(asked.lastIndexOf("/") + 1);
  const reply = await replies.get(key);
  replies.delete(key);
  if (reply === undefined) response.writeHead(404).end();
  else await forwardEvents(reply.body, response, EVENTS);
}
