import { expect, test } from "vitest";
import { Session, SessionList } from "../../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";

async function say(stack: TestStack, body: object): Promise<string> {
  const { sent, reader } = await stack.send(body);
  await reader.ended;
  return sent.session_id;
}

test("conversations are listed in the contract's shape, in pages and by profile", async () => {
  const stack = await startTestStack();
  const { model_id } = await stack.profile({ name: "Tower" });
  const general = await say(stack, { message: "Count to 2" });
  const ofProfile = await say(stack, { message: "Count to 3", model_id });
  const list = async (query: Record<string, string | number>) => {
    const { json } = await call(stack.hmi, hmiRoutes.sessions.path(undefined, query));
    const { sessions, total } = SessionList.parse(json);
    return [sessions.map((session) => session.session_id), total];
  };
  expect(await list({})).toEqual([[ofProfile, general], 2]);
  expect(await list({ limit: 1, offset: 1 })).toEqual([[general], 2]);
  expect(await list({ model_id: "none" })).toEqual([[general], 1]);
  expect(await list({ model_id })).toEqual([[ofProfile], 1]);
});

test("a conversation is titled by its first message and counts its messages", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2\nplease" });
  await say(stack, { message: "Count to 3", session_id });
  const session = await stack.session(session_id);
  expect(Session.parse(session)).toMatchObject({ title: "Count to 2", message_count: 4, active: true });
});

/** Sends to the active conversation; returns which one the stream says that is. */
async function sayInActive(stack: TestStack, message: string): Promise<string> {
  const reader = await stack.general({ message });
  await reader.ended;
  const [first] = reader.events;
  if (first?.type !== "started") throw new Error("The stream does not say what it is.");
  expect(first.created).toBeUndefined();
  return first.session_id;
}

test("a new conversation is the active one, with its agent and model", async () => {
  const stack = await startTestStack();
  const first = await say(stack, { message: "Count to 2" });
  const session = await stack.newSession({ agent_id: "writer", model: "phi3:mini" });
  expect(session).toMatchObject({ agent_id: "writer", model: "phi3:mini", active: true, message_count: 0 });
  expect(await sayInActive(stack, "Count to 3")).toBe(session.session_id);
  expect((await stack.generations()).at(-1)?.model).toBe("phi3:mini");
  await call(stack.hmi, hmiRoutes.resumeSession.path({ session_id: first }), { method: "POST" });
  expect(await sayInActive(stack, "Count to 4")).toBe(first);
});

test("fifty first messages at once make fifty conversations, the last of them active", async () => {
  const stack = await startTestStack();
  const sent = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      stack.post({ message: `Say: ${at}`, ...(at % 2 && { session_id: null }) }),
    ),
  );
  expect(new Set(sent.map(({ json }) => json.session_id)).size).toBe(50);
  const { json } = await call(stack.hmi, hmiRoutes.sessions.path(undefined, { limit: 100 }));
  const sessions: Session[] = json.sessions;
  expect(sessions).toHaveLength(50);
  expect(sessions.filter(({ active }) => active)).toHaveLength(1);
  for (const { message_count, title } of sessions)
    expect([message_count, title]).toEqual([2, expect.any(String)]);
});

test("renaming trims, and refuses nothing and too much", async () => {
  const stack = await startTestStack();
  const { session_id } = await stack.newSession();
  const rename = (title: string) =>
    call(stack.hmi, hmiRoutes.renameSession.path({ session_id }), { method: "PUT", body: { title } });
  expect((await rename("  Mine  ")).json.session.title).toBe("Mine");
  for (const title of [" ", "x".repeat(81)]) expect((await rename(title)).status).toBe(400);
});

test("an archived conversation leaves the list and takes no more messages by default", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  const path = hmiRoutes.archiveSession.path({ session_id });
  expect((await call(stack.hmi, path, { method: "POST" })).json.session).toMatchObject({
    archived: true,
    active: false,
  });
  expect(await say(stack, { message: "Count to 3" })).not.toBe(session_id);
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(1);
  expect(await stack.messages(session_id)).toHaveLength(2);
});

test("archived conversations are listed by themselves or with the others, and brought back by a call or a message", async () => {
  const stack = await startTestStack();
  const [first, second, third] = await Promise.all(
    ["a", "b", "c"].map((text) => say(stack, { message: `Say: ${text}`, session_id: null })),
  );
  const listed = async (archived?: string): Promise<Set<string>> => {
    const { json } = await call(stack.hmi, hmiRoutes.sessions.path(undefined, { archived }));
    expect(json.total).toBe(json.sessions.length);
    return new Set(json.sessions.map(({ session_id }: Session) => session_id));
  };
  for (const session_id of [first, second]) {
    await call(stack.hmi, hmiRoutes.archiveSession.path({ session_id: session_id ?? "" }), {
      method: "POST",
    });
  }
  expect(await listed("true")).toEqual(new Set([first, second]));
  expect(await listed()).toEqual(new Set([third]));
  expect(await listed("all")).toEqual(new Set([first, second, third]));
  const path = hmiRoutes.unarchiveSession.path({ session_id: first ?? "" });
  const back = await call(stack.hmi, path, { method: "POST" });
  expect(back.json.session).toMatchObject({ session_id: first, archived: false, active: false });
  await say(stack, { message: "Say: back", session_id: second });
  expect(await stack.session(second ?? "")).toMatchObject({ archived: false, active: false });
  expect(await listed("true")).toEqual(new Set());
  expect(await listed("false")).toEqual(new Set([first, second, third]));
  expect((await call(stack.hmi, hmiRoutes.sessions.path(undefined, { archived: "yes" }))).status).toBe(400);
});

test("clearing archives it and starts anew with the same profile, agent and model", async () => {
  const stack = await startTestStack();
  const { model_id } = await stack.profile({ name: "Tower" });
  const old = await stack.newSession({ model_id, agent_id: "writer", model: "phi3:mini" });
  const path = hmiRoutes.clearSession.path({ session_id: old.session_id });
  const fresh = (await call(stack.hmi, path, { method: "POST" })).json.session;
  expect(fresh.session_id).not.toBe(old.session_id);
  expect(fresh).toMatchObject({ model_id, agent_id: "writer", model: "phi3:mini", active: true });
  expect(await stack.session(old.session_id)).toMatchObject({ archived: true, active: false });
});

test("archiving in mid-reply ends the reply first", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { sent, reader } = await stack.send({ message: "Count to 100" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const path = hmiRoutes.archiveSession.path({ session_id: sent.session_id });
  expect((await call(stack.hmi, path, { method: "POST" })).status).toBe(200);
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({ status: "cancelled" });
});

test("an export is a download: Markdown to read, JSON with everything", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  const markdown = await call(stack.hmi, hmiRoutes.exportSession.path({ session_id }));
  expect(markdown.headers["content-disposition"]).toMatch(/^attachment; filename="[\w.-]+\.md"$/);
  expect(markdown.headers["content-type"]).toMatch(/^text\/markdown/);
  expect(markdown.body).toMatch(/# Count to 2.*Count to 2.*1, 2/s);
  const json = await call(stack.hmi, hmiRoutes.exportSession.path({ session_id }, { format: "json" }));
  expect(json.headers["content-disposition"]).toMatch(/\.json"$/);
  expect(json.json.messages).toEqual(await stack.messages(session_id));
  expect(
    (await call(stack.hmi, hmiRoutes.exportSession.path({ session_id }, { format: "pdf" }))).status,
  ).toBe(400);
});

const OF_A_SESSION = [
  hmiRoutes.messages,
  hmiRoutes.stream,
  hmiRoutes.cancel,
  hmiRoutes.resumeSession,
  hmiRoutes.archiveSession,
  hmiRoutes.unarchiveSession,
  hmiRoutes.clearSession,
  hmiRoutes.exportSession,
  hmiRoutes.deleteSession,
];

test.each(OF_A_SESSION.map((route) => [route.method, route.pattern, route] as const))(
  "%s %s of a conversation that is not there is 404",
  async (method, _, route) => {
    const stack = await startTestStack();
    for (const session_id of ["999", "abc", "0"]) {
      expect(await call(stack.hmi, route.path({ session_id }), { method })).toMatchObject({
        status: 404,
        json: { error: { code: "conversation_not_found" } },
      });
    }
  },
);

test("a message for another agent of a given conversation is 409; for one that is not there 404", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  expect(await stack.post({ message: "Hi", session_id, agent_id: "writer" })).toMatchObject({
    status: 409,
    json: { error: { code: "agent_mismatch" } },
  });
  expect(await stack.post({ message: "Hi", agent_id: "nobody" })).toMatchObject({
    status: 404,
    json: { error: { code: "agent_not_found", message: expect.stringContaining("architect") } },
  });
  expect(await call(stack.hmi, hmiRoutes.newSession.path(), { body: { agent_id: "nobody" } })).toMatchObject({
    status: 404,
    json: { error: { code: "agent_not_found" } },
  });
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(1);
});

test("a message for a conversation that is not there is 404, and nothing is made", async () => {
  const stack = await startTestStack();
  expect((await stack.post({ message: "Hi", session_id: "999" })).status).toBe(404);
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
});

test("a second message while one is answered is 409, and leaves nothing behind", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000 });
  const { json } = await stack.post({ message: "Hi" });
  expect(await stack.post({ message: "Too soon", session_id: json.session_id })).toMatchObject({
    status: 409,
    json: { error: { code: "generation_in_progress" } },
  });
  expect(await stack.messages(json.session_id)).toHaveLength(2);
});

test("a limit takes the newest messages", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  const { json } = await call(stack.hmi, hmiRoutes.messages.path({ session_id }, { limit: 1 }));
  expect(json).toMatchObject({ count: 1, messages: [{ content: "1, 2" }] });
});
