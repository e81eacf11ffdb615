import * as z from "zod";
import { ChatExport } from "../../src/contract/chat-export.ts";

export const CHAT_EXPORT_SCHEMA_FILE = new URL("../../docs/chat-export.schema.json", import.meta.url);

/** The text of docs/chat-export.schema.json: what an export of conversations holds, for programs that read or write one. */
export function renderChatExportSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(ChatExport, { io: "input" }), null, 2)}\n`;
}
