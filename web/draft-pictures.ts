import type { ChatState } from "./chat-state.ts";
import { draftKey } from "./drafts.ts";
import type { AttachedPicture } from "./picture-file.ts";

/** More pictures for the next message of a place. */
export function picturesAdded(state: ChatState, key: string, added: readonly AttachedPicture[]): ChatState {
  if (added.length === 0) return state;
  return withPictures(state, key, [...(state.pictures[key] ?? []), ...added]);
}

export function pictureRemoved(state: ChatState, picture: AttachedPicture): ChatState {
  const key = draftKey(state);
  return withPictures(
    state,
    key,
    (state.pictures[key] ?? []).filter((other) => other !== picture),
  );
}

/** The pictures of the next message of a place, all at once. */
export function withPictures(state: ChatState, key: string, pictures: readonly AttachedPicture[]): ChatState {
  return { ...state, pictures: { ...state.pictures, [key]: pictures } };
}
