import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WireError } from "../../../../src/contract/wire-error.ts";
import { type Database, NotConfirmedError } from "../../../../src/services/conversations/sql/sql-database.ts";
import { createSqlStore } from "../../../../src/services/conversations/sql/sql-store.ts";
import { openDatabase } from "../../../../src/services/conversations/sqlite/sqlite-database.ts";
import { SqliteWriter } from "../../../../src/services/conversations/sqlite/sqlite-writer.ts";
import { growText, openConversation, ownOf } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

/** How a growth of a reply fails: it stands, and the answer to its commit is lost; or nothing of it was done. */
type Failure = "answer lost" | "unavailable";

/** A reply in a database of which the growths fail so, one after the other, until all have. */
async function startReply(failures: Failure[]) {
  const path = join(tempFolder(), "chat.db");
  const db = openDatabase(path);
  const writeSoon: Database["writeSoon"] = async (work) => {
    const failure = failures.shift();
    if (failure === "unavailable") throw new WireError("store_unavailable", "The database is away.");
    const result = await db.writeSoon(work);
    if (failure === "answer lost") throw new NotConfirmedError("store_unavailable", "It may be saved.");
    return result;
  };
  const failing: Database = { ...db, writeSoon, confirm: async () => true };
  const writer = new SqliteWriter(path);
  const store = createSqlStore({
    db: failing,
    dbOf: () => failing,
    writer,
    defaultAgent: "architect",
    close: () => db.close(),
  });
  onTestFinished(async () => {
    await store.close();
    await writer.release();
  });
  const own = ownOf(store);
  const sessionId = await openConversation(own, null);
  const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
  return {
    store,
    id: reply.message_id,
    text: async () => (await own.messages.find(reply.message_id))?.content,
  };
}

test("what was found to stand is not appended again, however often the next tries fail", async () => {
  const { store, id, text } = await startReply(["answer lost", "unavailable", "answer lost", "unavailable"]);
  for (const come of ["Hel", "Hello", "Hello!", "Hello! Wh"]) {
    await expect(growText(store, id, 0, come)).rejects.toThrow();
  }
  expect(await growText(store, id, 0, "Hello! Who")).toBe(true);
  expect(await growText(store, id, 10, " is it?")).toBe(true);
  expect(await text()).toBe("Hello! Who is it?");
});
