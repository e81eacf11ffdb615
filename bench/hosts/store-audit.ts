import type { PostgresqlHost } from "./postgresql-host.ts";

/** One change of a reply's row, in the order in which rows were changed. */
export interface RowWrite {
  readonly replyId: string;
  /** The token of the writer whose row it was. */
  readonly token: string;
  /** The address that wrote. */
  readonly host: string;
  /** True where it was ended by this. */
  readonly hasEnded: boolean;
}

/** Has the database itself write down who writes to which reply. */
export async function watchWrites(postgresql: PostgresqlHost): Promise<void> {
  await postgresql.query(`
    CREATE SCHEMA rig;
    CREATE TABLE rig.writes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reply bigint, token bigint, host inet, ended boolean);
    CREATE FUNCTION rig.note_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO rig.writes (reply, token, host, ended)
        VALUES (NEW.id, OLD.writer, inet_client_addr(), NEW.status <> 'streaming');
      RETURN NULL;
    END $$;
    CREATE TRIGGER rig_notes_writes AFTER UPDATE ON messages FOR EACH ROW
      WHEN (OLD.role = 'assistant' AND (OLD.content, OLD.status) IS DISTINCT FROM (NEW.content, NEW.status))
      EXECUTE FUNCTION rig.note_write()`);
}

/** What was written to these replies. */
export async function writesTo(postgresql: PostgresqlHost, replyIds: readonly string[]): Promise<RowWrite[]> {
  return await postgresql.query<{ replyId: string; token: string; host: string; hasEnded: boolean }>(
    `SELECT reply::text AS "replyId", coalesce(token, 0)::text AS token, host(host) AS host, ended AS "hasEnded"
       FROM rig.writes WHERE reply = ANY($1::bigint[]) ORDER BY id`,
    [replyIds],
  );
}

/** How many replies are being written, as the database has it. */
export async function streamingReplies(postgresql: PostgresqlHost): Promise<number> {
  const [row] = await postgresql.query<{ n: string }>(
    "SELECT count(*) AS n FROM messages WHERE status = 'streaming'",
  );
  return Number(row?.n);
}
