import type { Message } from "../../../contract/hmi-schemas.ts";
import type { Exchange } from "../conversation-store.ts";
import type { OwnedReply } from "../reply-store.ts";
import { findRow, findRowOfAnybody, toMessage } from "./message-rows.ts";
import { selectMessages } from "./reply-text.ts";
import { userOfConversation } from "./session-rows.ts";
import type { Row, Statements } from "./sql-database.ts";

/** {@link MessageStore.exchangeOf} */
export async function findExchangeOf(
  sql: Statements,
  user: string,
  messageId: string,
): Promise<Exchange | undefined> {
  const row = await findRow(sql, user, messageId);
  if (row === undefined || row["message_type"] !== "chat") return undefined;
  const found = toMessage(row);
  if (found.role === "user") {
    const reply = await replyTo(sql, found);
    return reply && { user: found, reply };
  }
  const message = await messageAnsweredBy(sql, row);
  return message === null ? undefined : { user: message, reply: found };
}

/** {@link ReplyStore.find} */
export async function findReply(sql: Statements, messageId: string): Promise<OwnedReply | undefined> {
  const row = await findRowOfAnybody(sql, messageId);
  if (row?.["role"] !== "assistant") return undefined;
  const user = await userOfConversation(sql, Number(row["conversation_id"]));
  return user === undefined
    ? undefined
    : { user, reply: toMessage(row), message: await messageAnsweredBy(sql, row) };
}

/** The reply to a user's message that is shown where that message is. */
export async function replyTo(sql: Statements, { message_id }: Message): Promise<Message | undefined> {
  const row = await sql.get(
    `${selectMessages(sql)} WHERE parent = ? AND role = 'assistant' AND message_type = 'chat' AND chosen = 1`,
    Number(message_id),
  );
  return row && toMessage(row);
}

async function messageAnsweredBy(sql: Statements, reply: Row): Promise<Message | null> {
  const { parent } = reply;
  if (parent === null) return null;
  const before = (await findRowOfAnybody(sql, String(parent))) ?? {};
  return before["role"] === "user" ? toMessage(before) : await messageAnsweredBy(sql, before);
}
