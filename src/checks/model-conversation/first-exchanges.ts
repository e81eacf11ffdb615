import { CouldNotRun } from "../../harness/define-check.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { exchangesOnAnyWire } from "./any-wire-exchange.ts";
import { exchangeByModel, type ModelExchange } from "./model-exchange.ts";
import { type Context, getStage } from "./staged-profiles.ts";

/**
 * The exchanges that most claims are judged on: a first message for a profile and a general one, by
 * both endpoints. For profiles a different one each time, so that each finds or makes a conversation. On a target
 * without profiles, a first message in each of two conversations.
 */
export async function firstExchanges(context: Context): Promise<readonly ModelExchange[]> {
  if (!hasProfiles(context)) return (await exchangesOnAnyWire(context)).first;
  return await context.share("first exchanges", async () => {
    const { canary, profileA, profileB } = await getStage(context);
    const ask = (endpoint: ModelExchange["asked"]["endpoint"], modelId?: number): Promise<ModelExchange> =>
      exchangeByModel(context, {
        endpoint,
        modelId,
        message: `Hello ${canary} ${endpoint} ${modelId ?? "general"}`,
      });
    const exchanges = [
      await ask("general-stream", profileA.modelId),
      await ask("message", profileB.modelId),
      await ask("general-stream"),
      await ask("message"),
    ];
    requireSomeTaken(exchanges);
    return exchanges;
  });
}

/** Whether claims are judged by profiles, which the contract's own calls are made with. */
export function hasProfiles({ target }: Context): boolean {
  return target.capabilities.has("speak the contract") && target.capabilities.has("keep profiles");
}

/** Where nobody's message is taken, nothing is known of where it would go. */
function requireSomeTaken(exchanges: readonly ModelExchange[]): void {
  const [first] = exchanges;
  if (first === undefined || exchanges.some(({ status }) => status < 400)) return;
  const { stream, status, refusal } = first;
  throw new CouldNotRun(
    `no message was taken: ${refusedWords({ request: stream.request, status, body: refusal })}`,
  );
}

/** The row of this exchange's message or reply, in whatever conversation it is. */
export function rowOf(exchange: ModelExchange, role: "user" | "assistant"): SeenRow | undefined {
  const rows = exchange.newRows.filter((row) => row.role === role && (row.message_type ?? "chat") === "chat");
  // A row may have been begun in one conversation, and its text be saved to another.
  const isIt = ({ content }: SeenRow): boolean =>
    exchange.isForeign && role === "assistant" && isSavedAsStreamed(content, exchange.streamedText, exchange);
  return rows.find(isIt) ?? rows[0];
}

/** `conversation 80, model_id 184`; undefined where nobody knows of one. */
export function place(sessionId: string | null, modelId: number | null | undefined): string {
  const where = `conversation ${sessionId ?? "(none)"}`;
  return modelId === undefined ? where : `${where}, model_id ${modelId ?? "null"}`;
}

/** Rows as few words as tell where each is and what it holds. */
export function rowPlaces(rows: readonly SeenRow[]): readonly object[] {
  return rows.map(({ message_id, session_id, model_id, role, message_type, status, content }) => {
    return { message_id, session_id, model_id, role, message_type, status, content };
  });
}

/** What a claim did not judge, where it speaks of profiles, and the target is said to have none. */
export function unjudgedIn(exchanges: readonly ModelExchange[]): string {
  return exchanges.some(({ lacksProfiles }) => lacksProfiles)
    ? "; no profile is known here, so no model_id is judged"
    : "";
}
