import { ApiError } from "./api-error.ts";
import { isReplying, shownFailureOf } from "./chat-selectors.ts";
import type { ChatStore } from "./chat-store.ts";
import { EventBatch } from "./event-batch.ts";
import { type FollowOutcome, followReply } from "./follow-reply.ts";
import type { HmiConnection } from "./hmi-connection.ts";
import type { ListLoader } from "./list-loader.ts";
import type { OpenConversation } from "./page-address.ts";
import type { PageApi } from "./page-api.ts";
import { pageProblemOf } from "./page-problem.ts";
import { streamingReply } from "./reduce-reply.ts";
import type { Turns } from "./share-reply-streams.ts";
import { isUnsaved } from "./unsaved-messages.ts";

export interface ReaderParts {
  readonly connection: HmiConnection;
  readonly api: PageApi;
  readonly store: ChatStore;
  readonly lists: ListLoader;
  /** Calls what it is given when the page is drawn next. */
  readonly nextFrame: (run: () => void) => void;
  /** Shares the connections of the browser with its other pages. */
  readonly turns: Turns;
}

/** Shows one conversation at a time: loads it, and follows the reply that is being written. */
export class ConversationReader {
  readonly #parts: ReaderParts;
  /** Aborted when something else is opened: from then on nothing of this conversation reaches the state. */
  #visit = new AbortController();
  /** Aborted when nobody looks at the page; the next one is there when somebody does again. */
  #look = new AbortController();
  #seen = Promise.withResolvers<void>();
  /** The reply that is followed on this visit: two who follow it would write its text twice. */
  #followed: { readonly messageId: string; readonly signal: AbortSignal } | undefined;
  /** Aborted while its stream is not open because it is the turn of other pages, or nobody looks. */
  #turn = AbortSignal.abort();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#seen.resolve();
  }

  /**
   * Says whether anybody looks at the page. A browser has six connections to one address, for all its tabs: one that
   * nobody looks at gives up its own, and goes on where it was when somebody does.
   */
  setSeen(isSeen: boolean): void {
    if (isSeen) {
      this.#look = new AbortController();
      this.#seen.resolve();
    } else if (!this.#look.signal.aborted) {
      this.#seen = Promise.withResolvers();
      this.#look.abort();
    }
  }

  /** Of the open conversation. */
  get signal(): AbortSignal {
    return this.#visit.signal;
  }

  /** Shows how the open conversation's reply has ended, where its stream does not tell because it is another page's turn. */
  async showStopped(sessionId: string, signal: AbortSignal): Promise<void> {
    if (this.#turn.aborted) await this.load(sessionId, null, signal);
  }

  /** Turns away from the open conversation, towards another place. */
  leave(place: OpenConversation): AbortSignal {
    this.#visit.abort();
    this.#visit = new AbortController();
    this.#parts.store.dispatch({ type: "conversation_opening", place });
    return this.#visit.signal;
  }

  /** Shows a conversation, to the end of its reply. `modelId` is the profile that it must be of, where one was named. */
  async show(sessionId: string, modelId: number | null, signal: AbortSignal): Promise<void> {
    const { store, lists } = this.#parts;
    await this.load(sessionId, modelId, signal);
    if (signal.aborted) return;
    // Only now is it known whose conversation it is.
    if (store.state.sessionsOf !== store.state.modelId) void lists.sessions();
    await this.follow(signal);
  }

  /** Looks whether the open conversation went on elsewhere, such as in another tab. */
  async refresh(): Promise<void> {
    const { session } = this.#parts.store.state;
    const { signal } = this;
    if (session === null || isReplying(this.#parts.store.state)) return;
    await this.load(session.session_id, null, signal, () => !isReplying(this.#parts.store.state));
    void this.follow(signal);
  }

  /** Shows the way that a message of the open conversation is on. */
  async choose(messageId: string): Promise<void> {
    const { api, store } = this.#parts;
    const { sessionId, phase } = store.state;
    if (sessionId === null || phase !== "idle") return;
    const { signal } = this;
    try {
      const { session, messages } = await api.chooseVersion(sessionId, messageId);
      if (!signal.aborted) store.dispatch({ type: "conversation_opened", session, messages });
    } catch (error) {
      if (!signal.aborted) store.dispatch({ type: "failed", problem: pageProblemOf(error, null) });
    }
  }

  /** `isWanted` may turn down what was loaded, because something else has happened meanwhile. */
  async load(
    sessionId: string,
    modelId: number | null,
    signal: AbortSignal,
    isWanted: () => boolean = () => true,
  ): Promise<void> {
    const { api, store } = this.#parts;
    try {
      const { session, messages } = await api.messages(sessionId);
      if (signal.aborted || !isWanted()) return;
      if (modelId !== null && session.model_id !== modelId) throw notOfProfile(sessionId, modelId);
      store.dispatch({ type: "conversation_opened", session, messages });
    } catch (error) {
      if (signal.aborted || !isWanted()) return;
      const problem = pageProblemOf(error, "load");
      if (problem.retry === null) {
        const hint = problem.hint ?? "It may have been deleted.";
        store.dispatch({
          type: "place_missing",
          modelId: store.state.modelId,
          problem: { ...problem, hint },
        });
      } else {
        store.dispatch({ type: "conversation_unavailable", sessionId, problem });
      }
    }
  }

  /** Follows the reply that is being written, if there is one. */
  async follow(signal: AbortSignal): Promise<void> {
    const { store, lists } = this.#parts;
    const reply = streamingReply(store.state);
    const { sessionId } = store.state;
    if (reply === undefined || sessionId === null || signal.aborted) return;
    // On its way: it has no name at the HMI yet, and is followed once it has.
    if (isUnsaved(reply)) return;
    const { message_id: messageId } = reply;
    if (this.#followed?.messageId === messageId && this.#followed.signal === signal) return;
    const followed = { messageId, signal };
    this.#followed = followed;
    const batch = new EventBatch(this.#parts.nextFrame, (events) => {
      if (!signal.aborted) store.dispatch({ type: "reply_continued", events, at: Date.now() });
    });
    try {
      const outcome = await this.#followWhileSeen(sessionId, batch, signal);
      batch.flush();
      if (outcome === "superseded") await this.#followNext(sessionId, messageId, signal);
      else if (reply.versions.length > 1) await this.#showChosen(sessionId, messageId, signal);
    } catch (error) {
      batch.flush();
      if (!signal.aborted)
        store.dispatch({ type: "reply_unavailable", problem: pageProblemOf(error, "load") });
      return;
    } finally {
      if (this.#followed === followed) this.#followed = undefined;
    }
    if (signal.aborted) return;
    void lists.sessions();
    // The model may have been loaded for this reply: only now is it known with which window.
    if (store.state.messages.at(-1)?.error === null) void lists.models();
  }

  /** Follows the reply over as many looks at the page, and turns, as it takes. */
  async #followWhileSeen(sessionId: string, batch: EventBatch, signal: AbortSignal): Promise<FollowOutcome> {
    const { store, turns } = this.#parts;
    for (;;) {
      await this.#seen.promise;
      batch.flush();
      if (streamingReply(store.state) === undefined || signal.aborted) return "left";
      const look = AbortSignal.any([signal, this.#look.signal]);
      this.#turn = AbortSignal.abort();
      const outcome = await turns(look, (turn) => this.#followOnce(sessionId, batch, turn));
      if (signal.aborted) return "left";
      if (outcome !== undefined && outcome !== "left") return outcome;
    }
  }

  async #followOnce(sessionId: string, batch: EventBatch, turn: AbortSignal): Promise<FollowOutcome> {
    const { connection, store } = this.#parts;
    const reply = streamingReply(store.state);
    // It was stopped before the turn came.
    if (reply === undefined) return "left";
    this.#turn = turn;
    return await followReply({
      connection,
      sessionId,
      messageId: reply.message_id,
      length: { thinking: reply.thinking?.length ?? 0, text: reply.content.length },
      signal: turn,
      onEvents: (events) => batch.add(events),
      onLost: (retryInMs, error) => {
        batch.flush();
        const problem = error === undefined ? null : pageProblemOf(error, "load");
        store.dispatch({ type: "connection_lost", retryInMs, problem });
      },
      onRestored: () => store.dispatch({ type: "connection_restored" }),
    });
  }

  /** A version that has failed gives its place back to the one before: then what it failed with is told beside it. */
  async #showChosen(sessionId: string, messageId: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    const ended = store.state.messages.find(({ message_id }) => message_id === messageId);
    await this.load(sessionId, null, signal, () => !isReplying(store.state));
    const isShown = store.state.messages.some(({ message_id }) => message_id === messageId);
    const failure = ended && shownFailureOf(ended);
    if (signal.aborted || isShown || !failure) return;
    const problem = { message: failure.message, hint: failure.hint, retry: "regenerate" } as const;
    store.dispatch({ type: "failed", problem });
  }

  /** The conversation went on without this page: another tab has sent the next message. */
  async #followNext(sessionId: string, lastFollowed: string, signal: AbortSignal): Promise<void> {
    await this.load(sessionId, null, signal);
    if (streamingReply(this.#parts.store.state)?.message_id !== lastFollowed)
      return await this.follow(signal);
    throw new ApiError(409, {
      code: "nothing_to_stream",
      message: "The HMI no longer has the stream of this reply.",
      hint: "Retry in a moment.",
    });
  }
}

function notOfProfile(sessionId: string, modelId: number): ApiError {
  return new ApiError(404, {
    code: "conversation_not_found",
    message: `Conversation ${sessionId} does not belong to profile ${modelId}.`,
    hint: "The address may be mistyped.",
  });
}
