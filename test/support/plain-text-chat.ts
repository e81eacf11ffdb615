import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import { serveRoutes } from "./routes.ts";

interface Turn {
  readonly id: string;
  readonly by: "me" | "it";
  /** As OpenAI's and Vercel's have it: what was said beside what was thought and what tools did. */
  parts: readonly object[];
  state: "whole" | "growing" | "left" | "broken";
}

/** What may be wrong with it. */
export type PlainTextFault =
  /** Replies are saved to the conversation that was there first. */
  | "saved-to-first"
  /** Replies are saved nowhere. */
  | "saves-nothing"
  /** Replies are saved a second time beside the first. */
  | "saves-twice"
  /** White space in what is saved of a reply is one blank, wherever it stands. */
  | "joins-lines"
  /** The engine writes each reply a first time for nobody, before it is asked again. */
  | "asks-first"
  /** A reply whose reader left is saved whole, as one. */
  | "left-as-whole"
  /** A reply is sent when it is whole. */
  | "holds-back"
  /** Of a conversation that is known and has no turn yet it is said that there is none. */
  | "forgets";

/**
 * A chat whose page makes up the conversations' names: one is there with its first message, and 404 before. A reply is plain
 * text, is ended by closing its stream, of which the back end hears a moment later, and is refused by 502 where the engine
 * refuses. Turns are lists of parts.
 */
export async function startPlainTextChat(
  engine: string,
  { model = "llama3.1:8b", fault }: { readonly model?: string; readonly fault?: PlainTextFault } = {},
): Promise<string> {
  const chats = new Map<string, Turn[]>();

  async function askEngine(messages: readonly object[], signal: AbortSignal): Promise<Response> {
    const ask = (): Promise<Response> =>
      fetch(`${engine}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model, messages, stream: true }),
        signal,
      });
    // What it fails at once, it fails at again.
    if (fault === "asks-first") await (await ask()).text().catch(() => undefined);
    return await ask();
  }

  function saved(text: string): readonly object[] {
    if (fault === "joins-lines") return [{ type: "text", text: text.replace(/\s+/g, " ") }];
    return [
      { type: "reasoning", text: "Let me see." },
      { type: "text", text },
    ];
  }

  async function answer(turns: Turn[], reply: Turn, response: ServerResponse): Promise<void> {
    const messages = turns
      .filter((turn) => turn !== reply && textOf(turn) !== "")
      .map((turn) => ({ role: turn.by === "me" ? "user" : "assistant", content: textOf(turn) }));
    const stop = new AbortController();
    let isLeft = false;
    // The next piece is still taken, as where a write is how a closed connection is noticed.
    response.on("close", () => {
      isLeft = true;
    });
    const asked = await askEngine(messages, stop.signal).catch(() => undefined);
    if (!asked?.ok) {
      reply.state = "broken";
      return void response.writeHead(502).end(JSON.stringify({ problem: await asked?.text() }));
    }
    const isHeldBack = fault === "holds-back";
    const begin = () => response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    if (!isHeldBack) begin();
    let text = "";
    // What came of an engine that breaks off is kept.
    const end = await passOn(asked, (piece) => {
      text += piece;
      reply.parts = saved(text);
      if (!isHeldBack) response.write(piece);
      return isLeft && fault !== "left-as-whole";
    }).catch(() => "broken" as const);
    stop.abort();
    reply.state = end;
    if (isHeldBack && end === "broken") return void response.writeHead(502).end("{}");
    if (isHeldBack) begin();
    if (end === "whole") response.end(isHeldBack ? text : undefined);
    else response.destroy();
  }

  return await serveRoutes({
    "GET /": ({ response }) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>Hello"),
    "GET /chats/:id.json": ({ params, response }) => {
      const turns = chats.get(params["id"] ?? "");
      if (turns !== undefined && fault !== "forgets") return { turns };
      response.statusCode = 404;
      return { problem: "no such chat" };
    },
    "POST /chats/:id/forget": ({ params }) => ({ forgotten: chats.delete(params["id"] ?? "") }),
    "POST /say": async ({ body, response }) => {
      const { chat, text } = JSON.parse(body) as { chat: string; text: string };
      const turns = chats.get(chat) ?? [];
      chats.set(chat, turns);
      const reply: Turn = { id: randomUUID(), by: "it", parts: [], state: "growing" };
      turns.push({ id: randomUUID(), by: "me", parts: [{ type: "text", text }], state: "whole" });
      const [first = turns] = chats.values();
      if (fault !== "saves-nothing") (fault === "saved-to-first" ? first : turns).push(reply);
      await answer(turns, reply, response);
      if (fault === "saves-twice") turns.push({ ...reply, id: randomUUID() });
    },
  });
}

/** How it is talked to. */
export const PLAIN_TEXT_WIRE = {
  service: "hmi",
  conversation: "own",
  send: { request: "POST /say", body: { chat: "{conversation}", text: "{text}" } },
  stream: { framing: "text" },
  cancel: "close",
  rows: {
    request: "GET /chats/{conversation}.json",
    list: "turns",
    id: "id",
    role: "by",
    roles: { user: ["me"], assistant: ["it"] },
    text: "parts",
    thought: "parts",
    status: "state",
    statuses: { complete: ["whole"], streaming: ["growing"], cancelled: ["left"], error: ["broken"] },
  },
  delete_conversation: { request: "POST /chats/{conversation}/forget" },
  page: "/",
} as const satisfies NonNullable<ForeignContract["wire"]>;

function textOf({ parts }: Turn): string {
  return parts
    .map((part) => ("type" in part && part.type === "text" && "text" in part ? part.text : ""))
    .join("");
}

/** Tells each piece of a reply until one is enough, and how it ended. */
async function passOn(
  { body }: Response,
  isEnough: (piece: string) => boolean,
): Promise<"whole" | "left" | "broken"> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.startsWith("data: "))) {
      const data = line.slice("data: ".length);
      if (data === "[DONE]") return "whole";
      const piece: string = JSON.parse(data).choices?.[0]?.delta?.content ?? "";
      if (piece !== "" && isEnough(piece)) return "left";
    }
  }
  return "broken";
}
