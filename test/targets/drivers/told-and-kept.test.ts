import { expect, test } from "vitest";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { describedChatAt } from "../../support/described-chat.ts";
import { serveRoutes } from "../../support/routes.ts";

const SIGNAL = AbortSignal.timeout(10_000);
const place = { modelId: null, options: {} };

/** A back end whose page sends all that was said, and that keeps it: a conversation's name is told with its first reply. */
const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { chat: "{conversation|null}", messages: "{history}" } },
  stream: {
    framing: "ndjson",
    started: { conversation: "chat" },
    text: { at: "piece" },
    done: { has: "over" },
  },
  rows: { request: "GET /chats/{conversation}", list: "", text: "content", role: "role" },
};

async function startKeeper(reply: string) {
  const asked: unknown[] = [];
  const url = await serveRoutes({
    "POST /say"({ body, response }) {
      asked.push(JSON.parse(body));
      const lines = [{ chat: "c7" }, { piece: reply }, { over: true }].map(
        (line) => `${JSON.stringify(line)}\n`,
      );
      return (
        response.writeHead(200, { "content-type": "application/x-ndjson" }).end(lines.join("")) && undefined
      );
    },
    "GET /chats/c7": () => [{ role: "user", content: "One" }],
  });
  return { chat: describedChatAt(url, WIRE), asked };
}

async function say(chat: ReturnType<typeof describedChatAt>, conversation: string | null, text: string) {
  const sent = await chat.send({ place, conversation, text }, SIGNAL);
  await sent.read({ signal: SIGNAL }).ended;
}

const user = (content: string) => ({ role: "user", content });

test("what was said goes with the next message under the name that the back end told, and its rows are shown", async () => {
  const { chat, asked } = await startKeeper("Fine.");
  expect(chat.missingAbilities).not.toHaveProperty("show rows");
  expect(chat.missingAbilities).not.toHaveProperty("remember conversations");
  expect(await chat.openConversation(place, SIGNAL)).toBeNull();
  await say(chat, null, "One");
  await say(chat, "c7", "Two");
  const answered = { role: "assistant", content: "Fine." };
  expect(asked).toEqual([
    { chat: null, messages: [user("One")] },
    { chat: "c7", messages: [user("One"), answered, user("Two")] },
  ]);
  expect(await chat.rows("c7", SIGNAL)).toHaveLength(1);
});

test("a reply without a word is no turn of what is sent", async () => {
  const { chat, asked } = await startKeeper("");
  await say(chat, null, "One");
  await say(chat, "c7", "Two");
  expect(asked.at(-1)).toEqual({ chat: "c7", messages: [user("One"), user("Two")] });
});

test("where nobody would tell a conversation's name, the back end keeps nothing that could be found again", () => {
  const { started: _, ...stream } = WIRE.stream;
  const chat = describedChatAt("http://127.0.0.1:9", { ...WIRE, stream });
  expect(chat.missingAbilities["show rows"]).toContain(
    "no memory: each message brings its whole conversation",
  );
});
