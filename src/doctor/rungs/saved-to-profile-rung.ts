import { randomUUID } from "node:crypto";
import { MessageList, type Session, SessionList } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Rung } from "../climb-ladder.ts";
import { askForStream, type ExaminedStack, examinedService } from "../doctor-context.ts";
import { judgeReply, replyTimeoutMs } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { makePlace, SHORT, sessionRows } from "./reply-rungs.ts";

/** A message about a profile, by the call that saves and streams in one, is saved to that profile (BUG-016). */
export const savedToProfileRung: Rung<ExaminedStack> = {
  id: "hmi/general-stream",
  service: "hmi",
  name: "general stream",
  needs: ["hmi/reply"],
  async look(stack) {
    const place = await makePlace(stack, SHORT);
    if ("status" in place) return place;
    const mark = `stack doctor ${randomUUID()}`;
    const before = new Set((await generalSessions(stack, stack.signal)).map(({ session_id }) => session_id));
    stack.defer("a message in a general conversation", (signal) => deleteAstray(stack, mark, before, signal));
    // Without the conversation, which is then found by its profile: there the model_id gets lost.
    const { model_id } = place;
    const path = hmiRoutes.generalStream.path(undefined, { model_id, message: `Say OK (${mark})` });
    const stream = await askForStream(stack, "hmi", ["GET", path], { timeoutMs: replyTimeoutMs(stack) });
    const finding = judgeReply(stream, "hmi", stack);
    if (finding !== undefined) return finding;
    const text = textOf(stream);
    const rows = await sessionRows(stack, place.session_id);
    const isThere = (role: string, holds: (content: string) => boolean): boolean =>
      rows.some((row) => row.role === role && row.model_id === model_id && holds(row.content));
    const isAsked = isThere("user", (content) => content.includes(mark));
    if (isAsked && isThere("assistant", (content) => content === text)) {
      return { status: "holds", text: "a message about a profile is saved with its model_id" };
    }
    const found = `conversation ${place.session_id} does not have the ${isAsked ? "reply" : "message"} with model_id ${model_id}`;
    return brokenRung("reply_not_saved", { found, isWithoutModelId: true });
  },
};

/** Where what loses its model_id goes. */
async function generalSessions(stack: ExaminedStack, signal: AbortSignal): Promise<readonly Session[]> {
  const path = hmiRoutes.sessions.path(undefined, { model_id: "none", limit: 20 });
  const { body } = await examinedService(stack, "hmi").client.call("GET", path, { signal });
  return SessionList.safeParse(body).data?.sessions ?? [];
}

/** Deletes the general conversations that our message made. Throws where it went to one that was there before. */
async function deleteAstray(
  stack: ExaminedStack,
  mark: string,
  before: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { client } = examinedService(stack, "hmi");
  for (const { session_id } of await generalSessions(stack, signal)) {
    const { body } = await client.call("GET", hmiRoutes.messages.path({ session_id }), { signal });
    const rows = MessageList.safeParse(body).data?.messages ?? [];
    const isOurs = rows.some(({ content }) => content.includes(mark));
    if (before.has(session_id)) {
      if (isOurs) throw new Error(`conversation ${session_id} was there before`);
    } else if (isOurs || isReplyAlone(rows)) {
      await client.call("DELETE", hmiRoutes.deleteSession.path({ session_id }), { signal });
    }
  }
}

/** A new conversation in which nobody has asked anything holds what came away from its message. */
function isReplyAlone(rows: MessageList["messages"]): boolean {
  return rows.length > 0 && rows.every(({ role }) => role !== "user");
}
