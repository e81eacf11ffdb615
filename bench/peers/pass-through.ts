/**
 * The least that a streaming gateway can do, on the bare platform: `pass-through.ts ENGINE_URL` turns the
 * lines of the engine into events, all of one chunk in one write, and waits where the reader is slow. No
 * history, no event ids, no heartbeat, no resume, no cancel, no validation.
 */
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { Pool } from "undici";
import { drained } from "./drained.ts";
import { listen } from "./listen.ts";

interface ChatBody {
  readonly model: string;
  readonly content: string;
  readonly options: object;
}

interface Line {
  readonly message: { readonly content: string };
  readonly done: boolean;
}

const pool = new Pool(process.argv[2] ?? "", { connections: null });

const server = createServer(async (request, response) => {
  const { model, content, options } = (await json(request)) as ChatBody;
  const { body } = await pool.request({
    method: "POST",
    path: "/api/chat",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content }], options, stream: true }),
  });
  response.writeHead(200, { "content-type": "text/event-stream" });
  const utf8 = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const lines = (rest + utf8.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (!response.write(lines.map(toEvent).join(""))) await drained(response);
  }
  response.end();
});
listen(server);

function toEvent(text: string): string {
  const line = JSON.parse(text) as Line;
  const event = line.done ? { type: "done" } : { type: "token", content: line.message.content };
  return `data: ${JSON.stringify(event)}\n\n`;
}
