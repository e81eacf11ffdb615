import type { Think } from "../src/contract/gateway-schemas.ts";
import type { SentMessage, UserEvent } from "../src/contract/hmi-schemas.ts";
import { ApiError } from "./api-error.ts";
import {
  canSend,
  isReplying,
  needsConversation,
  picturesOf,
  selectedAgentId,
  selectedModel,
  selectedThink,
} from "./chat-selectors.ts";
import type { PageProblem } from "./chat-state.ts";
import type { ChatStore } from "./chat-store.ts";
import type { ConversationReader } from "./conversation-reader.ts";
import { draftKey } from "./drafts.ts";
import type { ListLoader } from "./list-loader.ts";
import type { OutgoingStorage, StoredMessage } from "./outgoing-storage.ts";
import type { PageApi } from "./page-api.ts";
import { pageProblemOf } from "./page-problem.ts";
import type { AttachedPicture } from "./picture-file.ts";
import { streamingReply } from "./reduce-reply.ts";
import { retryWhileDraining } from "./retry-while-draining.ts";

export interface SenderParts {
  readonly api: PageApi;
  readonly store: ChatStore;
  readonly lists: ListLoader;
  readonly reader: ConversationReader;
  /** Where what is on its way outlives a reload. */
  readonly outgoing: OutgoingStorage;
  /** Called when a message or a reply was begun. */
  readonly announce: () => void;
}

/** Sends messages, asks for replies again, and stops them. */
export class MessageSender {
  readonly #parts: SenderParts;
  #stopWanted = false;
  /** The last message that was to be sent. Sent again, it has the same name, by which the HMI knows it. */
  #outgoing = NOTHING;
  #isLeft = false;
  #wasCutOff = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Sends the draft: to the open conversation, or to a new one. */
  async send(): Promise<void> {
    const { store } = this.#parts;
    if (!canSend(store.state)) return;
    const text = store.state.draft.trimEnd();
    const key = draftKey(store.state);
    const pictures = picturesOf(store.state);
    const outgoing = this.#outgoing;
    if (outgoing.text !== text || outgoing.key !== key || !isSame(outgoing.pictures, pictures)) {
      this.#outgoing = { id: randomKey(), key, text, pictures };
    }
    await this.#sendNow("send_started", this.#bodyOf(text));
  }

  /**
   * Goes on with what the page before this one had begun to send when it was left: it is sent under the same name, by which the HMI
   * knows it if it has it. What is old by now is in the composer again.
   */
  async goOn(): Promise<void> {
    const { store, outgoing } = this.#parts;
    const left = outgoing.load();
    if (left === null) return;
    const { body, key, at, isBack } = left;
    const { message: text } = body;
    this.#outgoing = { id: body.client_message_id, key, text, pictures: [] };
    if (isBack) return;
    await untilOpened(store);
    if (Date.now() > at + GOES_ON_MS) return this.#giveBack(body);
    const isItsPlace = draftKey(store.state) === key && store.state.phase === "idle";
    const isSeen = store.state.messages.findLast(({ role }) => role === "user")?.content === text;
    if (isItsPlace && !isSeen) return await this.#sendNow("send_resumed", body);
    try {
      const { session_id: sessionId } = await this.#post(body);
      this.#parts.announce();
      void this.#parts.lists.sessions();
      await this.#showSent(sessionId);
      this.#forget();
    } catch (error) {
      store.dispatch({ type: "failed", problem: { ...pageProblemOf(error, null), retry: null } });
      this.#giveBack(body);
    }
  }

  /** The page is being left: what cannot be sent from now on is gone on with by the next one. */
  leave(): void {
    this.#isLeft = true;
  }

  /** The page is back as it was; true where something was cut off meanwhile, with which only a new page goes on. */
  comeBack(): boolean {
    this.#isLeft = false;
    return this.#wasCutOff;
  }

  async #sendNow(type: "send_started" | "send_resumed", body: KeyedMessage): Promise<void> {
    const { store, reader } = this.#parts;
    const { signal } = reader;
    const { message: text } = body;
    this.#stopWanted = false;
    this.#keep(body, false);
    store.dispatch({ type, text, at: Date.now() });
    let sent: SentMessage;
    try {
      sent = await this.#post(body);
    } catch (error) {
      this.#wasCutOff = this.#isLeft;
      if (this.#isLeft) return;
      this.#keep(body, true);
      await this.#sendFailed(text, error, signal);
      return;
    }
    this.#forget();
    await this.#accepted(sent, signal);
  }

  /** Pictures are too large for where it is kept. */
  #keep(body: KeyedMessage, isBack: boolean): void {
    const { key } = this.#outgoing;
    this.#parts.outgoing.save(body.images === undefined ? { body, key, at: Date.now(), isBack } : null);
  }

  /** It has arrived. */
  #forget(): void {
    this.#outgoing = NOTHING;
    this.#parts.outgoing.save(null);
  }

  #giveBack(body: KeyedMessage): void {
    const { key, text } = this.#outgoing;
    this.#keep(body, true);
    this.#parts.store.dispatch({ type: "draft_returned", key, text });
  }

  /** A message that seemed not to have been sent is in the conversation after all. */
  heardStarted({ client_message_id, session_id }: Extract<UserEvent, { type: "reply_started" }>): void {
    const { id, text } = this.#outgoing;
    const { store } = this.#parts;
    if (id === "" || client_message_id !== id) return;
    this.#outgoing = { ...this.#outgoing, sentTo: session_id };
    this.#parts.outgoing.save(null);
    if (isReplying(store.state)) return;
    store.dispatch({ type: "send_confirmed", text });
    void this.#showSent(session_id);
  }

  /** Has the last message answered again, in place of its present reply. */
  async regenerate(): Promise<void> {
    const { api, store, reader } = this.#parts;
    const { sessionId, messages, phase } = store.state;
    if (sessionId === null || messages.length === 0 || phase !== "idle") return;
    const { signal } = reader;
    const model = selectedModel(store.state);
    this.#stopWanted = false;
    store.dispatch({ type: "regenerate_started", at: Date.now() });
    let sent: SentMessage;
    try {
      // The page may be behind: it means the reply that it shows.
      const message_id = messages.at(-1)?.message_id;
      const body = { ...(message_id && { message_id }), ...(model && { model }), ...this.#think() };
      sent = await this.#retryWhileDraining(() => api.regenerate(sessionId, body), false);
    } catch (error) {
      if (signal.aborted) return;
      store.dispatch({ type: "regenerate_failed", messages, problem: pageProblemOf(error, "regenerate") });
      if (isInTheWay(error)) await this.#showOthers(sessionId, error, signal);
      return;
    }
    await this.#accepted(sent, signal);
  }

  /**
   * Sends another version of a message, in its place; resolves when the HMI has it, or to what went wrong: then nothing
   * has changed.
   */
  async edit(edits: string, text: string): Promise<PageProblem | null> {
    const { api, store, reader } = this.#parts;
    const { session, phase } = store.state;
    if (session === null || phase !== "idle") return STILL_ANSWERED;
    const { signal } = reader;
    const model = selectedModel(store.state);
    this.#stopWanted = false;
    let sent: SentMessage;
    try {
      const body = { session_id: session.session_id, message: text, edits, ...(model && { model }) };
      const keyed = { ...body, client_message_id: randomKey() };
      sent = await this.#retryWhileDraining(() => api.sendMessage(keyed), true);
    } catch (error) {
      return pageProblemOf(error, null);
    }
    // The events of the user may have been quicker: then it is shown, and followed, already.
    const isHere = store.state.messages.some(({ message_id }) => message_id === sent.message_id);
    if (signal.aborted || isHere) return null;
    store.dispatch({ type: "edit_started", edits, text, at: Date.now() });
    void this.#accepted(sent, signal);
    return null;
  }

  /** Ends the reply that is being written; what has arrived of it stays. */
  async stop(): Promise<void> {
    const { api, store, reader } = this.#parts;
    const { sessionId, phase } = store.state;
    if (!isReplying(store.state) || phase === "stopping") return;
    store.dispatch({ type: "stop_requested" });
    this.#stopWanted = phase === "sending";
    if (this.#stopWanted || sessionId === null) return;
    const { signal } = reader;
    try {
      const reply = streamingReply(store.state);
      await api.cancel(sessionId, reply === undefined ? {} : { message_id: reply.message_id });
      await reader.showStopped(sessionId, signal);
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "stop_failed", problem: pageProblemOf(error, null) });
    }
  }

  /** True where the HMI has the draft already: then only its answer was lost on the way. */
  async wasSent(): Promise<boolean> {
    const { api, store } = this.#parts;
    const { sessionId, messages, draft } = store.state;
    if (sessionId === null) return false;
    try {
      const rows = (await api.messages(sessionId)).messages;
      const last = rows.findLast((row) => row.role === "user");
      const isKnown = messages.some((message) => message.message_id === last?.message_id);
      if (isKnown || last?.content !== draft.trimEnd()) return false;
    } catch {
      // Sending will meet the same trouble, and report it.
      return false;
    }
    store.dispatch({ type: "send_confirmed", text: draft.trimEnd() });
    return true;
  }

  #bodyOf(text: string): KeyedMessage {
    const { store } = this.#parts;
    const { sessionId, modelId } = store.state;
    const model = selectedModel(store.state);
    const agent_id = selectedAgentId(store.state);
    const isNew = needsConversation(store.state);
    const images = this.#outgoing.pictures.map(({ url }) => url);
    return {
      // Without one, the message makes it: one that is refused leaves no empty conversation behind.
      session_id: isNew ? null : sessionId,
      ...(isNew && agent_id && { agent_id }),
      message: text,
      model_id: modelId,
      client_message_id: this.#outgoing.id,
      ...(images.length > 0 && { images }),
      ...this.#think(),
      ...(model && { model }),
    };
  }

  async #post(body: KeyedMessage): Promise<SentMessage> {
    return await this.#retryWhileDraining(() => this.#parts.api.sendMessage(body), true);
  }

  async #retryWhileDraining(call: () => Promise<SentMessage>, hasKey: boolean): Promise<SentMessage> {
    const { store } = this.#parts;
    const onWait = (): void => {
      if (store.state.phase === "sending") store.dispatch({ type: "send_delayed" });
    };
    return await retryWhileDraining(call, { hasKey, onWait, isWanted: () => !this.#stopWanted });
  }

  #think(): { readonly think?: Think } {
    const think = selectedThink(this.#parts.store.state);
    return think === null ? {} : { think };
  }

  async #accepted(sent: SentMessage, signal: AbortSignal): Promise<void> {
    const { store, lists, reader, announce } = this.#parts;
    announce();
    void lists.sessions();
    if (signal.aborted) return;
    store.dispatch({ type: "send_accepted", sent });
    if (this.#stopWanted) void this.stop();
    await reader.follow(signal);
  }

  async #sendFailed(text: string, error: unknown, signal: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    const problem = pageProblemOf(error, "send");
    if (signal.aborted) {
      // Another conversation is open by now; the text must not be lost for that.
      store.dispatch({ type: "failed", problem: { ...problem, retry: null } });
      const { key, pictures } = this.#outgoing;
      store.dispatch({ type: "draft_returned", key, text });
      store.dispatch({ type: "pictures_added", key, pictures });
      return;
    }
    store.dispatch({ type: "send_failed", text, problem });
    const { sentTo } = this.#outgoing;
    if (sentTo !== undefined) {
      store.dispatch({ type: "send_confirmed", text });
      return await this.#showSent(sentTo);
    }
    const { sessionId } = store.state;
    if (isInTheWay(error) && sessionId !== null) await this.#showOthers(sessionId, error, signal);
  }

  /** Shows a message that is in a conversation after all: the one that it has made, where it was written for a new one. */
  async #showSent(sessionId: string): Promise<void> {
    const { store, reader } = this.#parts;
    const { modelId } = store.state;
    if (store.state.sessionId === sessionId) return await reader.refresh();
    if (draftKey(store.state) !== this.#outgoing.key) return;
    const signal = reader.leave({ sessionId, modelId });
    await reader.show(sessionId, null, signal);
  }

  /** Somebody else, such as another tab, has asked something here: that is to be seen first. */
  async #showOthers(sessionId: string, error: unknown, signal: AbortSignal): Promise<void> {
    const { store, reader } = this.#parts;
    await reader.load(sessionId, null, signal);
    store.dispatch({ type: "failed", problem: pageProblemOf(error, null) });
    await reader.follow(signal);
  }
}

const STILL_ANSWERED: PageProblem = {
  message: "The conversation is still being answered.",
  hint: "Wait for the reply, or stop it.",
  retry: null,
};

/** For how long a page that was left in the midst of sending is gone on with, in milliseconds: later nobody expects it. */
const GOES_ON_MS = 10 * 60_000;

/** A message as it is sent, with its name at the HMI. */
type KeyedMessage = StoredMessage["body"];

/** A message on its way. */
interface Outgoing {
  /** Its name at the HMI. */
  readonly id: string;
  /** Of the conversation that it is for: see `draftKey`. */
  readonly key: string;
  readonly text: string;
  readonly pictures: readonly AttachedPicture[];
  /** The conversation that it is in, where the HMI has told that it has it. */
  readonly sentTo?: string;
}

const NOTHING: Outgoing = { id: "", key: "", text: "", pictures: [] };

/** Resolves when it is known what is open. */
function untilOpened(store: ChatStore): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (store.state.phase === "opening") return;
      stop();
      resolve();
    };
    const stop = store.subscribe(look);
    look();
  });
}

function isSame(some: readonly AttachedPicture[], others: readonly AttachedPicture[]): boolean {
  return some.length === others.length && some.every((picture, index) => picture === others[index]);
}

/** Not by `crypto.randomUUID`: browsers have that for loopback addresses and https only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** Somebody else has done something here that this page does not show yet. */
function isInTheWay(error: unknown): boolean {
  return error instanceof ApiError && IN_THE_WAY.has(error.code);
}

const IN_THE_WAY: ReadonlySet<string> = new Set(["generation_in_progress", "message_superseded"]);
