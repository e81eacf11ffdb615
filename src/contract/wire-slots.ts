/** The slots of a {@link WireDescription}: what may stand in braces in a path, a header or a body. */
export const WIRE_SLOTS = {
  text: "what the person says",
  conversation: "the conversation's id",
  message: "the id of the person's message, as the back end told it",
  reply: "the reply's id, as the back end told it",
  model: "the model that is asked for",
  agent: "the setting chat.agent",
  history: "the whole conversation with this message: [{role, content}, ...]",
  options: "options of the engine, by Ollama's names",
  max_tokens: "how long the reply may be, in tokens",
  temperature: "how freely the engine chooses; 0 for the same each time",
  key: "a word that no other message has",
  token: "the setting auth.token",
} as const satisfies Record<string, string>;

export type WireSlot = keyof typeof WIRE_SLOTS;

/** `{conversation}`; `{conversation|null}` where JSON's null is to stand in for what is not there. */
export const SLOT = /\{([a-z_]+)(\|null)?\}/g;

/** What is wrong with the slots in this text or JSON, in words; undefined: nothing. */
export function problemOfSlots(value: unknown): string | undefined {
  if (typeof value === "string") {
    for (const [whole, name = ""] of value.matchAll(SLOT)) {
      if (!(name in WIRE_SLOTS))
        return `${whole} is no slot: there are ${Object.keys(WIRE_SLOTS).join(", ")}`;
    }
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const problem = problemOfSlots(inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
