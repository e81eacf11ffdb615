import { describe, expect, onTestFinished, test, vi } from "vitest";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { endingOf, growText, openConversation } from "../../../support/store.ts";

/** No lease ends by itself within a test. */
const LONG = { leaseMs: 600_000 };

/** As its time would make it, the server's start long ago. */
const END_LEASES = "UPDATE writers SET lives_until = '-infinity'";

describe.skipIf(NO_POSTGRESQL !== undefined)(`leases of writers ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  async function startReply(options = LONG) {
    const url = await schemas.withTables();
    const opened = await openPostgresqlTestStore(url, options);
    const { store, own } = opened;
    store.replies.announce("http://10.0.0.5:6101");
    const sessionId = await openConversation(own, null);
    const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
    await growText(store, reply.message_id, 0, "Hel");
    return { ...opened, url, sessionId, id: reply.message_id };
  }

  test("a reply of a writer that lives is left to it, and told where that is reached", async () => {
    const { store, openAnother, id } = await startReply();
    const other = (await openAnother()).store;
    expect(await other.replies.takeOver()).toEqual({ replies: [], heldByOthers: 1 });
    expect(await growText(other, id, 3, "stolen")).toBe(false);
    expect(await other.replies.finish(id, endingOf())).toBe(false);
    const found = await other.replies.otherWriterOf(id);
    expect(found?.url).toBe("http://10.0.0.5:6101");
    expect(store.replies.isOwnKey(found?.key ?? "")).toBe(true);
    expect(other.replies.isOwnKey(found?.key ?? "")).toBe(false);
    expect(await store.replies.otherWriterOf(id)).toBeUndefined();
    expect(await growText(store, id, 3, "lo")).toBe(true);
  });

  test("of a writer that released it, a reply goes to exactly one of those who want it", async () => {
    const { store, openAnother, id } = await startReply();
    await store.replies.release();
    const others = await Promise.all(Array.from({ length: 5 }, async () => (await openAnother()).store));
    const taken = await Promise.all(others.map((other) => other.replies.takeOver()));
    expect(taken.flatMap(({ replies }) => replies)).toMatchObject([
      { reply: { message_id: id, content: "Hel" }, message: { content: "Hi" } },
    ]);
    const grown = await Promise.all(others.map((other) => growText(other, id, 3, "lo")));
    expect(grown.filter(Boolean)).toHaveLength(1);
  });

  test("one that was asleep while its reply was taken over cannot write, and can begin another", async () => {
    const { store, own, url, id, raw, sessionId } = await startReply();
    await raw.exec(END_LEASES);
    // Whoever is not asleep counts with shorter leases.
    const other = (await openPostgresqlTestStore(url, { leaseMs: 3_000 })).store;
    // The server has not run as long yet.
    await expect
      .poll(async () => (await other.replies.takeOver()).replies.length, { timeout: 10_000 })
      .toBe(1);
    expect(await growText(store, id, 3, "late")).toBe(false);
    expect(await store.replies.finish(id, endingOf({ content: "late" }))).toBe(false);
    expect(await other.replies.finish(id, endingOf({ content: "Hello" }))).toBe(true);
    expect(await own.messages.find(id)).toMatchObject({ content: "Hello", status: "complete" });
    const next = await own.messages.begin({ sessionId, content: "And now?", modelName: null });
    expect(await growText(store, next.reply.message_id, 0, "Good")).toBe(true);
  });

  test("a lease whose time is over goes on where nobody has taken over", async () => {
    const { store, id, raw } = await startReply({ leaseMs: 200 });
    const [before] = [await raw.get("SELECT token FROM writers")];
    await raw.exec(END_LEASES);
    await expect.poll(() => growText(store, id, 3, "lo"), { timeout: 10_000 }).toBe(true);
    expect(await raw.get("SELECT token FROM writers")).toEqual(before);
  });

  test("one that could not reach the database itself leaves to the others what is theirs for a lease's time", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { url, id, raw } = await startReply();
    const other = (await openPostgresqlTestStore(url, { leaseMs: 3_000 })).store;
    const left = { replies: [], heldByOthers: 1 };
    expect(await other.replies.takeOver()).toEqual(left);
    const runs = "SELECT (pg_postmaster_start_time() + interval '4 s' < clock_timestamp())::int AS long";
    await expect.poll(async () => (await raw.get(runs))?.["long"], { timeout: 10_000 }).toBe(1);
    await raw.exec(END_LEASES);
    vi.advanceTimersByTime(4_000);
    expect(await other.replies.takeOver()).toEqual(left);
    expect(await other.replies.otherWriterOf(id)).toMatchObject({ url: "http://10.0.0.5:6101" });
    // Renewed in time from then on.
    vi.advanceTimersByTime(2_500);
    expect(await other.replies.takeOver()).toEqual(left);
    vi.advanceTimersByTime(1_000);
    expect((await other.replies.takeOver()).replies).toMatchObject([{ reply: { message_id: id } }]);
  });

  test("what could not be saved in time, and nobody has taken over, is saved under a lease that is renewed", async () => {
    const { store, own, id, raw } = await startReply();
    await raw.exec(END_LEASES);
    expect(await growText(store, id, 3, "lo")).toBe(true);
    await raw.exec(END_LEASES);
    expect(await store.replies.finish(id, endingOf({ content: "Hello" }))).toBe(true);
    expect(await own.messages.find(id)).toMatchObject({ content: "Hello", status: "complete" });
  });

  test("a reply that was begun, and of which nobody was told, is found by its own store", async () => {
    const { store, id, raw } = await startReply();
    const found = async (known?: readonly string[]) => {
      const { replies } = await store.replies.takeOver(known && new Set(known));
      return replies.map(({ reply }) => reply.message_id);
    };
    // Whoever has begun it may not have been answered yet.
    expect(await found([])).toEqual([]);
    await raw.exec("UPDATE messages SET created_at = '2026-01-01T00:00:00.000Z' WHERE status = 'streaming'");
    expect(await found()).toEqual([]);
    expect(await found([id])).toEqual([]);
    expect(await found([])).toEqual([id]);
  });

  test("a writer that begins again after it has released has a greater token", async () => {
    const { store, own, raw, openAnother } = await startReply();
    const token = async () => Number((await raw.get("SELECT max(token) AS token FROM writers"))?.["token"]);
    const first = await token();
    await store.replies.release();
    await (await openAnother()).store.replies.takeOver();
    const { session } = await own.conversations.openNew({ modelId: null, agentId: undefined });
    await own.messages.begin({ sessionId: session.session_id, content: "Hi", modelName: null });
    expect(await token()).toBeGreaterThan(first + 1);
  });
});
