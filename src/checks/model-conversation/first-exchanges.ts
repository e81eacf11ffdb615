import type { Message } from "../../contract/hmi.ts";
import { converse, type Exchange } from "./exchange.ts";
import { type Context, getStage } from "./stage.ts";

/**
 * The exchanges that most claims are judged on: a first message for a profile and a general one, by
 * both endpoints. For profiles a different one each time, so that each finds or makes a conversation.
 */
export async function firstExchanges(context: Context): Promise<readonly Exchange[]> {
  return await context.share("first exchanges", async () => {
    const { canary, profileA, profileB } = await getStage(context);
    const ask = (endpoint: Exchange["asked"]["endpoint"], modelId?: number): Promise<Exchange> =>
      converse(context, {
        endpoint,
        modelId,
        message: `Hello ${canary} ${endpoint} ${modelId ?? "general"}`,
      });
    return [
      await ask("general-stream", profileA.modelId),
      await ask("message", profileB.modelId),
      await ask("general-stream"),
      await ask("message"),
    ];
  });
}

/** The row of this exchange's message or reply, in whatever conversation it is. */
export function rowOf(exchange: Exchange, role: "user" | "assistant"): Message | undefined {
  return exchange.newRows.find((row) => row.role === role && row.message_type === "chat");
}

/** `conversation 80, model_id 184`. */
export function place(sessionId: string | null, modelId: number | null | undefined): string {
  return `conversation ${sessionId ?? "(none)"}, model_id ${modelId ?? "null"}`;
}

/** Rows as few words as tell where each is and what it holds. */
export function placesOf(rows: readonly Message[]): readonly object[] {
  return rows.map(({ message_id, session_id, model_id, role, message_type, status, content }) => {
    return { message_id, session_id, model_id, role, message_type, status, content };
  });
}
