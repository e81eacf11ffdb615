/** What a look at the conversations' database found. Sizes are bytes. */
export interface DatabaseCheck {
  /** True where nothing is wrong; what is merely worth knowing stands in `notes`. */
  readonly ok: boolean;
  /** The file; of PostgreSQL the database and its server. */
  readonly path: string;
  readonly schema_version: number;
  readonly size_bytes: number;
  /** Room on its disk for this user; null where nobody tells. */
  readonly free_bytes: number | null;
  /** Rows; null where the database is too broken, or too old, to count them. */
  readonly profiles: number | null;
  readonly conversations: number | null;
  readonly messages: number | null;
  /** Replies that are being written, by an HMI that runs or by none; null as above. */
  readonly streaming: { readonly owned: number; readonly left: number } | null;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** What each of these queries counts is wrong. Written for the present schema of both kinds of database. */
export const COUNTED_FAULTS: Readonly<Record<string, string>> = {
  "messages with another model_id than their conversation's": `
    SELECT count(*) AS n FROM messages JOIN conversations ON conversations.id = conversation_id
     WHERE messages.model_id IS DISTINCT FROM conversations.model_id`,
  "profiles with more than one active conversation": `
    SELECT count(*) AS n FROM (SELECT 1 FROM conversations WHERE active = 1
     GROUP BY user_id, ifnull(model_id, 0) HAVING count(*) > 1) AS found`,
  "conversations with more than one reply that is being written": `
    SELECT count(*) AS n FROM (SELECT 1 FROM messages WHERE status = 'streaming'
     GROUP BY conversation_id HAVING count(*) > 1) AS found`,
  "conversations whose message_count is wrong": `
    SELECT count(*) AS n FROM conversations WHERE message_count <>
     (SELECT count(*) FROM messages
       WHERE conversation_id = conversations.id AND message_type = 'chat')`,
  "conversations of another user than their profile's": `
    SELECT count(*) AS n FROM conversations JOIN model_profiles USING (model_id)
     WHERE conversations.user_id <> model_profiles.user_id`,
  "clients' keys of another user than their conversation's": `
    SELECT count(*) AS n FROM client_keys JOIN conversations ON conversations.id = conversation_id
     WHERE client_keys.user_id <> conversations.user_id`,
  "replies that are to replace what is no reply to the same message": `
    SELECT count(*) AS n FROM messages AS newer JOIN messages AS older ON older.id = newer.replaces
     WHERE older.conversation_id <> newer.conversation_id OR older.role <> 'assistant'
        OR older.parent IS DISTINCT FROM newer.parent`,
  "messages that follow one that is not before them in their conversation": `
    SELECT count(*) AS n FROM messages AS newer JOIN messages AS older ON older.id = newer.parent
     WHERE older.conversation_id <> newer.conversation_id OR older.id >= newer.id`,
  "places in a conversation at which no version is shown": `
    SELECT count(*) AS n FROM (SELECT 1 FROM messages WHERE message_type = 'chat'
     GROUP BY conversation_id, parent HAVING sum(chosen) <> 1) AS found`,
  "replies that have ended and have text beside their row": `
    SELECT count(DISTINCT message_id) AS n FROM reply_parts JOIN messages ON messages.id = message_id
     WHERE status <> 'streaming'`,
};

/** Notes on replies that nobody writes. */
export function leftReplies(streaming: DatabaseCheck["streaming"]): string[] {
  if (streaming === null || streaming.left === 0) return [];
  return [`${streaming.left} replies were left by an HMI that has ended; the next one takes them up`];
}
