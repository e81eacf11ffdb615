import type { SentMessage } from "../src/contract/hmi-schemas.ts";
import { picturesOf } from "./chat-selectors.ts";
import type { ChatState, PageProblem } from "./chat-state.ts";
import { picturesAdded, withPictures } from "./draft-pictures.ts";
import { draftKey, inFrontOf } from "./drafts.ts";
import type { AttachedPicture } from "./picture-file.ts";
import { isUnsaved, UNSAVED, unsavedMessage, unsavedReply, versionsOf } from "./unsaved-messages.ts";

/** What stands in the composer is on its way, with the place for its reply. */
export function sendStarted(state: ChatState, text: string, at: number): ChatState {
  const sent = withPictures(state, draftKey(state), []);
  return { ...onItsWay(state, text, at, picturesOf(state)), draft: "", pictures: sent.pictures };
}

/** What the page before this one had begun to send is on its way again; what was written since stays. */
export function sendResumed(state: ChatState, text: string, at: number): ChatState {
  return onItsWay(state, text, at, []);
}

function onItsWay(
  state: ChatState,
  text: string,
  at: number,
  pictures: readonly AttachedPicture[],
): ChatState {
  const message = { ...unsavedMessage(state, text, at, []), pictures };
  const messages = [...state.messages, message, unsavedReply(state, at, [])];
  return { ...state, messages, phase: "sending", waiting: null, problem: null, archived: null };
}

/** The last reply makes room for another version of it. */
export function regenerateStarted(state: ChatState, at: number): ChatState {
  const last = state.messages.at(-1);
  const isReply = last?.role === "assistant";
  const kept = isReply ? state.messages.slice(0, -1) : state.messages;
  const reply = unsavedReply(state, at, isReply ? versionsOf(last) : []);
  return { ...state, messages: [...kept, reply], phase: "sending", waiting: null, problem: null };
}

/** Another version of a message takes its place, and that of all that followed. */
export function editStarted(
  state: ChatState,
  { edits, text, at }: { readonly edits: string; readonly text: string; readonly at: number },
): ChatState {
  const place = state.messages.findIndex(({ message_id }) => message_id === edits);
  const edited = state.messages[place];
  if (edited === undefined) return state;
  // It keeps its pictures.
  const message = { ...unsavedMessage(state, text, at, versionsOf(edited)), images: edited.images };
  const messages = [...state.messages.slice(0, place), message, unsavedReply(state, at, [])];
  return { ...state, messages, phase: "sending", waiting: null, problem: null };
}

/** The HMI has the rows: from now on they have its keys. */
export function sendAccepted(state: ChatState, sent: SentMessage): ChatState {
  const ids: Record<string, string> = {
    [UNSAVED.user]: sent.message_id,
    [UNSAVED.reply]: sent.assistant_message_id,
  };
  // Sent again because the answer was lost, it may be here already.
  const isHere = state.messages.some(({ message_id }) => message_id === sent.assistant_message_id);
  const shown = isHere ? state.messages.filter((message) => !isUnsaved(message)) : state.messages;
  const messages = shown.map((message) => {
    const message_id = ids[message.message_id];
    const versions = message.versions.map((version) => ids[version] ?? version);
    return message_id === undefined ? message : { ...message, message_id, versions };
  });
  return { ...state, messages, phase: "waiting", waiting: null };
}

/** The message is in the conversation: the draft and the note that it was not sent go. */
export function sendConfirmed(state: ChatState, text: string): ChatState {
  const isOfThis = state.problem?.retry === "send";
  const draft = state.draft.startsWith(text) ? state.draft.slice(text.length).trimStart() : state.draft;
  return { ...state, draft, problem: isOfThis ? null : state.problem };
}

/** What could not be sent goes back into the composer, before what was typed meanwhile. */
export function sendFailed(state: ChatState, text: string, problem: PageProblem): ChatState {
  const pictures = state.messages.find(isUnsaved)?.pictures ?? [];
  const messages = state.messages.filter((message) => !isUnsaved(message));
  const kept = picturesAdded(state, draftKey(state), pictures);
  return { ...kept, messages, draft: inFrontOf(state.draft, text), phase: "idle", problem };
}
