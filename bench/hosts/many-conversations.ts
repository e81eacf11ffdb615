import type { PostgresqlHost } from "./postgresql-host.ts";

/** Messages of each conversation: two questions with their answers. */
const MESSAGES = 4;

/** Gives a person this many conversations, in a database that has its tables, as if they had been had one after the other. */
export async function addConversations(
  postgresql: PostgresqlHost,
  person: string,
  count: number,
): Promise<void> {
  await postgresql.query(
    `INSERT INTO conversations (user_id, agent_id, title, active, created_at, updated_at, activity)
     SELECT $1, 'architect', 'Conversation ' || n, 0, ${TIME}, ${TIME}, n FROM generate_series(1, $2::int) AS n`,
    [person, count],
  );
  for (let message = 0; message < MESSAGES; message += 1) {
    const role = message % 2 === 0 ? "user" : "assistant";
    await postgresql.query(
      `INSERT INTO messages (conversation_id, role, message_type, content, agent_id, status, created_at, parent, chosen)
       SELECT id, '${role}', 'chat', 'What about number ' || id || '? ' || repeat('word ', 40), 'architect', 'complete',
              created_at, (SELECT max(id) FROM messages WHERE conversation_id = conversations.id), 1
         FROM conversations WHERE user_id = $1`,
      [person],
    );
  }
  await postgresql.query("ANALYZE");
}

const TIME = `to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
