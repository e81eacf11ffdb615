import type { EngineModel } from "../src/contract/common-schemas.ts";
import { LIMITS } from "../src/contract/contract-defaults.ts";
import { openProfile, selectedEngineModel } from "./chat-selectors.ts";
import type { ChatState, ShownMessage } from "./chat-state.ts";

/**
 * From this share of what a prompt may take on, the context counts as nearly full: before anything is left out, with
 * room for a message or two.
 */
const NEARLY_FULL = 0.8;

/** How much of a model's context the conversation fills. */
export interface ContextUse {
  /** Tokens of the last prompt and its reply. */
  readonly used: number;
  /** Tokens that the model can take, as it is loaded or will be: not the most that it could be loaded with. */
  readonly window: number;
  /** `used` of `window`, in whole per cent, at most 100. */
  readonly percent: number;
  /** In tokens. */
  readonly nearlyFullFrom: number;
  readonly isNearlyFull: boolean;
}

/** What a conversation has taken so far. */
export interface Spending {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In US dollars; 0 where all its models are free. */
  readonly cost: number;
}

/** Null where nothing was counted yet, or where nobody knows the window that is in force. */
export function contextUse(state: ChatState): ContextUse | null {
  const used = state.messages.findLast((message) => message.usage !== null)?.usage?.total_tokens ?? 0;
  const window = windowInForce(state);
  if (used === 0 || window === 0) return null;
  const percent = Math.min(100, Math.round((used / window) * 100));
  const nearlyFullFrom = NEARLY_FULL * LIMITS.promptShare * window;
  return { used, window, percent, nearlyFullFrom, isNearlyFull: used > nearlyFullFrom };
}

/** Tokens: what the profile says, else what the model is loaded with; 0 where neither is known. */
function windowInForce(state: ChatState): number {
  const own = openProfile(state)?.settings.options?.["num_ctx"];
  if (typeof own === "number") return own;
  return selectedEngineModel(state)?.window_in_force ?? 0;
}

/** All replies of a conversation taken together. */
export function spendingOf(messages: readonly ShownMessage[], models: readonly EngineModel[]): Spending {
  const sum = { promptTokens: 0, completionTokens: 0, cost: 0 };
  for (const message of messages) {
    sum.promptTokens += message.usage?.prompt_tokens ?? 0;
    sum.completionTokens += message.usage?.completion_tokens ?? 0;
    sum.cost += costOf(message, models);
  }
  return sum;
}

/** What a reply cost, in US dollars: 0 for a local model, and for one that the engine no longer has. */
export function costOf({ usage, model_name }: ShownMessage, models: readonly EngineModel[]): number {
  const model = models.find(({ model_id }) => model_id === model_name);
  if (model === undefined || usage === null) return 0;
  const { cost_per_1m_input, cost_per_1m_output } = model;
  const input = (usage.prompt_tokens ?? 0) * (cost_per_1m_input ?? 0);
  const output = (usage.completion_tokens ?? 0) * (cost_per_1m_output ?? 0);
  return (input + output) / 1e6;
}

/** A cost, for people: "$0.0042", or "free". */
export function costText(cost: number): string {
  if (cost === 0) return "free";
  return cost < 0.0001 ? "under $0.0001" : `$${cost.toFixed(cost < 1 ? 4 : 2)}`;
}
