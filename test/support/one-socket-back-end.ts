import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import { type ServerSocket, takeWebSockets } from "./web-socket-server.ts";

/** What may be wrong with it. */
export type OneSocketFault =
  /** A stop is passed over. */
  | "stop-ignored"
  /** The engine works on after a stop. */
  | "engine-goes-on"
  /** Pieces of a reply bear the name of the conversation that its WebSocket began with. */
  | "names-mixed"
  /** The same, where nothing in them names the reply. */
  | "replies-mixed"
  /** No reply is told to have ended. */
  | "never-ends"
  /** A turn that follows another one is hung on the first. */
  | "parent-ignored";

interface Turn {
  readonly id: string;
  readonly parent: string | null;
  readonly who: "human" | "bot";
  text: string;
  state: string;
}

/** What a page says. */
interface Said {
  readonly t?: string;
  readonly chat?: string | null;
  readonly parent?: string | null;
  readonly text?: string;
  readonly node?: string;
}

/** How it is spoken with. */
type Framing = "websocket" | "socket.io";

/**
 * Starts a chat back end with one WebSocket for all conversations of a page, on which a reply is stopped, too; the turns of a
 * conversation are a tree, and each message names the one that it follows.
 */
export async function startOneSocketBackEnd(
  engine: string,
  faults: readonly OneSocketFault[] = [],
  framing: Framing = "websocket",
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const backEnd = new OneSocketBackEnd(engine, faults, framing);
  const server = createServer((request, response) => backEnd.answer(request, response));
  takeWebSockets(server, {
    onOpen: (socket) => backEnd.greet(socket),
    onText: (text, socket) => backEnd.hear(text, socket),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class OneSocketBackEnd {
  readonly #engine: string;
  readonly #faults: readonly OneSocketFault[];
  readonly #isSocketIo: boolean;
  readonly #chats = new Map<string, Map<string, Turn>>();
  readonly #running = new Map<string, AbortController>();
  /** The conversation that a WebSocket began with. */
  readonly #firstOf = new WeakMap<ServerSocket, string>();

  constructor(engine: string, faults: readonly OneSocketFault[], framing: Framing) {
    this.#engine = engine;
    this.#faults = faults;
    this.#isSocketIo = framing === "socket.io";
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const [, id = ""] = /^\/chats\/([\w-]+)$/.exec(request.url ?? "") ?? [];
    const turns = this.#chats.get(id);
    const isList = request.url === "/chats";
    if (request.method === "DELETE") {
      for (const turn of turns?.keys() ?? []) this.#running.get(turn)?.abort();
      this.#chats.delete(id);
    }
    const list = [...this.#chats.keys()].map((chat) => ({ chat }));
    const shown = turns && { nodes: Object.fromEntries(turns) };
    const found = isList ? list : shown;
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { problem: "no such chat" }));
  }

  greet(socket: ServerSocket): void {
    if (this.#isSocketIo) socket.say('0{"sid":"e"}');
  }

  hear(text: string, socket: ServerSocket): void {
    if (this.#isSocketIo && text.startsWith("40")) socket.say('40{"sid":"s"}');
    if (this.#isSocketIo && !text.startsWith("42")) return;
    const said: Said = this.#isSocketIo ? JSON.parse(text.slice(2))[1] : JSON.parse(text);
    if (said.t === "say") void this.#reply(socket, said);
    if (said.t === "stop" && !this.#has("stop-ignored")) this.#running.get(said.node ?? "")?.abort();
  }

  async #reply(socket: ServerSocket, said: Said): Promise<void> {
    const chat = said.chat ?? randomUUID();
    const turns = this.#chats.get(chat) ?? new Map<string, Turn>();
    this.#chats.set(chat, turns);
    if (!this.#firstOf.has(socket)) this.#firstOf.set(socket, chat);
    const parent = this.#has("parent-ignored") ? ([...turns.keys()][0] ?? null) : (said.parent ?? null);
    const asked: Turn = { id: randomUUID(), parent, who: "human", text: said.text ?? "", state: "ok" };
    const reply: Turn = { id: randomUUID(), parent: asked.id, who: "bot", text: "", state: "growing" };
    for (const turn of [asked, reply]) turns.set(turn.id, turn);
    this.#tell(socket, { t: "ack", chat, node: reply.id });
    const isMixed = this.#has("names-mixed") || this.#has("replies-mixed");
    const node = this.#has("replies-mixed") ? {} : { node: reply.id };
    const tell = (event: object): void =>
      this.#tell(socket, { ...event, chat: isMixed ? this.#firstOf.get(socket) : chat, ...node });
    const stop = new AbortController();
    this.#running.set(reply.id, stop);
    const end = (why: "stop" | "stopped" | "oops"): void => {
      if (reply.state !== "growing") return;
      reply.state = { stop: "ok", stopped: "stopped", oops: "failed" }[why];
      if (!this.#has("never-ends")) tell({ t: "fin", why });
    };
    stop.signal.addEventListener("abort", () => end("stopped"));
    try {
      await this.#ask(pathTo(turns, asked.id), stop.signal, (text) => {
        if (reply.state !== "growing") return;
        reply.text += text;
        tell({ t: "delta", s: text });
      });
      end("stop");
    } catch (error) {
      if (!stop.signal.aborted) tell({ t: "oops", text: String(error) });
      end("oops");
    }
    this.#running.delete(reply.id);
  }

  /** Rejects where the engine fails, or does not say that it has ended. */
  async #ask(turns: readonly Turn[], signal: AbortSignal, onText: (text: string) => void): Promise<void> {
    const messages = turns
      .filter(({ text }) => text !== "")
      .map(({ who, text }) => ({ role: who === "human" ? "user" : "assistant", content: text }));
    const answered = await fetch(`${this.#engine}/api/chat`, {
      method: "POST",
      body: JSON.stringify({ model: "llama3.1:8b", messages }),
      ...(!this.#has("engine-goes-on") && { signal }),
    });
    let rest = "";
    let isDone = false;
    for await (const chunk of answered.body ?? []) {
      rest += Buffer.from(chunk).toString();
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const { message, error, done } of lines.map((line) => JSON.parse(line))) {
        if (error !== undefined) throw new Error(error);
        if (message.content !== "") onText(message.content);
        isDone = done;
      }
    }
    if (!isDone) throw new Error("the engine has hung up");
  }

  #tell(socket: ServerSocket, event: object): void {
    socket.say(this.#isSocketIo ? `42${JSON.stringify(["tree", event])}` : JSON.stringify(event));
  }

  #has(fault: OneSocketFault): boolean {
    return this.#faults.includes(fault);
  }
}

function pathTo(turns: ReadonlyMap<string, Turn>, leaf: string): Turn[] {
  const turn = turns.get(leaf);
  return turn === undefined ? [] : [...(turn.parent === null ? [] : pathTo(turns, turn.parent)), turn];
}

/** How it is talked to. */
export function oneSocketWire(framing: Framing = "websocket"): NonNullable<ForeignContract["wire"]> {
  const frame = (body: object): unknown => (framing === "socket.io" ? ["tree", body] : body);
  return {
    service: "hmi",
    send: {
      request: framing === "socket.io" ? "WS /socket.io/?EIO=4&transport=websocket" : "WS /live",
      body: frame({
        t: "say",
        chat: "{conversation|null}",
        parent: "{last_reply|null}",
        text: "{text}",
      }),
    },
    stream: {
      framing,
      type: "t",
      channel: { conversation: "chat", reply: "node" },
      started: { of: "ack", conversation: "chat", reply: "node" },
      text: { of: "delta", at: "s" },
      failure: { of: "oops", message: "text" },
      done: { of: "fin", reason: "why", reasons: { cancelled: ["stopped"], error: ["oops"] } },
    },
    cancel: { frame: frame({ t: "stop", node: "{reply}" }) },
    rows: {
      request: "GET /chats/{conversation}",
      list: "nodes",
      id: "id",
      text: "text",
      role: "who",
      roles: { user: ["human"], assistant: ["bot"] },
      status: "state",
      statuses: { streaming: ["growing"], complete: ["ok"], cancelled: ["stopped"], error: ["failed"] },
    },
    conversations: { request: "GET /chats", list: "", id: "chat" },
    delete_conversation: { request: "DELETE /chats/{conversation}" },
  };
}
