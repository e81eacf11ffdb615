import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";

/** What may be wrong with it. */
export type OddFault =
  /** A cancel is answered, and the reply goes on. */
  | "cancel-ignored"
  /** The engine works on after a cancel. */
  | "engine-goes-on"
  /** A cancel ends the engine's request when its next piece has come. */
  | "stops-at-next-piece"
  /** A cancelled reply is saved as a whole one. */
  | "cancelled-as-whole"
  /** The last message goes to the engine twice: with the history, and behind it. */
  | "asked-twice-in-prompt"
  /** What the model said goes to the engine as what the person said. */
  | "roles-lost-in-prompt"
  /** Replies are saved to whichever conversation was made last. */
  | "saved-to-newest"
  /** Only the last message goes to the engine. */
  | "no-history"
  /** A reply is saved a moment after its end, without the white space around it. */
  | "saves-late"
  /** A reply ends with a line's end, and all texts are saved without the white space around them. No fault of a chat. */
  | "trims"
  /** An empty row stands beside each reply. */
  | "row-beside"
  /** A title, marked as one, stands beside each reply. */
  | "title-beside"
  /** Turns are shown as if each side had said what the other did. */
  | "roles-swapped"
  /** Only the first piece of a reply is streamed. */
  | "streams-little"
  /** A reply is streamed when it is whole. */
  | "holds-back"
  /** A reply is asked for again and again, and is there when it is whole. No fault of a chat. */
  | "polled"
  /** A reply is saved whole, and its stream is left open without a word of its end. */
  | "never-ends"
  /** Every message is refused. */
  | "refuses"
  /** HEAD and OPTIONS do what DELETE does. */
  | "head-deletes"
  /** A deletion is answered, and nothing is deleted. */
  | "deletes-nothing"
  /** What is wrong is told with where in the program. */
  | "tells-internals"
  /** Browsers keep the page and its script. */
  | "page-kept"
  /** The page's script is not there. */
  | "script-missing"
  /** Every message is a failure of its own. */
  | "fails"
  /** A long message is a failure of its own. */
  | "fails-at-length"
  /** What the model thinks is a part of what it says. */
  | "thoughts-in-text"
  /** What the model thought is not saved. */
  | "thoughts-lost"
  /** What the model thought goes with the next message. */
  | "thoughts-sent"
  /** A text of its own is the reply to everything, and the engine is asked for nothing. */
  | "canned";

interface Row {
  readonly id: string;
  readonly who: "human" | "bot";
  body: string;
  /** What it is, where it is no part of what is said. */
  readonly kind?: "title";
  musing: string;
  state: "ok" | "writing" | "stopped" | "failed";
}

interface Answer {
  readonly row: Row;
  readonly cancel: AbortController;
  readonly readers: Set<ServerResponse>;
  readonly sent: string[];
  isOver: boolean;
}

export interface OddBackEnd {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A chat back end that is like no other here: ids in the path, text in `delta`, rows newest first, a cancel by DELETE,
 * answered with 204 and nothing. How it is told to `stack` is {@link ODD_CONTRACT}.
 */
export async function startOddBackEnd(
  engine: string,
  faults: readonly OddFault[] = [],
  { model = "llama3.1:8b" }: { readonly model?: string } = {},
): Promise<OddBackEnd> {
  const has = (fault: OddFault): boolean => faults.includes(fault);
  const chats = new Map<string, Row[]>();
  const answers = new Map<string, Answer>();
  let count = 0;
  const nextId = (letter: string): string => {
    count += 1;
    return `${letter}${count}`;
  };

  const tell = (answer: Answer, event: object): void => {
    const text = `data: ${JSON.stringify(event)}\n\n`;
    answer.sent.push(text);
    const isWhole = answer.row.state !== "writing";
    if (has("holds-back") && !isWhole) return;
    const due = has("holds-back") ? answer.sent.join("") : text;
    for (const reader of answer.readers) reader.write(due);
  };
  const saveLate = (answer: Answer): void => {
    const { row } = answer;
    const whole = row.body;
    row.body = "";
    setTimeout(() => {
      row.body = whole;
    }, 200);
    tell(answer, { delta: "\n" });
  };
  const end = (answer: Answer, state: Row["state"], event: object): void => {
    if (answer.isOver) return;
    if (has("saves-late")) saveLate(answer);
    if (has("trims")) tell(answer, { delta: " \n" });
    answer.row.state = state;
    if (has("never-ends") && state === "ok") return;
    tell(answer, event);
    answer.isOver = true;
    for (const reader of answer.readers) reader.end();
  };

  const changed = (messages: readonly object[]): readonly object[] => {
    const all = has("asked-twice-in-prompt") ? [...messages, ...messages.slice(-1)] : messages;
    return has("roles-lost-in-prompt") ? all.map((message) => ({ ...message, role: "user" })) : all;
  };

  async function generate(answer: Answer, rows: readonly Row[], told?: readonly object[]): Promise<void> {
    const kept = rows
      .filter((row) => row !== answer.row && !row.id.startsWith("b"))
      .map(({ who, body, musing }) => ({
        role: who === "human" ? "user" : "assistant",
        content: has("thoughts-sent") ? musing + body : body,
      }));
    // A page may send all that was said with each message.
    const messages = told ?? kept;
    const given = changed(has("no-history") ? messages.slice(-1) : messages);
    if (has("canned")) {
      take(answer, { message: { content: "All is well." } });
      return take(answer, { done: true, eval_count: 4 });
    }
    try {
      const reply = await fetch(`${engine}/api/chat`, {
        method: "POST",
        body: JSON.stringify({ model, messages: given, stream: true }),
        ...(!has("engine-goes-on") && { signal: answer.cancel.signal }),
      });
      let rest = "";
      for await (const chunk of reply.body ?? []) {
        rest += Buffer.from(chunk).toString();
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) take(answer, JSON.parse(line));
      }
    } catch {
      end(answer, "failed", { problem: "the engine failed" });
    }
  }
  function muse(answer: Answer, musing: string): void {
    if (musing === "") return;
    if (!has("thoughts-lost")) answer.row.musing += musing;
    tell(answer, { musing });
  }
  function say(answer: Answer, delta: string): void {
    if (delta === "") return;
    if (!has("streams-little") || answer.row.body === "") tell(answer, { delta });
    answer.row.body += delta;
  }
  function take(
    answer: Answer,
    line: { message?: { content: string; thinking?: string }; done?: boolean; eval_count?: number },
  ): void {
    if (answer.isOver) {
      if (has("stops-at-next-piece")) answer.cancel.abort();
      return;
    }
    const thought = line.message?.thinking ?? "";
    if (!has("thoughts-in-text")) muse(answer, thought);
    say(answer, (has("thoughts-in-text") ? thought : "") + (line.message?.content ?? ""));
    if (line.done === true) end(answer, "ok", { finished: "whole", written: line.eval_count });
  }

  const besides = (): Row[] => {
    const empty = { id: nextId("b"), who: "bot", body: "", musing: "", state: "ok" } as const;
    if (has("row-beside")) return [empty];
    return has("title-beside") ? [{ ...empty, body: "OK", kind: "title" }] : [];
  };

  /** Its calls that are about a chat, and its answers where that is there. */
  interface Called {
    readonly chat: string;
    readonly rows: Row[];
    /** Undefined where there is none of that id. */
    readonly answer: Answer | undefined;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  }
  const noAnswer = (response: ServerResponse): void => json(response, 404, { problem: "no such answer" });
  const routes: Readonly<Record<string, (called: Called) => unknown>> = {
    "DELETE chats/:chat"({ chat, rows, response }) {
      for (const each of answers.values()) if (rows.includes(each.row)) each.cancel.abort();
      if (!has("deletes-nothing")) chats.delete(chat);
      json(response, 204);
    },
    "GET chats/:chat/messages"({ rows, response }) {
      const items = rows.map((row) => ({
        ...row,
        ...(has("roles-swapped") && { who: row.who === "human" ? "bot" : "human" }),
        body: has("trims") ? row.body.trim() : row.body,
      }));
      json(response, 200, { items: items.toReversed() });
    },
    async "POST chats/:chat/messages"({ rows, request, response }) {
      const { text, history } = (await bodyOf(request)) as { text?: string; history?: object[] };
      if (has("fails") || (has("fails-at-length") && (text?.length ?? 0) > 100_000))
        return json(response, 500, { problem: "no" });
      if (has("refuses") || !text) return json(response, 422, { problem: "we do not like this message" });
      const question: Row = { id: nextId("q"), who: "human", body: text, musing: "", state: "ok" };
      const row: Row = { id: nextId("a"), who: "bot", body: "", musing: "", state: "writing" };
      const made: Answer = {
        row,
        cancel: new AbortController(),
        readers: new Set(),
        sent: [],
        isOver: false,
      };
      answers.set(row.id, made);
      rows.push(question);
      const home = has("saved-to-newest") ? [...chats.values()].at(-1) : rows;
      home?.push(row, ...besides());
      void generate(made, rows, history);
      return json(response, 202, { turn: { question: question.id, answer: row.id } });
    },
    "GET chats/:chat/answers/:answer"({ answer, response }) {
      if (answer === undefined) return noAnswer(response);
      if (has("polled")) {
        const { body, state } = answer.row;
        return json(response, 200, { ...(state !== "writing" && { body }), state });
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const isDue = answer.isOver || !has("holds-back");
      response.write((isDue && answer.sent.join("")) || ": hello\n\n");
      if (answer.isOver) return response.end();
      answer.readers.add(response);
      return response.on("close", () => answer.readers.delete(response));
    },
    "DELETE chats/:chat/answers/:answer"({ answer, response }) {
      if (answer === undefined) return noAnswer(response);
      if (!has("cancel-ignored")) {
        end(answer, has("cancelled-as-whole") ? "ok" : "stopped", { finished: "stopped" });
        if (!has("stops-at-next-piece")) answer.cancel.abort();
      }
      return json(response, 204);
    },
  };
  const routesOfAll: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "GET page": (response) => page(response, "text/html", '<script src="page.js"></script>'),
    "GET page.js": (response) =>
      has("script-missing") ? json(response, 404, {}) : page(response, "text/javascript", "void 0;"),
    "GET status": (response) => json(response, 200, { up: true }),
    "GET chats": (response) => json(response, 200, { chats: [...chats.keys()].map((id) => ({ id })) }),
    "POST chats"(response) {
      const id = nextId("c");
      chats.set(id, []);
      json(response, 201, { chat: { id } });
    },
  };

  const page = (response: ServerResponse, type: string, text: string): void => {
    const cache = has("page-kept") ? "max-age=3600" : "no-cache";
    response.writeHead(200, { "content-type": type, "cache-control": cache }).end(text);
  };

  const server = createServer((request, response) => {
    const { method: asked = "GET", url = "/" } = request;
    const method = has("head-deletes") && asked === "HEAD" ? "DELETE" : asked;
    const [, first = "", chat = "", what = "", answerId = ""] = url.split("/");
    const path = [first, chat && ":chat", what, answerId && ":answer"].filter(Boolean).join("/");
    const general = routesOfAll[`${method} ${path}`];
    if (general !== undefined) return general(response);
    const rows = chats.get(chat);
    if (rows === undefined) {
      const more = has("tells-internals") ? { trace: new Error("no such chat").stack } : {};
      return json(response, 404, { problem: "no such chat", ...more });
    }
    const route = routes[`${method} ${path}`];
    if (route === undefined) return json(response, 405, { problem: "not so" });
    return void route({ chat, rows, answer: answers.get(answerId), request, response });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const { cancel } of answers.values()) cancel.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How it is talked to, as somebody would write it into a configuration. */
export const ODD_WIRE = {
  service: "hmi",
  conversation: { request: "POST /chats", body: {}, told: { conversation: "chat.id" } },
  send: {
    request: "POST /chats/{conversation}/messages",
    body: { text: "{text}" },
    told: { message: "turn.question", reply: "turn.answer" },
  },
  read: { request: "GET /chats/{conversation}/answers/{reply}" },
  stream: {
    framing: "sse",
    text: { at: "delta" },
    thought: { at: "musing" },
    usage: { completion: "written" },
    failure: { message: "problem" },
    done: { has: "finished", reason: "finished" },
  },
  cancel: { request: "DELETE /chats/{conversation}/answers/{reply}" },
  rows: {
    request: "GET /chats/{conversation}/messages",
    list: "items",
    newest_first: true,
    id: "id",
    role: "who",
    text: "body",
    status: "state",
    thought: "musing",
    statuses: { streaming: ["writing"], complete: ["ok"], cancelled: ["stopped"], error: ["failed"] },
  },
  conversations: { request: "GET /chats", list: "chats", id: "id" },
  delete_conversation: { request: "DELETE /chats/{conversation}" },
  health: { request: "GET /status" },
  page: "/page",
} as const satisfies NonNullable<ForeignContract["wire"]>;

/** How it is told where its replies are {@link OddFault polled}. */
export const POLLED_ODD_WIRE = {
  ...ODD_WIRE,
  read: { ...ODD_WIRE.read, every_ms: 30 },
  stream: {
    framing: "polled",
    type: "state",
    text: { at: "body", cumulative: true },
    failure: { of: "failed", message: "problem" },
    done: { of: ["ok", "stopped"], reason: "state", reasons: { stop: ["ok"], cancelled: ["stopped"] } },
  },
} as const satisfies NonNullable<ForeignContract["wire"]>;

function json(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || "null");
}
