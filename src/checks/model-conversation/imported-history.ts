import { ChatExport, type ExportedMessage, ImportReport } from "../../contract/chat-export.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { type Context, listOwnSessions } from "./staged-profiles.ts";

/** A conversation that is to have a history that nobody had to wait for. */
export interface ImportedHistory {
  /** An empty conversation of the profile: what it is exported as is what the other one is made like. */
  readonly sessionId: string;
  readonly modelId: number;
  /** Names what is imported, so that it is not another run's. */
  readonly canary: string;
  /** Messages and replies together; an even number. */
  readonly messages: number;
}

/**
 * Makes a conversation like another one, with a history, by the import of the stack: no engine has to write it. Returns its
 * id; undefined where the stack has no export, or no import. It is deleted with its profile.
 */
export async function importHistory(
  context: Context,
  { sessionId, modelId, canary, messages }: ImportedHistory,
): Promise<string | undefined> {
  const { signal } = context;
  const { hmi } = context.target;
  const exported = await hmi.call("GET", hmiRoutes.exportChats.path(undefined, { session_id: sessionId }), {
    signal,
  });
  const { data: file } = ChatExport.safeParse(exported.body);
  const [like] = file?.conversations ?? [];
  if (file === undefined || like === undefined) return undefined;
  const conversation = {
    ...like,
    key: `${canary}-history`,
    active: false,
    messages: Array.from({ length: messages }, (_, index) => messageAt(index)),
  };
  const answer = await hmi.call("POST", hmiRoutes.importChats.path(), {
    body: { ...file, conversations: [conversation] },
    signal,
  });
  const { data: report } = ImportReport.safeParse(answer.body);
  if (report === undefined) return undefined;
  if (report.conversations.imported !== 1) {
    throw new CouldNotRun(`a history was not imported: ${JSON.stringify(report.refused).slice(0, 200)}`);
  }
  const { sessions } = await listOwnSessions(context, modelId);
  const imported = sessions.find(({ session_id, message_count }) => {
    return session_id !== sessionId && message_count === messages;
  });
  if (imported === undefined) throw new CouldNotRun("an imported conversation is not in the list");
  return imported.session_id;
}

/** Each is one token of every model, and no two are the same: a real engine reads all of them, more than once, at its own pace. */
const SHORT_TEXTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Without a name of the run, which would be more tokens than all the rest. */
function messageAt(index: number): ExportedMessage {
  const isReply = index % 2 === 1;
  return {
    message_id: String(index + 1),
    parent_id: index === 0 ? null : String(index),
    chosen: true,
    role: isReply ? "assistant" : "user",
    message_type: "chat",
    content: SHORT_TEXTS[index] ?? `${index}`,
    thinking: null,
    thinking_ms: null,
    images: [],
    model_name: null,
    status: "complete",
    usage: null,
    timings: null,
    notices: [],
    finish_reason: isReply ? "stop" : null,
    error: null,
    timestamp: new Date().toISOString(),
    covers_until: null,
  };
}
