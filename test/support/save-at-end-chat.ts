import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { serveRoutes } from "./routes.ts";

/** What may be wrong with it. */
export type SaveAtEndFault =
  /** The engine is asked for a model that it does not have. */
  | "asks-other-model"
  /** What fails at the engine is told as an empty reply that is whole. */
  | "failure-as-empty"
  /** A reply whose reader has left is ended. */
  | "ends-with-reader"
  /** A reply whose reader has left is written to its end, and not saved. */
  | "forgets-left"
  /** A stop is answered, and changes nothing. */
  | "stop-ignored"
  /** Only replies are saved. */
  | "message-lost"
  /** The engine is asked a second time for each reply, and nobody reads that one. */
  | "asks-twice"
  /** The engine is asked for a title with the message in it, too. */
  | "asks-for-title";

interface Turn {
  readonly sent: string[];
  readonly ended: AbortController;
  reader: ServerResponse | undefined;
  wasLeft: boolean;
  isOver: boolean;
}

/** A chat back end before an OpenAI-compatible engine: a reply is written to its end whoever hears it, and saved then. */
export async function startSaveAtEndChat(
  engine: string,
  faults: readonly SaveAtEndFault[] = [],
): Promise<string> {
  const has = (fault: SaveAtEndFault): boolean => faults.includes(fault);
  const chats = new Map<string, { who: string; body: string }[]>();
  const turns = new Map<string, Turn>();

  const tell = (turn: Turn, event: object): void => {
    const text = `data: ${JSON.stringify(event)}\n\n`;
    turn.sent.push(text);
    turn.reader?.write(text);
  };

  async function request({ ended: { signal } }: Turn, content: string): Promise<Response> {
    return await fetch(`${engine}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: has("asks-other-model") ? "m-gguf" : "m",
        messages: [{ role: "user", content }],
        stream: true,
      }),
      signal,
    });
  }

  async function ask(turn: Turn, prompt: string): Promise<string> {
    const more = has("asks-twice") ? prompt : has("asks-for-title") ? `A title for: ${prompt}` : undefined;
    const answer = await request(turn, prompt);
    const beside = more === undefined ? undefined : request(turn, more).then((other) => other.text());
    // What nobody reads may fail unseen.
    beside?.catch(() => undefined);
    if (!answer.ok) throw new Error(`the engine answered ${answer.status}: ${await answer.text()}`);
    let body = "";
    for await (const piece of piecesOf(answer)) {
      body += piece;
      tell(turn, { piece });
    }
    return body;
  }

  async function write(turn: Turn, rows: { who: string; body: string }[], prompt: string): Promise<void> {
    let last: object = { over: "whole" };
    try {
      const body = await ask(turn, prompt);
      if (!(turn.wasLeft && has("forgets-left"))) rows.push({ who: "bot", body });
    } catch (error) {
      if (turn.ended.signal.aborted) last = { over: "stopped" };
      else if (!has("failure-as-empty")) last = { problem: String(error) };
    }
    tell(turn, last);
    turn.isOver = true;
    turn.reader?.end();
  }

  function hear(turn: Turn | undefined, response: ServerResponse): void {
    if (turn === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(turn.sent.join("") || ": hello\n\n");
    if (turn.isOver) return void response.end();
    turn.reader = response;
    response.on("close", () => {
      turn.wasLeft = !turn.isOver;
      if (turn.wasLeft && has("ends-with-reader")) turn.ended.abort();
    });
  }

  return await serveRoutes({
    "GET /": () => ({ up: true }),
    "POST /say": ({ body }) => {
      const { chat, prompt } = JSON.parse(body);
      const rows = chats.get(chat) ?? [];
      chats.set(chat, rows);
      if (!has("message-lost")) rows.push({ who: "human", body: prompt });
      const turn: Turn = {
        sent: [],
        ended: new AbortController(),
        reader: undefined,
        wasLeft: false,
        isOver: false,
      };
      const id = randomUUID();
      turns.set(id, turn);
      void write(turn, rows, prompt);
      return { turn: id };
    },
    "GET /turns/:turn": ({ params, response }) => {
      hear(turns.get(params["turn"] ?? ""), response);
    },
    "POST /turns/:turn/stop": ({ params }) => {
      if (!has("stop-ignored")) turns.get(params["turn"] ?? "")?.ended.abort();
      return { stopped: true };
    },
    "GET /chats/:chat": ({ params }) => chats.get(params["chat"] ?? "") ?? [],
  });
}

async function* piecesOf(answer: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const bytes of answer.body ?? []) {
    const events = (rest + Buffer.from(bytes).toString()).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events.filter((each) => each !== "data: [DONE]")) {
      const piece = JSON.parse(event.slice("data: ".length)).choices[0]?.delta.content ?? "";
      if (piece !== "") yield piece;
    }
  }
}

/** How it is talked to. */
export const SAVE_AT_END_WIRE: WireDescription = {
  service: "hmi",
  conversation: "own",
  send: { request: "POST /say", body: { chat: "{conversation}", prompt: "{text}" }, told: { reply: "turn" } },
  read: { request: "GET /turns/{reply}" },
  stream: {
    framing: "sse",
    text: { at: "piece" },
    failure: { message: "problem" },
    done: { has: "over", reason: "over", reasons: { stop: ["whole"], cancelled: ["stopped"] } },
  },
  cancel: { request: "POST /turns/{reply}/stop" },
  rows: {
    request: "GET /chats/{conversation}",
    list: "",
    role: "who",
    text: "body",
    roles: { user: ["human"], assistant: ["bot"] },
  },
};
