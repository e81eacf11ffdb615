/**
 * Records what a running Open WebUI exports of its chats, into fixtures/recorded/open-webui/chat-export.json: the file that
 * its settings' "Export Chats" downloads, which its page makes of `GET /api/v1/chats/all` (a chat a line) as one array. Before
 * that, chats are made by the calls that the page makes: two exchanges, whose second reply is made again and whose first
 * message is edited; one with a picture; one of a model that thinks; one that is archived. Replies are cut short.
 * scripts/real/open-webui.ts says how to have one.
 *
 *     node scripts/real/record-open-webui-export.ts [URL]
 *
 * URL is http://127.0.0.1:8080 where it is left out. All its chats are in the file: take one that has none.
 */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { REAL_MODELS } from "./ollama-models.ts";
import { signIn } from "./open-webui-session.ts";
import { fail, recordedFolder, withoutTokens } from "./record-answers.ts";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const { token } = await signIn(url);

/** A 1 x 1 GIF, as the page sends one that was pasted. */
const PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const PATIENCE_MS = 600_000;

interface Said {
  readonly chat?: string;
  readonly text: string;
  readonly model?: string;
  /** The reply that the message follows. */
  readonly parent?: string;
  /** The message, where it is only to be answered again. */
  readonly message?: string;
  readonly files?: readonly object[];
}

interface Told {
  readonly chat: string;
  readonly message: string;
  readonly reply: string;
}

async function ask(method: "GET" | "POST", path: string, body?: object): Promise<string> {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return answer.ok ? text : fail(`${method} ${path} answered ${answer.status}: ${text}`);
}

/** Says something as the page does, and waits for the reply's end. */
async function say({ chat, text, model = REAL_MODELS.tools, parent, message, files }: Said): Promise<Told> {
  const names = { message: message ?? randomUUID(), reply: randomUUID() };
  const answer = await ask("POST", "/api/chat/completions", {
    stream: true,
    model,
    params: {
      num_predict: 8,
      temperature: 0,
      ...(model === REAL_MODELS.thinking && { function_calling: "legacy" }),
    },
    session_id: randomUUID(),
    ...(chat !== undefined && { chat_id: chat }),
    id: names.reply,
    message_ids: [{ model_id: model, message_id: names.reply, modelIdx: 0 }],
    parent_id: message === undefined ? (parent ?? null) : message,
    user_message: {
      id: names.message,
      parentId: parent ?? null,
      childrenIds: [names.reply],
      role: "user",
      content: text,
      ...(files && { files }),
      timestamp: Math.floor(Date.now() / 1000),
      models: [model],
    },
  });
  const id = chat ?? (JSON.parse(answer) as { chat_id: string }).chat_id;
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { chat: saved } = JSON.parse(await ask("GET", `/api/v1/chats/${id}`));
    const reply = saved.history.messages[names.reply];
    if (reply?.done) return { chat: id, ...names };
    if (Date.now() > deadline) fail(`The reply to "${text}" does not end: ${JSON.stringify(reply)}`);
    await sleep(200);
  }
}

const first = await say({ text: "Say hello in three words" });
const { chat } = first;
const second = await say({ chat, text: "And in Italian?", parent: first.reply });
await say({ chat, text: "And in Italian?", parent: first.reply, message: second.message });
await say({ chat, text: "Say hello in four words" });
await say({ text: "What is this?", files: [{ type: "image", url: PICTURE }] });
await say({ text: "How much is 2 + 2?", model: REAL_MODELS.thinking });
const kept = await say({ text: "Put this away" });
await ask("POST", `/api/v1/chats/${kept.chat}/archive`);

const chats = (await ask("GET", "/api/v1/chats/all")).trim().split("\n");
const file = withoutTokens(JSON.stringify(chats.map((line) => JSON.parse(line))));
writeFileSync(join(recordedFolder("open-webui"), "chat-export.json"), file);
console.log(`chat-export.json: ${chats.length} chats, ${file.length} characters`);
