import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { readUserEvents } from "../../support/user-events.ts";

const exportPath = (session_id: string, format: "markdown" | "json"): string =>
  hmiRoutes.exportSession.path({ session_id }, { format });

/** A message and its reply, read to its end. */
async function say(stack: TestStack, body: object) {
  const { sent, reader } = await stack.send(body);
  await reader.ended;
  return sent;
}

/** A conversation of two exchanges, the second of which was answered twice. */
async function startWithVersions() {
  const stack = await startTestStack();
  const first = await say(stack, { message: "Count to 2" });
  const { session_id } = first;
  const second = await say(stack, { message: "Say: one way", session_id });
  const { json: again } = await stack.regenerate(session_id);
  await (await stack.stream(session_id)).ended;
  const shown = async () => (await stack.messages(session_id)).map(({ content }) => content);
  return { stack, session_id, first, second, again, shown };
}

test("a reply that was made again is shown again when it is chosen, and streamed as the last one", async () => {
  const { stack, session_id, second, again } = await startWithVersions();
  const versions = [second.assistant_message_id, again.assistant_message_id];
  expect((await stack.messages(session_id)).at(-1)).toMatchObject({ message_id: versions[1], versions });
  const { status, json } = await stack.choose(session_id, versions[0]);
  expect([status, json.status, json.count]).toEqual([200, "ok", 4]);
  expect(json.messages).toEqual(await stack.messages(session_id));
  expect(json.messages.at(-1)).toMatchObject({ message_id: versions[0], versions });
  const last = await stack.stream(session_id);
  await last.ended;
  expect(last.ids[0]).toBe(`${versions[0]}:0.0.0`);
  // The other one can be read on by its name.
  const other = await stack.stream(session_id, {}, versions[1]);
  await other.ended;
  expect(other.text).toBe("one way");
});

test("an edited message is answered in the place of the earlier one, which can be gone back to", async () => {
  const { stack, session_id, first, shown } = await startWithVersions();
  const before = await shown();
  const edited = await say(stack, { session_id, message: "Count to 3", edits: first.message_id });
  expect(edited.session_id).toBe(session_id);
  expect(await shown()).toEqual(["Count to 3", "1, 2, 3"]);
  expect((await stack.session(session_id)).title).toBe("Count to 2");
  await stack.choose(session_id, first.message_id);
  expect(await shown()).toEqual(before);
});

test("the next prompt is made of the way that is shown", async () => {
  const { stack, session_id, first, second } = await startWithVersions();
  const prompts = async () =>
    (await stack.generations()).map(({ messages }) => messages?.slice(1).map(({ content }) => content));
  await say(stack, { session_id, message: "Say: another", edits: second.message_id });
  expect((await prompts()).at(-1)).toEqual(["Count to 2", "1, 2", "Say: another"]);
  await stack.choose(session_id, second.message_id);
  await say(stack, { session_id, message: "Count to 4" });
  expect((await prompts()).at(-1)).toEqual(["Count to 2", "1, 2", "Say: one way", "one way", "Count to 4"]);
  await say(stack, { session_id, message: "Count to 3", edits: first.message_id });
  expect((await prompts()).at(-1)).toEqual(["Count to 3"]);
});

test("what is exported for people is what is shown; for programs everything is there", async () => {
  const { stack, session_id, first } = await startWithVersions();
  await say(stack, { session_id, message: "Count to 3", edits: first.message_id });
  const markdown = await call(stack.hmi, exportPath(session_id, "markdown"));
  expect(markdown.body).toContain("1, 2, 3");
  expect(markdown.body).not.toContain("one way");
  const { json } = await call(stack.hmi, exportPath(session_id, "json"));
  expect(json.messages).toEqual(await stack.messages(session_id));
  expect(json.other_versions.map(({ content }: { content: string }) => content)).toEqual([
    "Count to 2",
    "1, 2",
    "Say: one way",
    "one way",
    "one way",
  ]);
});

test("a key is of one edit: the same again joins it, another one is refused", async () => {
  const { stack, session_id, first, second } = await startWithVersions();
  const body = { session_id, message: "Count to 3", edits: first.message_id, client_message_id: "key" };
  const sent = await say(stack, body);
  expect((await stack.post(body)).json).toEqual(sent);
  for (const edits of [second.message_id, undefined]) {
    expect(await stack.post({ ...body, edits })).toMatchObject({
      status: 409,
      json: { error: { code: "key_reused" } },
    });
  }
});

test("what cannot be edited or chosen is refused, and nothing is changed", async () => {
  const { stack, session_id, first, shown } = await startWithVersions();
  const before = await shown();
  const other = await say(stack, { message: "Hi" });
  const edit = (edits: string) => stack.post({ session_id, message: "x", edits });
  const refused = [
    await edit(first.assistant_message_id),
    await edit(other.message_id),
    await stack.post({ message: "x", edits: first.message_id }),
    await stack.choose(session_id, other.message_id),
    await stack.choose("999", first.message_id),
    await stack.choose(session_id, ""),
  ];
  expect(refused.map(({ status, json }) => `${status} ${json.error.code}`)).toEqual([
    "400 bad_request",
    "404 message_not_found",
    "400 bad_request",
    "404 message_not_found",
    "404 conversation_not_found",
    "400 bad_request",
  ]);
  expect(await shown()).toEqual(before);
});

test("while a reply runs nothing else is shown, and the user's pages hear of each choice", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const page = await readUserEvents(stack.hmi);
  const { session_id, message_id } = await say(stack, { message: "Count to 2" });
  const { json } = await stack.post({ session_id, message: "Count to 50", edits: message_id });
  expect(await stack.choose(session_id, message_id)).toMatchObject({
    status: 409,
    json: { error: { code: "generation_in_progress" } },
  });
  await stack.cancel(session_id, json.assistant_message_id);
  expect((await stack.choose(session_id, message_id)).status).toBe(200);
  await eventually(() =>
    expect(page.events).toContainEqual({ type: "version_chosen", session_id, message_id }),
  );
});
