import { expect, test } from "vitest";
import { ChatExport, type ExportedConversation } from "../../../src/contract/chat-export.ts";
import { LIMITS } from "../../../src/contract/contract-defaults.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { CONVERSATION, exportOf, MESSAGE, REPLY, withoutIds } from "../../support/exported-conversations.ts";
import { type Answer, call } from "../../support/http.ts";
import { GIF } from "../../support/pictures.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { readUserEvents } from "../../support/user-events.ts";

async function exportsOf({ hmi }: TestStack, session_id?: string): Promise<ChatExport> {
  const { status, json } = await call(hmi, hmiRoutes.exportChats.path(undefined, { session_id }));
  expect(status).toBe(200);
  return ChatExport.parse(json);
}

async function bring({ hmi }: TestStack, file: unknown): Promise<Answer> {
  return await call(hmi, hmiRoutes.importChats.path(), { body: file });
}

/** A stack with a conversation of a profile that was edited and archived, and a general one with a picture. */
async function startFurnished() {
  const stack = await startTestStack();
  const { model_id } = await stack.profile({ name: "Tower", instructions: "Be brief." });
  const say = async (body: object) => {
    const { sent, reader } = await stack.send(body);
    await reader.ended;
    return sent;
  };
  const first = await say({ message: "Count to 2", model_id });
  const { session_id } = first;
  await say({ message: "Count to 3", session_id, edits: first.message_id });
  await call(stack.hmi, hmiRoutes.archiveSession.path({ session_id }), { body: {} });
  const general = await say({ message: "Say: seen", images: [GIF], model: "gemma3:4b" });
  return { stack, archived: session_id, general: general.session_id };
}

test("all that a user has is the same in the other one, a second time adds nothing, and no engine hears of it", async () => {
  const { stack, archived, general } = await startFurnished();
  const file = await exportsOf(stack);
  expect(
    file.conversations.map(({ archived: isArchived, messages }) => [isArchived, messages.length]),
  ).toEqual([
    [true, 4],
    [false, 2],
  ]);
  const other = await startTestStack();
  const { status, json: report } = await bring(other, file);
  expect([status, report]).toEqual([
    200,
    {
      status: "ok",
      format: "chat-stack",
      conversations: { imported: 2, already_there: 0, refused: 0 },
      profiles: { imported: 1, already_there: 0, refused: 0 },
      refused: [],
      notes: [],
    },
  ]);
  expect(withoutIds(await exportsOf(other))).toEqual(withoutIds(file));
  expect(await other.generations()).toEqual([]);
  // The other stack's conversations of the same file, and this one's own.
  for (const each of [other, stack]) {
    const { json } = await bring(each, file);
    expect([json.conversations.already_there, json.conversations.imported, json.profiles.imported]).toEqual([
      2, 0, 0,
    ]);
  }
  // One conversation comes with its profile alone.
  const one = await exportsOf(stack, archived);
  expect([one.conversations.length, one.profiles.map(({ name }) => name)]).toEqual([1, ["Tower"]]);
  expect((await exportsOf(stack, general)).profiles).toEqual([]);
});

test("an export is a download with its date, and of what is not there there is none", async () => {
  const stack = await startTestStack();
  const { headers, json } = await call(stack.hmi, hmiRoutes.exportChats.path());
  expect(headers["content-disposition"]).toMatch(
    /^attachment; filename="chat-export-\d{4}-\d\d-\d\d\.json"$/,
  );
  expect(json).toMatchObject({ format: "chat-stack-export", version: 1, profiles: [], conversations: [] });
  const none = await call(stack.hmi, hmiRoutes.exportChats.path(undefined, { session_id: "77" }));
  expect([none.status, none.json.error.code]).toEqual([404, "conversation_not_found"]);
});

const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });
const withMessages = (...messages: object[]): object => ({ ...CONVERSATION, messages });

/** Conversations with one fault each, and the reason that is told. */
const FAULTY: Record<string, readonly [unknown, string]> = {
  "nothing at all": [null, "it: Invalid input: expected object"],
  "an unknown field": [{ ...CONVERSATION, admin: true }, 'Unrecognized key: "admin"'],
  "an unknown field of a message": [withMessages({ ...MESSAGE, run: "rm" }), "messages.0: Unrecognized key"],
  "a status that is none": [withMessages(MESSAGE, { ...REPLY, status: "streaming" }), "messages.1.status"],
  "an id twice": [withMessages(MESSAGE, { ...REPLY, message_id: "a" }), `"a" is another message's, too`],
  "a parent that is nowhere": [
    withMessages(MESSAGE, { ...REPLY, parent_id: "z" }),
    'messages.1.parent_id: "z"',
  ],
  "a way in circles": [
    withMessages({ ...MESSAGE, parent_id: "b" }, REPLY),
    'messages.0.parent_id: "b" is no message of the dialogue that stands before this one',
  ],
  "a message that follows itself": [withMessages({ ...MESSAGE, parent_id: "a" }), "messages.0.parent_id"],
  "two versions shown": [
    withMessages(MESSAGE, REPLY, { ...REPLY, message_id: "c" }),
    'of those that follow "a", 2 are chosen, where one is to be',
  ],
  "no version shown": [withMessages({ ...MESSAGE, chosen: false }), "none are chosen"],
  "a summary of nothing": [
    withMessages({ ...MESSAGE, message_type: "summary", chosen: false, covers_until: "z" }),
    "messages.0.covers_until",
  ],
  "a user's message that failed": [withMessages({ ...MESSAGE, status: "error" }), "only a reply can be"],
  "a page as a picture": [
    withMessages({ ...MESSAGE, images: [{ media_type: "image/png", data: btoa("<script>") }] }),
    "messages.0.images.0: must be a PNG, JPEG, WebP or GIF",
  ],
  "a picture of another type": [
    withMessages({ ...MESSAGE, images: [{ media_type: "image/png", data: GIF }] }),
    "it is image/gif, not image/png",
  ],
  "an agent that is none": [{ ...CONVERSATION, agent_id: "root" }, 'There is no agent "root"'],
  "a profile that is nowhere": [{ ...CONVERSATION, profile_key: "lost" }, 'there is no profile "lost"'],
  "a title of a megabyte": [
    { ...CONVERSATION, title: "x".repeat(1e6) },
    "title: must be at most 160 characters",
  ],
  "half of a character": [withMessages({ ...MESSAGE, content: "\ud83c" }), "half of a surrogate pair"],
  "a time that is none": [{ ...CONVERSATION, updated_at: "tomorrow" }, "updated_at: Invalid ISO datetime"],
  "a deep nest": [{ ...CONVERSATION, title: deep(200) }, "it is nested deeper than 100 levels"],
  "a key of every object": [JSON.parse('{"__proto__": {"archived": true}}'), "such as __proto__"],
};

test("what is wrong with a conversation costs that one alone, and is told by its place and the reason", async () => {
  const stack = await startTestStack();
  const faulty = Object.values(FAULTY).map(([conversation]) => conversation) as ExportedConversation[];
  const good = { ...CONVERSATION, title: "<script>alert(1)</script>" };
  const { status, json: report } = await bring(stack, exportOf([...faulty, good, good]));
  expect(status).toBe(200);
  expect(report.conversations).toEqual({ imported: 1, already_there: 0, refused: faulty.length + 1 });
  for (const [at, [name, [, reason]]] of Object.entries(FAULTY).entries()) {
    expect(report.refused[at], name).toMatchObject({
      place: `conversations.${at}`,
      reason: expect.stringContaining(reason),
    });
  }
  expect(report.refused.at(-1).reason).toContain('key: "somewhere-else" is another one\'s of this file, too');
  const { conversations } = await exportsOf(stack);
  expect(conversations.map(({ title }) => title)).toEqual([good.title]);
});

test("a file of another kind is told what was expected and what was found, and nothing is saved", async () => {
  const stack = await startTestStack();
  const files: Record<string, readonly [string, string]> = {
    "no JSON": ["# Conversation\n\n## You", "no JSON (Unexpected token"],
    "cut off": [JSON.stringify(exportOf([CONVERSATION])).slice(0, -20), "no JSON"],
    "a number": ["7", "it is 7"],
    "another program's": [
      '[{"mapping": {}, "title": "ChatGPT"}]',
      "a list of 1 whose first is an object with mapping, title",
    ],
    "one conversation as the menu exports it": [
      '{"session": {}, "messages": []}',
      "an object with session, messages",
    ],
  };
  for (const [name, [body, found]] of Object.entries(files)) {
    const { status, json } = await call(stack.hmi, hmiRoutes.importChats.path(), { body });
    expect([name, status, json.error?.code]).toEqual([name, 400, "bad_request"]);
    expect(json.error.message, name).toContain(found);
    expect(json.error.hint, name).toContain("an export of this stack");
    expect(json.error.hint, name).toContain("Open WebUI");
  }
  const newer = await bring(stack, { ...exportOf([CONVERSATION]), version: 2 });
  expect([newer.status, newer.json.error.message]).toEqual([400, expect.stringContaining("has version 2")]);
  const unknown = await bring(stack, { ...exportOf([CONVERSATION]), shell: "sh" });
  expect([unknown.status, unknown.json.error.message]).toEqual([400, expect.stringContaining("shell")]);
  const none = await call(stack.hmi, hmiRoutes.importChats.path(), { method: "POST" });
  expect([none.status, none.json.error.message]).toEqual([
    400,
    expect.stringContaining("the file that is to be imported"),
  ]);
  const large = await call(stack.hmi, hmiRoutes.importChats.path(), {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": String(LIMITS.importBodyBytes + 1) },
  });
  expect([large.status, large.json.error.code]).toEqual([413, "payload_too_large"]);
  expect((await exportsOf(stack)).conversations).toEqual([]);
});

test("one that has gone on here is left as it is, which is told; the user's pages load anew what they show", async () => {
  const stack = await startTestStack();
  const heard = await readUserEvents(stack.hmi);
  const { json } = await bring(stack, exportOf([CONVERSATION]));
  expect(json.conversations.imported).toBe(1);
  // The first is for everybody who begins to listen.
  await eventually(() => expect(heard.events).toEqual([{ type: "reset" }, { type: "reset" }]));
  const again = await bring(stack, exportOf([{ ...CONVERSATION, messages: [MESSAGE] }]));
  expect(again.json.notes).toEqual([
    {
      place: "conversations.0",
      title: "Brought",
      reason: "It is here already, with 2 messages; in the file it has 1. It was left as it is.",
    },
  ]);
});
