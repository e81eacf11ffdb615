import type { Message, Session } from "../../contract/hmi-schemas.ts";

/** A conversation as a file to keep. */
export interface ExportFile {
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** A conversation, as it is to be kept. */
export interface ConversationToExport {
  readonly session: Session;
  /** What is shown. */
  readonly messages: readonly Message[];
  /** Versions that are not shown, with what followed them. */
  readonly otherVersions: readonly Message[];
}

/** The conversation as a download: Markdown for people, JSON with everything for programs. */
export function exportConversation(
  { session, messages, otherVersions }: ConversationToExport,
  format: "markdown" | "json",
): ExportFile {
  const name = `conversation-${session.session_id}`;
  if (format === "json") {
    const body = `${JSON.stringify({ session, messages, other_versions: otherVersions }, null, 2)}\n`;
    return { name: `${name}.json`, type: "application/json; charset=utf-8", body };
  }
  return { name: `${name}.md`, type: "text/markdown; charset=utf-8", body: toMarkdown(session, messages) };
}

function toMarkdown(session: Session, messages: readonly Message[]): string {
  const dialogue = messages.filter((message) => message.message_type === "chat").map(toSection);
  return `${[`# ${session.title ?? "Conversation"}`, ...dialogue].join("\n\n")}\n`;
}

function toSection({ role, content, model_name, status, timestamp }: Message): string {
  const who = role === "user" ? "You" : (model_name ?? "Assistant");
  const ended = status === "complete" ? "" : `, ${status}`;
  return `## ${who}\n\n_${timestamp}${ended}_\n\n${content}`;
}
