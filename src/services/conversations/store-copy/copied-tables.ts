/** A table whose rows are brought from one store to another, as both kinds of database have it. */
export interface CopiedTable {
  readonly name: string;
  /** An integer by which its rows are gone through; several rows may have the same. */
  readonly order: string;
  /** What tells one row from another. */
  readonly key: readonly string[];
  /** True where the database gives out its keys, and gives none again. */
  readonly givesKeys: boolean;
  /** All columns that mean anything, the keys among them. */
  readonly columns: readonly string[];
  /** What the database makes of other rows: it is not written, and compared once they are all there. */
  readonly derived?: readonly string[];
  /** This many values of `order` are gone through at a time. */
  readonly page: number;
}

/**
 * In the order in which their rows can be written. Not among them: `writers`, because nobody writes in a copy, and the tables
 * of words, which the database makes by itself.
 */
export const COPIED_TABLES: readonly CopiedTable[] = [
  {
    name: "model_profiles",
    order: "model_id",
    key: ["model_id"],
    givesKeys: true,
    columns: [
      "model_id",
      "user_id",
      "name",
      "description",
      "default_model",
      "instructions",
      "settings",
      "created_at",
      "updated_at",
      "export_key",
    ],
    page: 200,
  },
  {
    name: "conversations",
    order: "id",
    key: ["id"],
    givesKeys: true,
    columns: [
      "id",
      "user_id",
      "model_id",
      "agent_id",
      "model",
      "title",
      "active",
      "archived",
      "created_at",
      "updated_at",
      "activity",
      "export_key",
    ],
    derived: ["message_count"],
    page: 500,
  },
  {
    name: "messages",
    order: "id",
    key: ["id"],
    givesKeys: true,
    columns: [
      "id",
      "conversation_id",
      "model_id",
      "role",
      "message_type",
      "content",
      "thinking",
      "thinking_ms",
      "model_name",
      "agent_id",
      "status",
      "finish_reason",
      "usage",
      "timings",
      "notices",
      "error",
      "client_message_id",
      "client_fingerprint",
      "covers_until",
      "created_at",
      "parent",
      "chosen",
      "replaces",
    ],
    page: 100,
  },
  {
    name: "images",
    order: "id",
    key: ["id"],
    givesKeys: true,
    columns: ["id", "message_id", "media_type", "bytes"],
    page: 4,
  },
  {
    name: "client_keys",
    order: "conversation_id",
    key: ["user_id", "client_key"],
    givesKeys: false,
    columns: ["user_id", "client_key", "conversation_id"],
    page: 500,
  },
  {
    name: "reply_parts",
    order: "message_id",
    key: ["message_id", "kind", "start"],
    givesKeys: false,
    columns: ["message_id", "kind", "start", "text", "thinking_ms"],
    page: 4,
  },
];
