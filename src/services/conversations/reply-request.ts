import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import type { Message, Session } from "../../contract/hmi-schemas.ts";
import type { Profile } from "../../contract/profile-schemas.ts";
import { instructionsOf } from "./agents.ts";
import { buildPrompt } from "./conversation-prompt.ts";
import type { History, UserStore } from "./conversation-store.ts";
import { type LimitsOf, type ModelLimits, UNKNOWN_LIMITS, windowOf } from "./model-limits.ts";
import { engineMessages, type ReadPicture } from "./prompt-images.ts";
import { firstOfEach, type ThinkAndKeepAlive } from "./think-and-keep-alive.ts";

/** A conversation whose last message waits for its reply. */
interface Turn {
  /** The conversation's own profile; null for a general one. */
  readonly profile: Profile | null;
  /** What was said, the message that is to be answered last. */
  readonly history: History;
  /** The reply's row, which is still empty. */
  readonly reply: Message;
  /** What the message itself says of how it is to be answered. */
  readonly own?: ThinkAndKeepAlive | undefined;
}

/** What is known beside the conversation. */
export interface TurnContext {
  readonly limitsOf: LimitsOf;
  /** How models are to answer where neither message nor profile says it. */
  readonly defaults: ThinkAndKeepAlive;
}

/** Prompts shorter than this fit into any window, in characters: nobody needs to be asked for it. */
const SHORT_PROMPT_CHARS = 1_500;

/** What a picture in a prompt is reckoned as beside text, in characters, and generously. */
const CHARS_PER_PICTURE = 5_000;

/** What the gateway is asked for a turn: as much of the history as has room, and the settings. */
async function chatRequest(
  { profile, history, reply, own }: Turn,
  readImage: ReadPicture,
  { limitsOf, defaults }: TurnContext,
): Promise<ChatRequest> {
  const chosen = firstOfEach(own, profile?.settings);
  const isThinkingByDefault = chosen.think === undefined && Boolean(defaults.think);
  const limits = await limitsIfNeeded({ history, profile, isThinkingByDefault }, (isEnough) =>
    limitsOf(reply.model_name, isEnough),
  );
  const agentInstructions = instructionsOf(reply.agent_id);
  const window = windowOf(profile, limits);
  const prompt = buildPrompt({ agentInstructions, profile, history, window });
  const { messages, images } = await engineMessages(prompt, readImage, limits);
  const user = history.messages.findLast((message) => message.role === "user");
  const options = profile?.settings.options;
  return {
    session_id: reply.session_id,
    message_id: reply.message_id,
    agent_id: reply.agent_id,
    content: user?.content ?? "",
    messages,
    model_id: reply.model_id,
    ...(user === undefined ? {} : { user_message_id: user.message_id }),
    ...(images.length === 0 ? {} : { images }),
    ...(reply.model_name === null ? {} : { model: reply.model_name }),
    ...(options === undefined ? {} : { options }),
    ...(prompt.leftOut === 0 ? {} : { left_out: prompt.leftOut }),
    // What was chosen for all models is not asked of one that cannot.
    ...firstOfEach(chosen, limits.canThink === false ? { ...defaults, think: undefined } : defaults),
  };
}

/**
 * The request for the reply that a conversation waits for; undefined where its last message is answered already. `own`
 * is what the message said of how it is to be answered, which the store does not have. Throws `conversation_not_found`.
 */
export async function pendingChatRequest(
  store: UserStore,
  sessionId: string,
  context: TurnContext,
  own?: ThinkAndKeepAlive,
): Promise<ChatRequest | undefined> {
  // Of the conversation the reply's row has all that is asked for.
  const [history, profile] = await store.afterSending(sessionId, ({ messages, profiles }) =>
    Promise.all([messages.history(sessionId), profiles.contextOf(sessionId)]),
  );
  const reply = history.messages.at(-1);
  if (reply?.status !== "streaming") return undefined;
  const before = { ...history, messages: history.messages.slice(0, -1) };
  const turn = { profile, history: before, reply, own };
  return await chatRequest(turn, store.messages.image, context);
}

/** What a prompt of this conversation is made of. Throws `conversation_not_found`. */
export async function readTurn(
  store: UserStore,
  sessionId: string,
): Promise<Pick<Turn, "history" | "profile"> & { readonly session: Session }> {
  const [session, history, profile] = await store.afterSending(sessionId, (own) =>
    Promise.all([
      own.conversations.get(sessionId),
      own.messages.history(sessionId),
      own.profiles.contextOf(sessionId),
    ]),
  );
  return { session, history, profile };
}

async function limitsIfNeeded(
  {
    history,
    profile,
    isThinkingByDefault,
  }: Pick<Turn, "history" | "profile"> & { isThinkingByDefault: boolean },
  ask: (isEnough: (recent: ModelLimits) => boolean) => Promise<ModelLimits>,
): Promise<ModelLimits> {
  const texts = [...history.messages.map(({ content }) => content), history.summary ?? ""];
  const chars = texts.reduce((sum, text) => sum + text.length, profile?.instructions.length ?? 0);
  const pictures = history.messages.reduce((sum, { images }) => sum + images.length, 0);
  const isWindowKnown = windowOf(profile, UNKNOWN_LIMITS) !== null || chars < SHORT_PROMPT_CHARS;
  if (pictures === 0 && !isThinkingByDefault && isWindowKnown) return UNKNOWN_LIMITS;
  // What takes a third of the window or so fits also if that has become smaller since.
  return await ask(
    ({ window }) => isWindowKnown || window === null || chars + pictures * CHARS_PER_PICTURE < window,
  );
}
