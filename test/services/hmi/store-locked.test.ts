import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { startTestHmi } from "../../support/restarted-hmi.ts";
import { openRaw, openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";

/** How long the HMI's store waits for a lock here, in milliseconds. */
const PATIENCE_MS = 300;

/** An HMI whose database another program can lock, by `lock.exec("BEGIN IMMEDIATE")`. */
async function startLockable(tokenDelayMs = 0) {
  const { store, path } = openTestStore(undefined, { lockTimeoutMs: PATIENCE_MS });
  const gateway = await startTestGateway({ standIn: { tokenDelayMs } });
  const hmi = await startTestHmi(store, gateway.url);
  const health = async () => (await call(hmi.url, hmiRoutes.health.path())).json;
  return { hmi, store, gateway, health, lock: openRaw(path) };
}

/** A reply that ends while its database is locked: its ending waits. */
async function replyThatWaits() {
  const stack = await startLockable(3);
  const { sent, reader } = await stack.hmi.send({ message: "Count to 60" });
  await eventually(() => expect(reader.text.length).toBeGreaterThan(20));
  stack.lock.exec("BEGIN IMMEDIATE");
  await reader.ended;
  const row = async () => (await stack.hmi.messages(sent.session_id)).at(-1);
  return { ...stack, reader, session_id: sent.session_id, row };
}

const COUNTED = Array.from({ length: 60 }, (_, index) => index + 1).join(", ");

test("while another program holds the lock, a message is refused with when to come back, and nothing waits", async () => {
  const { hmi, lock, health } = await startLockable();
  const { session_id } = await hmi.newSession();
  lock.exec("BEGIN IMMEDIATE");
  const order: string[] = [];
  const refused = hmi.post({ message: "Hi", session_id }).finally(() => order.push("message"));
  for (let look = 0; look < 3; look += 1) {
    expect((await call(hmi.url, hmiRoutes.live.path())).status).toBe(200);
    expect(await hmi.messages(session_id)).toEqual([]);
  }
  order.push("looks");
  const answer = await refused;
  expect(order).toEqual(["looks", "message"]);
  expect(answer).toMatchObject({ status: 503, json: { error: { code: "store_unavailable" } } });
  expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  expect((await health()).dependencies.store).toMatchObject({ status: "unavailable" });

  lock.exec("ROLLBACK");
  expect(await health()).toMatchObject({ status: "ok", dependencies: { store: { status: "ok" } } });
  const { reader } = await hmi.send({ message: "Count to 3", session_id });
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3");
  expect(await hmi.messages(session_id)).toHaveLength(2);
});

test("a lock that is free again in time costs a message nothing but the wait", async () => {
  const { hmi, lock } = await startLockable();
  lock.exec("BEGIN IMMEDIATE");
  const answer = hmi.post({ message: "Hi" });
  expect((await call(hmi.url, hmiRoutes.live.path())).status).toBe(200);
  lock.exec("ROLLBACK");
  expect((await answer).status).toBe(200);
});

test("an ending that cannot be saved is told as that, and saved as what it was as soon as it can be", async () => {
  const { hmi, reader, session_id, row, lock, health } = await replyThatWaits();
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.text).toBe(COUNTED);
  expect(reader.events.slice(-3)).toMatchObject([
    { type: "error", code: "reply_not_saved", message: expect.stringContaining("locked") },
    { type: "usage" },
    { type: "done", finish_reason: "error" },
  ]);
  expect(await row()).toMatchObject({ status: "streaming" });
  expect((await health()).dependencies.store).toMatchObject({ status: "unavailable" });
  lock.exec("ROLLBACK");
  await eventually(async () => expect(await row()).toMatchObject({ status: "complete", content: COUNTED }));
  // The row is there a moment before the disk has confirmed it.
  await eventually(async () => expect((await health()).status).toBe("ok"));
  const again = await hmi.stream(session_id);
  await again.ended;
  expect([again.text, again.events.at(-1)]).toEqual([COUNTED, { type: "done", finish_reason: "stop" }]);
});

test("while an ending waits, cancel and the next message say so; then the message saves it first", async () => {
  const { hmi, session_id, lock, health } = await replyThatWaits();
  const refused = { status: 503, json: { error: { code: "store_unavailable" } } };
  expect(await hmi.cancel(session_id)).toMatchObject(refused);
  expect(await hmi.post({ message: "Next", session_id })).toMatchObject(refused);
  expect((await health()).dependencies.store.error).toContain("replies that wait to be saved: 1");
  lock.exec("ROLLBACK");
  const { reader } = await hmi.send({ message: "Count to 3", session_id });
  await reader.ended;
  expect(await hmi.messages(session_id)).toMatchObject([
    { content: "Count to 60" },
    { content: COUNTED, status: "complete" },
    { content: "Count to 3" },
    { content: "1, 2, 3", status: "complete" },
  ]);
});

test("an HMI that stops with an ending that waits leaves it to the next one, which has it from the gateway", async () => {
  const { hmi, store, gateway, row: _, session_id, lock } = await replyThatWaits();
  await hmi.close();
  lock.exec("ROLLBACK");
  const next = await startTestHmi(store, gateway.url);
  await eventually(async () =>
    expect((await next.messages(session_id)).at(-1)).toMatchObject({ status: "complete", content: COUNTED }),
  );
});

test("the conversation of an ending that waits can be deleted, and then nothing waits any more", async () => {
  const { hmi, session_id, lock, health } = await replyThatWaits();
  lock.exec("ROLLBACK");
  const deleted = await call(hmi.url, hmiRoutes.deleteSession.path({ session_id }), { method: "DELETE" });
  expect(deleted.status).toBe(200);
  await eventually(async () => expect((await health()).status).toBe("ok"));
});

test("an HMI whose database is locked when it starts is there, and answers once it is free", async () => {
  const { store, path } = openTestStore(undefined, { lockTimeoutMs: PATIENCE_MS });
  const gateway = await startTestGateway();
  const lock = openRaw(path);
  lock.exec("BEGIN IMMEDIATE");
  const hmi = await startTestHmi(store, gateway.url);
  expect((await call(hmi.url, hmiRoutes.live.path())).status).toBe(200);
  const answered = hmi.post({ message: "Hi" });
  lock.exec("COMMIT");
  expect(await answered).toMatchObject({ status: 200 });
});
