import { describe, expect, test } from "vitest";
import { openPostgresqlStore } from "../../../../src/services/conversations/postgresql/open-postgresql-store.ts";
import { POSTGRESQL_SCHEMA_VERSION } from "../../../../src/services/conversations/postgresql/postgresql-migrations.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, query, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { exchangeOf, makeProfile, openConversation } from "../../../support/store.ts";

describe.skipIf(NO_POSTGRESQL !== undefined)(`PostgreSQL's own rules ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  /** A profile's conversation and a general one, with an exchange each. */
  async function startWithTwo() {
    const { store, own, raw } = await openPostgresqlTestStore(await schemas.withTables());
    const profile = await makeProfile(own, "Tower");
    const ofProfile = await openConversation(own, profile);
    const general = await openConversation(own, null);
    const elsewhere = await exchangeOf(store, ofProfile, "Hi", "Hello");
    const { user, reply } = await exchangeOf(store, general, "Hi", "Hello");
    return { raw, profile, ofProfile, general, user, reply, elsewhere };
  }

  const message = (columns: string, values: string) =>
    `INSERT INTO messages (role, message_type, content, agent_id, created_at, ${columns})
     VALUES ('assistant', 'chat', 'x', 'architect', '2026-01-01T00:00:00Z', ${values})`;
  const conversation = (columns: string, values: string) =>
    `INSERT INTO conversations (agent_id, created_at, updated_at, ${columns})
     VALUES ('architect', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', ${values})`;

  test("every rule of the contract is held by the database, whoever writes", async () => {
    const { raw, profile, ofProfile, general, user, reply, elsewhere } = await startWithTwo();
    const ofMessage = "conversation_id, model_id, status";
    const refused: Record<string, [sql: string, why: string]> = {
      "another model_id than the conversation's": [
        message(ofMessage, `${ofProfile}, NULL, 'complete'`),
        "messages_conversation_id_profile_fkey",
      ],
      "a model_id where the conversation has none": [
        message(ofMessage, `${general}, ${profile}, 'complete'`),
        "messages_conversation_id_profile_fkey",
      ],
      "a message that moves": [
        `UPDATE messages SET conversation_id = ${ofProfile}`,
        "a message stays in its",
      ],
      "a message that moves in the tree": [
        `UPDATE messages SET parent = NULL`,
        "a message stays at its place",
      ],
      "a conversation that moves": [`UPDATE conversations SET user_id = 'bob'`, "stays with its profile"],
      "a profile that moves": [`UPDATE model_profiles SET user_id = 'bob'`, "a profile stays with its user"],
      "a second active conversation": [
        conversation("user_id, model_id, active", `'local', NULL, 1`),
        "conversations_one_active",
      ],
      "an active conversation that is archived": [
        "UPDATE conversations SET archived = 1",
        "check constraint",
      ],
      "a conversation of another user than its profile's": [
        conversation("user_id, model_id, active", `'bob', ${profile}, 1`),
        "conversations_model_id_user_id_fkey",
      ],
      "a profile that is used": ["DELETE FROM model_profiles", "foreign key"],
      "a key of another user": [`INSERT INTO client_keys VALUES ('bob', 'key', ${general})`, "foreign key"],
      "a parent in another conversation": [
        message(`${ofMessage}, parent`, `${general}, NULL, 'complete', ${elsewhere.reply.message_id}`),
        "messages_parent_conversation_id_fkey",
      ],
      "a second version that is shown": [
        message(`${ofMessage}, parent, chosen`, `${general}, NULL, 'complete', ${user.message_id}, 1`),
        "messages_one_chosen",
      ],
      "what another reply's place is taken from": [
        message(`${ofMessage}, replaces`, `${general}, NULL, 'streaming', ${elsewhere.reply.message_id}`),
        "a reply replaces another one to the same message",
      ],
      "a writer of what has ended": [
        `INSERT INTO writers (lives_until, key) VALUES (now(), 'k'); UPDATE messages SET writer = (SELECT max(token) FROM writers)`,
        "check constraint",
      ],
      "a writer that nobody is": [
        message(`${ofMessage}, writer`, `${general}, NULL, 'streaming', 999`),
        "messages_writer_fkey",
      ],
      "a user's message that streams": [
        `UPDATE messages SET status = 'streaming' WHERE role = 'user'`,
        "check",
      ],
      "settings that are no object": [`UPDATE model_profiles SET settings = '[]'`, "check constraint"],
      "a parent that goes before its children": [
        `DELETE FROM messages WHERE id = ${user.message_id}`,
        "foreign key",
      ],
    };
    for (const [what, [sql, why]] of Object.entries(refused)) {
      await expect(raw.exec(`BEGIN; ${sql}; COMMIT`), what).rejects.toThrow(why);
      await raw.exec("ROLLBACK");
    }
    await raw.exec(message(ofMessage, `${general}, NULL, 'streaming'`));
    const second = message(ofMessage, `${general}, NULL, 'streaming'`);
    await expect(raw.exec(second)).rejects.toThrow("messages_one_streaming");
    expect(Number(reply.message_id)).toBeGreaterThan(Number(user.message_id));
    await raw.exec(`DELETE FROM messages WHERE status = 'streaming'; DELETE FROM conversations`);
    expect(await raw.get("SELECT count(*) AS n FROM messages")).toEqual({ n: 0 });
  });

  test("8 programs that open a new database at once make its tables once", async () => {
    const url = await schemas.empty();
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => openPostgresqlStore({ url, defaultAgent: "architect" })),
    );
    await Promise.all(stores.map((store) => store.close()));
    expect(await query(url, "SELECT * FROM chat_stack_schema")).toEqual([
      { version: POSTGRESQL_SCHEMA_VERSION },
    ]);
  });

  test("a database of a newer program is refused, and nothing of it changed", async () => {
    const url = await schemas.withTables();
    await openPostgresqlTestStore(url);
    await query(url, "UPDATE chat_stack_schema SET version = version + 1");
    const next = POSTGRESQL_SCHEMA_VERSION + 1;
    await expect(openPostgresqlStore({ url, defaultAgent: "architect" })).rejects.toMatchObject({
      code: "database_too_new",
      message: expect.stringContaining(
        `has schema version ${next}; this stack knows versions up to ${next - 1}.`,
      ),
    });
    await query(url, "UPDATE chat_stack_schema SET version = version - 1");
  });

  test("a schema with tables of others is refused, and nothing is put into it", async () => {
    const url = await schemas.empty();
    await query(url, "CREATE TABLE invoices (x integer)");
    await expect(openPostgresqlStore({ url, defaultAgent: "architect" })).rejects.toMatchObject({
      code: "database_unreadable",
      message: expect.stringContaining("is not this stack's: it has the tables invoices"),
    });
    const tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()";
    expect(await query(url, tables)).toEqual([{ tablename: "invoices" }]);
  });

  test("a server that does not answer, or lets nobody in, is told without the password", async () => {
    const [wrong, nobody] = [
      (await schemas.empty()).replace("only-for-tests", "guessed"),
      "postgresql://a:guessed@127.0.0.1:1/x",
    ];
    for (const url of [wrong, nobody]) {
      const opened = openPostgresqlStore({ url, defaultAgent: "architect" });
      const error = await opened.catch((thrown: Error) => thrown);
      expect(error).toMatchObject({
        code: "database_unreadable",
        message: expect.stringContaining("cannot be opened"),
      });
      expect(JSON.stringify({ ...error, message: String(error) })).not.toContain("guessed");
    }
  });

  test("what is missing or broken is found by a look at it", async () => {
    const { raw } = await startWithTwo();
    await raw.exec(
      "ALTER TABLE messages DISABLE TRIGGER messages_stay; UPDATE conversations SET message_count = 9",
    );
    const wrong = await raw.problems();
    await raw.exec("ALTER TABLE messages ENABLE TRIGGER messages_stay");
    expect(wrong).toEqual([
      "the trigger messages_stay is missing",
      "conversations whose message_count is wrong: 2",
    ]);
  });
});
