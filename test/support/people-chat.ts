import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { type RoutedCall, serveRoutes } from "./routes.ts";

/** What a back end with people may let through. */
export type PeopleLeak =
  | "list"
  | "rows"
  | "message"
  | "deletion"
  | "stream"
  | "cancel"
  | "same names"
  | "one account";

/** How it lets people in. */
export type PeopleLogin = "bearer" | "cookie" | "form";

interface Chat {
  readonly id: string;
  readonly owner: string;
  readonly lines: { who: string; body: string; state: string }[];
  readonly pieces: string[];
  /** How many messages it has taken. */
  messages: number;
  isRunning: boolean;
  isStopped: boolean;
}

/** A chat back end that knows its people by what a login gave them, and lets whoever is not the owner see nothing but what leaks. */
export async function startPeopleChat({
  login = "bearer",
  leaks = [],
  missing = 404,
  passwords = { ada: "lovelace", ben: "franklin" },
}: {
  readonly login?: PeopleLogin;
  readonly leaks?: readonly PeopleLeak[];
  /** With what a chat is answered that is not there, or not the caller's. */
  readonly missing?: 401 | 404;
  readonly passwords?: Readonly<Record<string, string>>;
} = {}) {
  const people = new Map<string, string>();
  const chats = new Map<string, Chat>();
  const logins: string[] = [];
  const leaking = (leak: PeopleLeak): boolean => leaks.includes(leak);
  const letIn = ({ body, contentType, response }: RoutedCall) => {
    const fields = contentType.startsWith("application/json")
      ? JSON.parse(body)
      : Object.fromEntries(new URLSearchParams(body));
    const { username, password } = fields;
    logins.push(username);
    if (passwords[username] !== password) {
      response.statusCode = 401;
      return { detail: `no such account, or another password than ${password}` };
    }
    const session = leaking("one account") ? `e30.${claimsOf("7")}.${randomUUID()}` : randomUUID();
    people.set(session, leaking("one account") ? "everybody" : username);
    if (login !== "cookie") return { access_token: session, token_type: "bearer" };
    response.setHeader("set-cookie", [`sid=${session}; Path=/; HttpOnly`, "theme=dark; Path=/"]);
    if (contentType.endsWith("urlencoded")) {
      return response.writeHead(303, { location: "/" }).end() && undefined;
    }
    return response.writeHead(204).end() && undefined;
  };
  const callerOf = ({ headers }: RoutedCall): string | undefined =>
    login === "cookie"
      ? people.get(/\bsid=([^;]+)/.exec(headers.cookie ?? "")?.[1] ?? "")
      : people.get(headers.authorization?.replace("Bearer ", "") ?? "");
  const asCaller =
    (answer: (call: RoutedCall, caller: string) => unknown) =>
    (call: RoutedCall): unknown => {
      const caller = callerOf(call);
      if (caller !== undefined) return answer(call, caller);
      call.response.statusCode = 401;
      return { detail: "who are you?" };
    };
  const inChat = (leak: PeopleLeak, answer: (chat: Chat, call: RoutedCall) => unknown) =>
    asCaller((call, caller) => {
      const chat = chats.get(call.params["id"] ?? "");
      if (chat !== undefined && (chat.owner === caller || leaking(leak))) return answer(chat, call);
      call.response.statusCode = missing;
      return { detail: "no such chat" };
    });
  const url = await serveRoutes({
    "GET /": ({ response }) => {
      response.setHeader("content-type", "text/html").end(pageOf(login));
    },
    "POST /login": letIn,
    "GET /me": asCaller((_, caller) => ({ account: { id: caller } })),
    "POST /chats": asCaller((_, owner) => {
      const id = leaking("same names") ? "1" : randomUUID();
      chats.set(id, { id, owner, lines: [], pieces: [], messages: 0, isRunning: false, isStopped: false });
      return { id };
    }),
    "GET /chats": asCaller((_, caller) =>
      [...chats.values()]
        .filter(({ owner }) => owner === caller || leaking("list"))
        .map(({ id }) => ({ id })),
    ),
    "GET /chats/:id/lines": inChat("rows", ({ lines }) => lines),
    "DELETE /chats/:id": inChat("deletion", ({ id }) => ({ deleted: chats.delete(id) })),
    "POST /chats/:id/say": inChat("message", (chat, { body }) => {
      const { text } = JSON.parse(body);
      const words: string[] = /^Count/.test(text)
        ? Array.from({ length: 40 }, (_, index) => `${index + 1} `)
        : [`You said ${text.slice(0, 40)}`, " and that is so."];
      const line = { who: "bot", body: "", state: "writing" };
      chat.lines.push({ who: "me", body: text, state: "done" }, line);
      chat.pieces.length = 0;
      chat.messages += 1;
      chat.isRunning = true;
      chat.isStopped = false;
      void (async () => {
        for (const word of words) {
          if (chat.isStopped) break;
          chat.pieces.push(word);
          line.body += word;
          await delay(20);
        }
        line.state = chat.isStopped ? "stopped" : "done";
        chat.isRunning = false;
      })();
      return { ok: true };
    }),
    "POST /chats/:id/stop": inChat("cancel", (chat) => {
      chat.isStopped = true;
      return { ok: true };
    }),
    "GET /chats/:id/stream": inChat("stream", async (chat, { response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let told = 0;
      const tell = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`);
      while (chat.isRunning || told < chat.pieces.length) {
        for (; told < chat.pieces.length; told += 1) tell({ piece: chat.pieces[told] });
        await delay(5);
      }
      tell({ end: chat.isStopped ? "stopped" : "done" });
      response.end();
      return undefined;
    }),
    "GET /chats/:id/feed": inChat("stream", async (chat, { response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      await tellAllReplies(chat, response);
      return undefined;
    }),
  });
  return {
    url,
    /** The names of those who have asked to be let in, each time they have. */
    logins,
    /** Nobody is known any more, as after a restart. */
    forgetPeople: (): void => people.clear(),
    /** How many conversations there are. */
    count: (): number => chats.size,
  };
}

/** Tells all replies of a chat from now on, and that which is being written from its beginning, for as long as anybody listens. */
async function tellAllReplies(chat: Chat, response: ServerResponse): Promise<void> {
  const tell = (event: object) => response.write(`data: ${JSON.stringify({ chat: chat.id, ...event })}\n\n`);
  let ended = chat.isRunning ? chat.messages - 1 : chat.messages;
  let told = 0;
  for (; !response.closed; await delay(5)) {
    if (ended === chat.messages) continue;
    for (; told < chat.pieces.length; told += 1) tell({ piece: chat.pieces[told] });
    if (chat.isRunning) continue;
    tell({ end: chat.isStopped ? "stopped" : "done" });
    [ended, told] = [chat.messages, 0];
  }
}

/** The middle of a JWT, which says for whom it is. */
function claimsOf(sub: string): string {
  return Buffer.from(JSON.stringify({ sub })).toString("base64url");
}

/** Its page: a login, and one conversation. */
function pageOf(login: PeopleLogin): string {
  const head = {
    bearer: `method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fields)`,
    form: `method: "POST", body: new URLSearchParams({ grant_type: "password", ...fields })`,
    cookie: "",
  }[login];
  return `<!doctype html><title>page</title>
<form method="post" action="/login">
  <input name="username" aria-label="Name"><input name="password" type="password" aria-label="Password"><button>Log in</button>
</form>
<input aria-label="Message"><button id="send">Send</button><ol></ol>
<script type="module">
  let token = sessionStorage.getItem("token") ?? "";
  const ask = async (path, method = "GET", body) => await fetch(path, { method,
    headers: { "content-type": "application/json", ...(token && { authorization: "Bearer " + token }) },
    ...(body && { body: JSON.stringify(body) }) });
  async function show() {
    const chats = await ask("/chats");
    if (!chats.ok) return (document.title = "who");
    const id = sessionStorage.getItem("chat");
    if (id) await (await ask("/chats/" + id + "/lines")).json();
    document.title = "ready";
  }
  document.querySelector("form").addEventListener("submit", async (event) => {
    if (${login === "cookie"}) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    token = (await (await fetch("/login", { ${head} })).json()).access_token;
    sessionStorage.setItem("token", token);
    await show();
  });
  document.querySelector("#send").onclick = async () => {
    const { id } = await (await ask("/chats", "POST")).json();
    sessionStorage.setItem("chat", id);
    await ask("/chats/" + id + "/say", "POST", { text: document.querySelector("[aria-label=Message]").value });
    await (await ask("/chats/" + id + "/stream")).text();
    document.title = "answered";
  };
  await show();
</script>`;
}

/** How its feeds are listened to, in place of the streams of single replies. */
export const FEED_WIRE = {
  read: { request: "GET /chats/{conversation}/feed" },
  stream: {
    framing: "sse",
    channel: { conversation: "chat" },
    text: { at: "piece" },
    done: { has: "end", reason: "end", reasons: { stop: ["done"], cancelled: ["stopped"] } },
  },
} as const satisfies Partial<WireDescription>;

/** How it is talked to, but for the login. */
export const PEOPLE_WIRE: WireDescription = {
  service: "hmi",
  conversation: { request: "POST /chats", told: { conversation: "id" } },
  send: { request: "POST /chats/{conversation}/say", body: { text: "{text}" } },
  read: { request: "GET /chats/{conversation}/stream" },
  stream: {
    framing: "sse",
    text: { at: "piece" },
    done: { has: "end", reason: "end", reasons: { stop: ["done"], cancelled: ["stopped"] } },
  },
  cancel: { request: "POST /chats/{conversation}/stop" },
  rows: {
    request: "GET /chats/{conversation}/lines",
    list: "",
    text: "body",
    role: "who",
    roles: { user: ["me"], assistant: ["bot"] },
    status: "state",
    statuses: { streaming: ["writing"], complete: ["done"], cancelled: ["stopped"] },
  },
  conversations: { request: "GET /chats", list: "", id: "id" },
  delete_conversation: { request: "DELETE /chats/{conversation}" },
};

const CREDENTIALS = { username: "{user}", password: "{password}" };

/** The login of each kind. */
export const LOGINS: Readonly<Record<PeopleLogin, NonNullable<WireDescription["login"]>>> = {
  bearer: { request: "POST /login", body: CREDENTIALS, told: { token: "access_token" } },
  form: {
    request: "POST /login",
    body: CREDENTIALS,
    content_type: "application/x-www-form-urlencoded",
    told: { token: "access_token" },
  },
  cookie: { request: "POST /login", body: CREDENTIALS },
};
