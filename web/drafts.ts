import type { ChatState } from "./chat-state.ts";
import type { OpenConversation } from "./page-address.ts";

/** What was written and not sent, by `draftKey`; only what is not empty. */
export type Drafts = Readonly<Record<string, string>>;

/** The key of the draft of a conversation, or of the new one of a profile: keys of conversations have no space. */
export function draftKey({ sessionId, modelId }: OpenConversation): string {
  return sessionId ?? `new ${modelId ?? "general"}`;
}

/** All drafts, with that of the open conversation. */
export function allDrafts(state: ChatState): Drafts {
  // Nothing stands in the composer of a place that is not known yet; that is no word about any draft.
  if (state.phase === "opening" && state.sessionId === null && state.draft === "") return state.drafts;
  return withDraft(state.drafts, draftKey(state), state.draft);
}

/** The state of another place: its own draft is in the composer, and what was there is kept with its conversation. */
export function movedTo(state: ChatState, place: OpenConversation): Pick<ChatState, "draft" | "drafts"> {
  const drafts = allDrafts(state);
  // Which conversation an address without one leads to is known later: see `found`.
  return { drafts, draft: place.sessionId === null ? "" : (drafts[draftKey(place)] ?? "") };
}

/** The draft of a place that is known only now: what was typed meanwhile, or what had been kept. */
export function foundDraft(state: ChatState, place: OpenConversation): string {
  if (state.sessionId !== null || state.draft !== "") return state.draft;
  return state.drafts[draftKey(place)] ?? "";
}

/** A text goes back to where it was written: in front of what was typed there meanwhile. */
export function draftReturned(state: ChatState, key: string, text: string): ChatState {
  if (key === draftKey(state)) return { ...state, draft: inFrontOf(state.draft, text) };
  return { ...state, drafts: withDraft(state.drafts, key, inFrontOf(state.drafts[key] ?? "", text)) };
}

/** `text`, and what stands there already. */
export function inFrontOf(draft: string, text: string): string {
  return [text, draft].filter((part) => part !== "").join("\n");
}

/** What was written in a place was sent. */
export function withoutDraft(drafts: Drafts, key: string): Drafts {
  return withDraft(drafts, key, "");
}

function withDraft(drafts: Drafts, key: string, draft: string): Drafts {
  if ((drafts[key] ?? "") === draft) return drafts;
  const { [key]: _, ...others } = drafts;
  return draft === "" ? others : { ...others, [key]: draft };
}
