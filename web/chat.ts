import type { SentMessage, Session } from "../src/contract/hmi.ts";
import type { Address } from "./address.ts";
import { type Api, ApiError, createApi } from "./api.ts";
import { streamingReply } from "./exchange.ts";
import { Lists } from "./lists.ts";
import { problemOf } from "./problem.ts";
import { followReply } from "./reply-stream.ts";
import { type ChatEvent, type ChatState, INITIAL_STATE, reduce } from "./state.ts";
import { canSend, isReplying, selectedAgent, selectedModel, startsAnotherConversation } from "./view.ts";

/** What a user can do on the page, and the state that comes of it. Knows the HMI's wire, but no DOM. */
export class Chat {
  readonly #origin: string;
  readonly #api: Api;
  readonly #lists: Lists;
  readonly #listeners = new Set<() => void>();
  #state = INITIAL_STATE;
  #stopWanted = false;
  /** Aborted when something else is opened: from then on nothing of this conversation reaches the state. */
  #visit = new AbortController();

  /** `origin` is empty in the page, which talks to the HMI that it came from. */
  constructor(origin = "") {
    this.#origin = origin;
    this.#api = createApi(origin);
    this.#lists = new Lists(this.#api, (event) => this.dispatch(event));
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Loads everything, and shows what the address names. */
  async start(address: Address): Promise<void> {
    // What is slow to come, such as the models of an engine in trouble, must not keep the rest waiting.
    await Promise.all([this.#lists.choices(), this.#startAt(address)]);
  }

  /** Shows a conversation, and follows its reply if one is being written. */
  async open(sessionId: string): Promise<void> {
    await this.#show(sessionId, this.#leave(sessionId));
  }

  /** Shows an empty conversation; the HMI hears of it with the first message. */
  startNew(): void {
    this.#leave(null);
    this.dispatch({ type: "conversation_blank" });
  }

  /** Sends the draft: to the open conversation, or to a new one. */
  async send(): Promise<void> {
    if (canSend(this.#state)) await this.#submit(this.#state.draft.trimEnd(), "");
  }

  /** Sends the last message once more, after its reply has failed. */
  async resend(): Promise<void> {
    const { messages, phase, draft } = this.#state;
    const last = messages.findLast((message) => message.role === "user");
    if (last !== undefined && phase === "idle") await this.#submit(last.content, draft);
  }

  /** Ends the reply that is being written; what has arrived of it stays. */
  async stop(): Promise<void> {
    const { sessionId, phase } = this.#state;
    if (!isReplying(this.#state) || phase === "stopping") return;
    this.dispatch({ type: "stop_requested" });
    this.#stopWanted = phase === "sending";
    if (this.#stopWanted || sessionId === null) return;
    const { signal } = this.#visit;
    try {
      await this.#api.cancel(sessionId);
    } catch (error) {
      if (!signal.aborted) this.dispatch({ type: "stop_failed", problem: problemOf(error, null) });
    }
  }

  /** Deletes a conversation with its messages. */
  async remove(sessionId: string): Promise<void> {
    try {
      await this.#api.deleteSession(sessionId);
    } catch (error) {
      this.dispatch({ type: "failed", problem: problemOf(error, null) });
      return;
    }
    if (this.#state.sessionId === sessionId) this.startNew();
    await this.#lists.sessions();
  }

  /** Does again what the present problem came from. */
  async retry(): Promise<void> {
    const { problem, sessionId } = this.#state;
    if (problem?.retry === "send" && !(await this.#wasSent())) return await this.send();
    await this.start(sessionId === null ? { page: "new" } : { page: "conversation", sessionId });
  }

  /** Lists more conversations. */
  async showOlder(): Promise<void> {
    await this.#lists.moreSessions();
  }

  /** Tells the state of something that needs no call: a choice, a key pressed, a note dismissed. */
  dispatch(event: ChatEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state === before) return;
    for (const listener of this.#listeners) listener();
  }

  /** Turns away from the open conversation, towards another one. */
  #leave(sessionId: string | null): AbortSignal {
    this.#visit.abort();
    this.#visit = new AbortController();
    this.dispatch({ type: "conversation_opening", sessionId });
    return this.#visit.signal;
  }

  async #startAt(address: Address): Promise<void> {
    if (address.page === "conversation") {
      await Promise.all([this.open(address.sessionId), this.#lists.sessions()]);
      return;
    }
    if (address.page === "new") {
      this.startNew();
      await this.#lists.sessions();
      return;
    }
    const signal = this.#leave(null);
    await this.#lists.sessions();
    if (signal.aborted) return;
    const active = this.#state.sessions.find(isActiveGeneral);
    if (active === undefined) this.dispatch({ type: "conversation_blank" });
    else await this.#show(active.session_id, signal);
  }

  async #show(sessionId: string, signal: AbortSignal): Promise<void> {
    await this.#load(sessionId, signal);
    await this.#follow(signal);
  }

  async #load(sessionId: string, signal: AbortSignal): Promise<void> {
    try {
      const { session, messages } = await this.#api.messages(sessionId);
      if (!signal.aborted) this.dispatch({ type: "conversation_opened", session, messages });
    } catch (error) {
      if (signal.aborted) return;
      const problem = problemOf(error, "load");
      const unknown = problem.retry === null;
      this.dispatch({
        type: "conversation_unavailable",
        sessionId: unknown ? null : sessionId,
        problem,
      });
    }
  }

  /** Sends a text, and leaves `draft` in the composer. */
  async #submit(text: string, draft: string): Promise<void> {
    const { signal } = this.#visit;
    const model = selectedModel(this.#state);
    const isNew = this.#state.session === null || startsAnotherConversation(this.#state);
    this.#stopWanted = false;
    this.dispatch({ type: "send_started", text, draft });
    let sent: SentMessage;
    try {
      const session_id = isNew ? await this.#create(model, signal) : this.#state.sessionId;
      sent = await this.#api.sendMessage({ session_id, message: text, ...(model && { model }) });
    } catch (error) {
      await this.#sendFailed(text, error, signal);
      return;
    }
    void this.#lists.sessions();
    if (signal.aborted) return;
    this.dispatch({ type: "send_accepted", sent });
    if (this.#stopWanted) void this.stop();
    await this.#follow(signal);
  }

  /** Makes a conversation for the chosen agent. */
  async #create(model: string | null, signal: AbortSignal): Promise<string> {
    const agent_id = selectedAgent(this.#state)?.agent_id;
    const { session } = await this.#api.newSession({
      ...(agent_id && { agent_id }),
      ...(model && { model }),
    });
    if (!signal.aborted) this.dispatch({ type: "conversation_created", session });
    return session.session_id;
  }

  async #sendFailed(text: string, error: unknown, signal: AbortSignal): Promise<void> {
    const problem = problemOf(error, "send");
    if (signal.aborted) {
      // Another conversation is open by now; the text must not be lost for that.
      this.dispatch({ type: "failed", problem: { ...problem, retry: null } });
      const draft = [text, this.#state.draft].filter((part) => part !== "").join("\n");
      this.dispatch({ type: "draft_changed", draft });
      return;
    }
    this.dispatch({ type: "send_failed", text, problem });
    const { sessionId } = this.#state;
    if (!(error instanceof ApiError) || error.code !== "generation_in_progress" || sessionId === null) return;
    // Somebody else, such as another tab, has asked something here: that is to be seen first.
    await this.#load(sessionId, signal);
    this.dispatch({ type: "failed", problem: { ...problem, retry: null } });
    await this.#follow(signal);
  }

  /** True where the HMI has the draft already: then only its answer was lost on the way. */
  async #wasSent(): Promise<boolean> {
    const { sessionId, messages, draft } = this.#state;
    if (sessionId === null) return false;
    try {
      const rows = (await this.#api.messages(sessionId)).messages;
      const last = rows.findLast((row) => row.role === "user");
      const isKnown = messages.some((message) => message.message_id === last?.message_id);
      if (isKnown || last?.content !== draft) return false;
    } catch {
      // Sending will meet the same trouble, and report it.
      return false;
    }
    this.dispatch({ type: "draft_changed", draft: "" });
    return true;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const reply = streamingReply(this.#state);
    const { sessionId } = this.#state;
    if (reply === undefined || sessionId === null || signal.aborted) return;
    try {
      const outcome = await followReply({
        origin: this.#origin,
        sessionId,
        messageId: reply.message_id,
        length: reply.content.length,
        signal,
        onEvents: (events) => this.dispatch({ type: "reply_continued", events }),
        onLost: (retryInMs, error) =>
          this.dispatch({
            type: "connection_lost",
            retryInMs,
            problem: error === undefined ? null : problemOf(error, "load"),
          }),
        onRestored: () => this.dispatch({ type: "connection_restored" }),
      });
      if (outcome === "superseded") await this.#followNext(sessionId, reply.message_id, signal);
    } catch (error) {
      if (!signal.aborted) this.dispatch({ type: "reply_unavailable", problem: problemOf(error, "load") });
      return;
    }
    if (signal.aborted) return;
    void this.#lists.sessions();
    // The engine was down when the page was loaded; it may have come back.
    if (this.#state.models.length === 0) void this.#lists.models();
  }

  /** The conversation went on without this page: another tab has sent the next message. */
  async #followNext(sessionId: string, lastFollowed: string, signal: AbortSignal): Promise<void> {
    await this.#load(sessionId, signal);
    if (streamingReply(this.#state)?.message_id !== lastFollowed) return await this.#follow(signal);
    throw new ApiError(409, {
      code: "nothing_to_stream",
      message: "The HMI no longer has the stream of this reply.",
      hint: "Retry in a moment.",
    });
  }
}

function isActiveGeneral({ active, model_id }: Session): boolean {
  return active && model_id === null;
}
