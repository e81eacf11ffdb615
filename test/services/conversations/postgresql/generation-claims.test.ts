import { describe, expect, test } from "vitest";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, query, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { endingOf, openConversation } from "../../../support/store.ts";
import { eventually } from "../../../support/streams.ts";

const running = { sessionId: "7", messageId: "1" };
const kept = { sessionId: "8", messageId: "2" };
const forgotten = { sessionId: "9", messageId: "3" };

describe.skipIf(NO_POSTGRESQL !== undefined)(`claims of generations ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  async function startTwo() {
    const opened = await openPostgresqlTestStore(await schemas.withTables(), { leaseMs: 600_000 });
    const one = opened.store.generations;
    const other = (await opened.openAnother()).store.generations;
    if (one === undefined || other === undefined) throw new Error("This store has no claims of generations.");
    one.announce("http://10.0.0.5:6120");
    other.announce("http://10.0.0.6:6120");
    /** As whoever takes over does, once the lease has ended. */
    const endLease = () => opened.raw.exec("DELETE FROM writers WHERE url = 'http://10.0.0.5:6120'");
    return { one, other, endLease, ...opened };
  }

  test("a gateway whose lease was lost while it was away says again what it has", async () => {
    const { one, other, endLease } = await startTwo();
    for (const generation of [running, kept, forgotten]) await one.claim(generation);
    await one.end(kept);
    await one.forget(forgotten);
    await endLease();
    expect(await other.find("7")).toBeUndefined();
    expect(await one.claim({ sessionId: "10", messageId: "4" })).toBeUndefined();
    expect(await other.find("7")).toMatchObject({ url: "http://10.0.0.5:6120" });
    expect(await other.find("8", "2")).toMatchObject({ url: "http://10.0.0.5:6120" });
    expect(await other.find("9")).toBeUndefined();
    // The one that is kept is in nobody's way.
    expect(await other.claim({ sessionId: "8", messageId: "5" })).toBeUndefined();
  });

  test("a reply is claimed while it is read only where it waits to be written", async () => {
    const { one, other, store, own } = await startTwo();
    const sessionId = await openConversation(own, null);
    const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
    const waiting = { sessionId, messageId: reply.message_id };
    expect(await one.claimWaiting({ ...waiting, messageId: "999" })).toBe("not waiting");
    expect(await other.find(sessionId)).toBeUndefined();
    // Told again, it is the same claim.
    expect([await one.claimWaiting(waiting), await one.claimWaiting(waiting)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await other.claimWaiting(waiting)).toMatchObject({ url: "http://10.0.0.5:6120" });
    await store.replies.finish(reply.message_id, endingOf({ content: "Hello" }));
    await one.forget(waiting);
    expect(await other.claimWaiting(waiting)).toBe("not waiting");
  });

  test("a claim that waits for its message to be committed is in no other conversation's way", async () => {
    const { one, own } = await startTwo();
    const slow = await openConversation(own, null);
    const { session_id: quick } = await own.conversations.create({ modelId: null, agentId: "architect" });
    const { reply } = await own.messages.begin({ sessionId: quick, content: "Hi", modelName: null });
    let waiting: ReturnType<typeof one.claimWaiting> | undefined;
    let isClaimed = false;
    await own.transaction(async ({ conversations, messages }) => {
      const opened = await conversations.open({ sessionId: slow, modelId: undefined, agentId: undefined });
      const begun = await messages.begin({ sessionId: slow, content: "Hi", modelName: null, opened });
      waiting = one.claimWaiting({ sessionId: slow, messageId: begun.reply.message_id });
      void waiting.then(() => {
        isClaimed = true;
      });
      expect(await one.claimWaiting({ sessionId: quick, messageId: reply.message_id })).toBeUndefined();
      expect(isClaimed).toBe(false);
      return begun;
    });
    expect(await waiting).toBeUndefined();
  });

  test("what a gateway had whose lease has ended is claimed by another one", async () => {
    const address = await schemas.withTables();
    const dead = await openPostgresqlTestStore(address, { leaseMs: 600_000 });
    const living = await openPostgresqlTestStore(address, { leaseMs: 1_000 });
    dead.store.generations?.announce("http://10.0.0.5:6120");
    await dead.store.generations?.claim(running);
    await dead.raw.exec("UPDATE writers SET lives_until = '2000-01-01'");
    const next = { ...running, messageId: "6" };
    await eventually(async () => expect(await living.store.generations?.claim(next)).toBeUndefined());
    const rows = await query(address, "SELECT session_id, message_id FROM generations");
    expect(rows).toEqual([{ session_id: "7", message_id: "6" }]);
  });

  test("what another gateway has begun meanwhile stays that one's", async () => {
    const { one, other, endLease } = await startTwo();
    await one.claim(running);
    await endLease();
    expect(await other.claim({ sessionId: "7", messageId: "6" })).toBeUndefined();
    expect(await one.claim(kept)).toBeUndefined();
    expect(await one.find("7")).toMatchObject({ url: "http://10.0.0.6:6120" });
  });
});
