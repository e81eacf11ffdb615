import type { FinishReason, StreamEvent } from "../src/contract/event-schemas.ts";
import type { MessageStatus, SentMessage } from "../src/contract/hmi-schemas.ts";
import { picturesOf, selectedModel } from "./chat-selectors.ts";
import type { ChatState, PageProblem, Phase, ShownMessage } from "./chat-state.ts";
import { draftKey, inFrontOf } from "./drafts.ts";
import { picturesAdded, withPictures } from "./next-pictures.ts";
import { timed } from "./reply-timing.ts";

/** The reply that is still to be followed, if there is one. */
export function streamingReply(state: ChatState): ShownMessage | undefined {
  const last = state.messages.at(-1);
  return last?.role === "assistant" && last.status === "streaming" ? last : undefined;
}

/** A message on its way, with the place for its reply. */
export function sendStarted(state: ChatState, text: string, at: number): ChatState {
  const message = { ...unsavedMessage(state, text, at, []), pictures: picturesOf(state) };
  const messages = [...state.messages, message, unsavedReply(state, at, [])];
  const sent = withPictures(state, draftKey(state), []);
  return { ...sent, messages, draft: "", phase: "sending", waiting: null, problem: null, archived: null };
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

/** The keys of a message's versions, its own among them. */
export function versionsOf({ message_id, versions }: ShownMessage): readonly string[] {
  return versions.length === 0 ? [message_id] : versions;
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

/** The reply after one more event of its stream, which came at `at`. */
export function continueReply(state: ChatState, event: StreamEvent, at: number): ChatState {
  const reply = streamingReply(state);
  if (reply === undefined) return state;
  const change = (fields: Partial<ShownMessage>): readonly ShownMessage[] => [
    ...state.messages.slice(0, -1),
    { ...reply, ...timed(reply, event, at), ...fields },
  ];
  const { phase } = state;
  switch (event.type) {
    case "started":
      return event.model === null ? state : { ...state, messages: change({ model_name: event.model }) };
    case "status_update":
      return statusTold(state, event, change);
    case "thinking":
      return { ...state, messages: change({ thinking: (reply.thinking ?? "") + event.content }) };
    case "token":
      return {
        ...state,
        messages: change({ content: reply.content + event.content }),
        phase: phase === "stopping" ? phase : "writing",
      };
    case "notice": {
      const { type: _, ...notice } = event;
      return { ...state, messages: change({ notices: [...reply.notices, notice] }) };
    }
    case "usage":
      return { ...state, messages: change({ usage: event.usage, timings: event.timings ?? null }) };
    case "error": {
      const { type: _, retry_after_s: __, ...error } = event;
      return { ...state, messages: change({ error }) };
    }
    case "done":
      return { ...state, messages: change({ status: STATUS_OF[event.finish_reason] }), phase: "idle" };
  }
}

type StatusUpdate = Extract<StreamEvent, { type: "status_update" }>;

function statusTold(
  state: ChatState,
  { status, detail }: StatusUpdate,
  change: (fields: Partial<ShownMessage>) => readonly ShownMessage[],
): ChatState {
  // The model that is really asked, also where nobody named one.
  if (status === "executing" && detail !== undefined) {
    return { ...state, messages: change({ model_name: detail }) };
  }
  if (status === "queued" || status === "loading" || status === "thinking") {
    return { ...state, waiting: status };
  }
  return state;
}

const STATUS_OF: Readonly<Record<FinishReason, MessageStatus>> = {
  stop: "complete",
  length: "complete",
  cancelled: "cancelled",
  error: "error",
};

/** Where a reply stands that is being followed. */
export function runningPhase(state: ChatState): Phase {
  return streamingReply(state)?.content === "" ? "waiting" : "writing";
}

/** Keys of a message and its reply until the HMI has given them theirs. */
const UNSAVED = { user: "unsaved-message", reply: "unsaved-reply" } as const;

/** True for a message that the HMI has not confirmed. */
export function isUnsaved({ message_id }: ShownMessage): boolean {
  return message_id === UNSAVED.user || message_id === UNSAVED.reply;
}

function unsavedMessage(
  state: ChatState,
  text: string,
  at: number,
  earlier: readonly string[],
): ShownMessage {
  return {
    ...unsavedReply(state, at, []),
    message_id: UNSAVED.user,
    role: "user",
    content: text,
    status: "complete",
    versions: earlier.length === 0 ? [] : [...earlier, UNSAVED.user],
  };
}

/** `earlier` are the versions that there are already. */
function unsavedReply(state: ChatState, at: number, earlier: readonly string[]): ShownMessage {
  return {
    message_id: UNSAVED.reply,
    role: "assistant",
    content: "",
    thinking: null,
    thinking_ms: null,
    images: [],
    status: "streaming",
    model_name: selectedModel(state),
    usage: null,
    timings: null,
    notices: [],
    error: null,
    timestamp: new Date(at).toISOString(),
    versions: earlier.length === 0 ? [] : [...earlier, UNSAVED.reply],
    isSeenFromStart: true,
  };
}
