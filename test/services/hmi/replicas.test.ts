import { expect, test } from "vitest";
import { REPLICA_KEY_HEADER, REPLICA_USER_HEADER } from "../../../src/contract/replica-headers.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { withReplyMethod } from "../../../src/faults/tools/wrap-store.ts";
import { startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { InProcessBuses } from "../../support/in-process-buses.ts";
import { startTestHmi } from "../../support/restarted-hmi.ts";
import { startService } from "../../support/service-process.ts";
import { hmiClient } from "../../support/stack.ts";
import { openRaw, openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";
import { readUserEvents } from "../../support/user-events.ts";

/** So long that nothing comes to its end by itself while a test runs. */
const ENDLESS = "Count to 100000";

/** Two copies of the HMI on one database, each with a store of its own. */
async function startReplicas() {
  const { store, path } = openTestStore();
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const buses = new InProcessBuses();
  const start = (own: typeof store) => startTestHmi(own, gateway.url, {}, 0, { bus: buses.join() });
  const one = await start(store);
  const other = await start(openTestStore(path).store);
  return { one, other, gateway, store };
}

/** A reply that runs at the first copy, with its reader there. */
async function begin({ one }: Awaited<ReturnType<typeof startReplicas>>, message = ENDLESS) {
  const { sent, reader } = await one.send({ message });
  await eventually(() => expect(reader.text).not.toBe(""));
  return { sessionId: sent.session_id as string, replyId: sent.assistant_message_id as string, sent, reader };
}

test("whoever comes back at another copy gets each token once, to the end", async () => {
  const copies = await startReplicas();
  const { sessionId, reader } = await begin(copies, "Count to 60");
  reader.leave();
  const back = await copies.other.stream(sessionId, { "last-event-id": reader.ids.at(-1) ?? "" });
  await back.ended;
  const counted = Array.from({ length: 60 }, (_, index) => index + 1).join(", ");
  expect(reader.text + back.text).toBe(counted);
  expect(new Set([...reader.ids, ...back.ids]).size).toBe(reader.ids.length + back.ids.length);
});

test("a cancel at another copy stops the engine, is told at the first, and its name is checked", async () => {
  const copies = await startReplicas();
  const { sessionId, replyId, reader } = await begin(copies);
  const { other, gateway } = copies;
  expect(await other.cancel(sessionId, "999")).toMatchObject({ status: 404 });
  const { status, json } = await other.cancel(sessionId, replyId);
  expect([status, json]).toEqual([200, { status: "cancelled", session_id: sessionId, message_id: replyId }]);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  await eventually(async () => expect((await gateway.generation())?.ended).toBe("aborted"));
  expect((await other.cancel(sessionId, replyId)).json.status).toBe("idle");
});

test("two copies that are asked at once with one key begin one reply, and both stream it", async () => {
  const { one, other, gateway } = await startReplicas();
  const query = { message: "Count to 40", client_message_id: "key" };
  const readers = await Promise.all([one.general(query), other.general(query)]);
  await Promise.all(readers.map(({ ended }) => ended));
  expect(readers[1]?.ids).toEqual(readers[0]?.ids);
  expect(readers[1]?.text).toBe(readers[0]?.text);
  expect(await gateway.generations()).toHaveLength(1);
});

test("a conversation that is deleted at another copy ends its reply, and is gone at both", async () => {
  const copies = await startReplicas();
  const { sessionId, reader } = await begin(copies);
  expect((await copies.other.delete(sessionId)).status).toBe(200);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  for (const copy of [copies.one, copies.other]) {
    await expect(copy.stream(sessionId)).rejects.toThrow("conversation_not_found");
  }
});

test("a reader gets the conversation's last reply, not the last one that this copy has written", async () => {
  const { one, other } = await startReplicas();
  const first = await one.send({ message: "Count to 3" });
  await first.reader.ended;
  const { session_id } = first.sent;
  await (await other.send({ message: "Count to 5", session_id })).reader.ended;
  const again = await one.stream(session_id);
  await again.ended;
  expect(again.text).toBe("1, 2, 3, 4, 5");
});

test("what happens at one copy is told to a user's pages at the other", async () => {
  const { one, other } = await startReplicas();
  const page = await readUserEvents(other.url);
  await eventually(() => expect(page.events).toEqual([{ type: "reset" }]));
  const { sent, reader } = await one.send({ message: "Count to 3", client_message_id: "key" });
  await reader.ended;
  const { session_id, message_id, assistant_message_id } = sent;
  await one.delete(session_id);
  await eventually(() => expect(page.events.at(-1)).toEqual({ type: "session_deleted", session_id }));
  expect(page.events.filter(({ type }) => type.startsWith("reply_"))).toEqual([
    { type: "reply_started", session_id, message_id, assistant_message_id, client_message_id: "key" },
    { type: "reply_ended", session_id, assistant_message_id, status: "complete" },
  ]);
});

test("a message that finds an ending not saved yet, at another copy, has it saved first", async () => {
  const { store, path } = openTestStore(undefined, { lockTimeoutMs: 100 });
  let failures = 0;
  const counting = withReplyMethod(store, "finish", async (...ending) => {
    try {
      return await store.replies.finish(...ending);
    } catch (error) {
      failures += 1;
      throw error;
    }
  });
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 3 } });
  const owner = await startTestHmi(counting, gateway.url);
  const other = await startTestHmi(openTestStore(path).store, gateway.url);
  const { sent, reader } = await owner.send({ message: "Count to 60" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const lock = openRaw(path);
  lock.exec("BEGIN IMMEDIATE");
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "error" });
  // By itself the owner tries again only half a second after its second try.
  await eventually(() => expect(failures).toBe(2));
  lock.exec("ROLLBACK");
  const { session_id } = sent;
  await (await other.send({ message: "Count to 3", session_id })).reader.ended;
  const rows = await other.messages(session_id);
  expect(rows.map(({ status }) => status)).toEqual(["complete", "complete", "complete", "complete"]);
  expect(rows[1]?.content).toMatch(/ 60$/);
});

test("who makes a key up is refused, and names nobody by the header that goes with it", async () => {
  const copies = await startReplicas();
  const { sessionId } = await begin(copies);
  const path = hmiRoutes.messages.path({ session_id: sessionId });
  const made = { headers: { [REPLICA_KEY_HEADER]: "made-up", [REPLICA_USER_HEADER]: "ada" } };
  expect(await call(copies.one.url, path, made)).toMatchObject({
    status: 421,
    json: { error: { code: "misdirected" } },
  });
  const named = { headers: { [REPLICA_USER_HEADER]: "ada" } };
  expect((await call(copies.one.url, path, named)).status).toBe(200);
});

test("where a reply's owner does not answer, a cancel is not told as done, and another copy leaves the reply alone", async () => {
  const { store, path } = openTestStore();
  const gateway = await startTestGateway({ engineUrl: await startTestEngine({ tokenDelayMs: 5 }) });
  const other = await startTestHmi(store, gateway.url);
  const { url } = await startService("hmi", tempFolder(), {
    STACK_HMI_PORT: "0",
    STACK_GATEWAY_PORT: new URL(gateway.url).port,
    STACK_STORE_PATH: path,
  });
  const owner = hmiClient(url);
  const { sent, reader } = await owner.send({ message: ENDLESS });
  await eventually(() => expect(reader.text).not.toBe(""));
  const { pid } = (await call(url, hmiRoutes.health.path())).json;
  process.kill(pid, "SIGSTOP");
  const refused = await other.cancel(sent.session_id);
  process.kill(pid, "SIGCONT");
  expect([refused.status, refused.json.error.code]).toEqual([503, "owner_unreachable"]);
  // By then it may have found the first cancel.
  expect((await other.cancel(sent.session_id)).status).toBe(200);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
});
