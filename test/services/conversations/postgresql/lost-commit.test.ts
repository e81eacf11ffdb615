import { expect, onTestFinished, test } from "vitest";
import { type CommitCut, type CommitCutter, startCommitCutter } from "../../../support/commit-cutter.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, query, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { endingOf, growText, openConversation } from "../../../support/store.ts";
import type { TestStore } from "../../../support/test-stores.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

/** What is there of the conversation after all. */
const ROWS = "SELECT role, content, status FROM messages ORDER BY id";
const EXPECTED = [
  { role: "user", content: "Hi", status: "complete" },
  { role: "assistant", content: "Hello", status: "complete" },
];

/** More than anybody would cut one after the other. */
const MOST_COMMITS = 40;

/** A store that reaches its database through a proxy which can cut commits. */
async function openCut(): Promise<{ cutter: CommitCutter; address: string; store: TestStore }> {
  const address = (await schemas?.withTables()) ?? "";
  const cutter = await startCommitCutter(address);
  onTestFinished(() => cutter.close());
  return { cutter, address, store: await openPostgresqlTestStore(cutter.url) };
}

/** A message, and its reply in three pieces. */
async function converse({ own, store }: TestStore): Promise<void> {
  const sessionId = await openConversation(own, null);
  const { reply, isNew } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
  expect(isNew).toBe(true);
  expect(await growText(store, reply.message_id, 0, "He")).toBe(true);
  expect(await growText(store, reply.message_id, 2, "ll")).toBe(true);
  const { content } = (await own.messages.find(reply.message_id)) ?? {};
  expect(content).toBe("Hell");
  expect(await store.replies.finish(reply.message_id, endingOf({ content: "Hello" }))).toBe(true);
}

test.skipIf(schemas === undefined).each<CommitCut>(["answer", "request"])(
  "whichever commit loses its %s, everything is saved once, and nobody is told of a failure",
  async (how) => {
    const { cutter, address, store } = await openCut();
    let isCut = true;
    for (let after = 0; isCut && after < MOST_COMMITS; after += 1) {
      const before = cutter.commits;
      cutter.cut(how, after);
      await converse(store);
      isCut = cutter.commits - before > after;
      expect(await query(address, ROWS), `the commit after ${after} others is cut`).toEqual(EXPECTED);
      expect(await query(address, "SELECT count(*) AS n FROM conversations")).toEqual([{ n: 1 }]);
      await query(address, "DELETE FROM conversations");
    }
    expect(isCut, "the last conversation had fewer commits").toBe(false);
  },
  60_000,
);

test.skipIf(schemas === undefined).each<CommitCut>(["answer", "request"])(
  "a claim of a generation whose commit loses its %s is made again, and is one",
  async (how) => {
    const { cutter, address, store } = await openCut();
    const { generations } = store.store;
    const generation = { sessionId: "7", messageId: "1" };
    await generations?.claim({ sessionId: "8", messageId: "2" });
    cutter.cut(how, 0);
    expect(await generations?.claim(generation)).toBeUndefined();
    const claimed = await query(address, "SELECT message_id FROM generations ORDER BY message_id");
    expect(claimed).toEqual([{ message_id: "1" }, { message_id: "2" }]);
  },
);

test.skipIf(schemas === undefined)(
  "while nobody can ask whether a commit stands, that is told; asked again later it is done once",
  async () => {
    const { cutter, address, store } = await openCut();
    const sessionId = await openConversation(store.own, null);
    const { reply } = await store.own.messages.begin({ sessionId, content: "Hi", modelName: null });
    const grow = (from: number, added: string) => growText(store.store, reply.message_id, from, added);
    expect(await grow(0, "He")).toBe(true);
    cutter.cut("answer", 0);
    const growing = grow(2, "ll");
    cutter.isAway = true;
    await expect(growing).rejects.toThrow(
      expect.objectContaining({ code: "store_unavailable", message: expect.stringMatching(/not known yet/) }),
    );
    cutter.isAway = false;
    // With what has come since.
    expect(await grow(2, "llo")).toBe(true);
    const [, row] = await query(address, ROWS);
    expect(row).toMatchObject({ content: "Hello", status: "streaming" });
  },
  60_000,
);

test.skipIf(schemas === undefined).each<CommitCut>(["answer", "request"])(
  "a message of which others may know before it is safe is saved once where its commit loses its %s",
  async (how) => {
    const { cutter, address, store } = await openCut();
    const sessionId = await openConversation(store.own, null);
    const told: boolean[] = [];
    // The commit before it is that of the writer's lease.
    cutter.cut(how, 1);
    const begun = await store.own.transaction(
      (own) => own.messages.begin({ sessionId, content: "Hi", modelName: null }),
      ({ isNew }) => told.push(isNew),
    );
    // What was not done is told again with the next try.
    expect([begun.isNew, told]).toEqual([true, how === "request" ? [true, true] : [true]]);
    expect(await query(address, ROWS)).toMatchObject([{ content: "Hi" }, { status: "streaming" }]);
  },
);
