import type { SentMessage } from "../src/contract/hmi.ts";
import type { Address } from "./address.ts";
import { type Api, ApiError, createApi } from "./api.ts";
import { followReply } from "./reply-stream.ts";
import {
  type ChatEvent,
  type ChatState,
  INITIAL_STATE,
  type Problem,
  reduce,
  streamingReply,
} from "./state.ts";
import { canSend, LIST_LIMIT, selectedAgent, selectedModel, startsAnotherConversation } from "./view.ts";

/** How many conversations are listed at first, and how many more each time. */
const LIST_STEP = 50;

/** What a user can do on the page, and the state that comes of it. Knows the HMI's wire, but no DOM. */
export class Chat {
  readonly #origin: string;
  readonly #api: Api;
  readonly #listeners = new Set<() => void>();
  #state = INITIAL_STATE;
  #listLength = LIST_STEP;
  #stopWanted = false;
  /** Aborted when something else is opened: from then on nothing of this conversation reaches the state. */
  #visit = new AbortController();

  /** `origin` is empty in the page, which talks to the HMI that it came from. */
  constructor(origin = "") {
    this.#origin = origin;
    this.#api = createApi(origin);
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
    if (address.page === "conversation") {
      await Promise.all([this.open(address.sessionId), this.#loadLists()]);
      return;
    }
    const signal = this.#leave(null);
    await this.#loadLists();
    if (signal.aborted) return;
    const isActive = (session: ChatState["sessions"][number]): boolean =>
      session.active && session.model_id === null;
    const active = address.page === "active" ? this.#state.sessions.find(isActive) : undefined;
    if (active === undefined) this.startNew();
    else await this.open(active.session_id);
  }

  /** Shows a conversation, and follows its reply if one is being written. */
  async open(sessionId: string): Promise<void> {
    const signal = this.#leave(sessionId);
    await this.#load(sessionId, signal);
    await this.#follow(signal);
  }

  /** Shows an empty conversation; the HMI hears of it with the first message. */
  startNew(): void {
    const { problem } = this.#state;
    this.#leave(null);
    this.#dispatch({ type: "conversation_blank" });
    // A list that could not be loaded is still missing.
    if (problem?.retry === "load") this.#dispatch({ type: "failed", problem });
  }

  /** Sends the draft: to the open conversation, or to a new one. */
  async send(): Promise<void> {
    if (!canSend(this.#state)) return;
    const { signal } = this.#visit;
    const text = this.#state.draft.trimEnd();
    const model = selectedModel(this.#state) ?? undefined;
    const isNew = this.#state.session === null || startsAnotherConversation(this.#state);
    this.#stopWanted = false;
    this.#dispatch({ type: "send_started", text });
    let sent: SentMessage;
    try {
      const session_id = isNew ? await this.#create(signal) : this.#state.sessionId;
      sent = await this.#api.sendMessage({ session_id, message: text, ...(model && { model }) });
    } catch (error) {
      await this.#sendFailed(text, error, signal);
      return;
    }
    void this.#listSessions();
    if (signal.aborted) return;
    this.#dispatch({ type: "send_accepted", sent });
    if (this.#stopWanted) void this.stop();
    await this.#follow(signal);
  }

  /** Sends the last message once more, after its reply has failed. */
  async resend(): Promise<void> {
    const last = this.#state.messages.findLast((message) => message.role === "user");
    if (last === undefined || this.#state.phase !== "idle") return;
    const { draft } = this.#state;
    this.changeDraft(last.content);
    const sending = this.send();
    this.changeDraft(draft);
    await sending;
  }

  /** Ends the reply that is being written; what has arrived of it stays. */
  async stop(): Promise<void> {
    const { sessionId, phase } = this.#state;
    if (phase === "sending") this.#stopWanted = true;
    if (sessionId === null || streamingReply(this.#state) === undefined || phase === "stopping") return;
    this.#dispatch({ type: "stop_requested" });
    if (phase === "sending") return;
    const { signal } = this.#visit;
    try {
      await this.#api.cancel(sessionId);
    } catch (error) {
      if (!signal.aborted) this.#dispatch({ type: "stop_failed", problem: problemOf(error, null) });
    }
  }

  /** Deletes a conversation with its messages. */
  async remove(sessionId: string): Promise<void> {
    try {
      await this.#api.deleteSession(sessionId);
    } catch (error) {
      this.#dispatch({ type: "failed", problem: problemOf(error, null) });
      return;
    }
    if (this.#state.sessionId === sessionId) this.startNew();
    await this.#listSessions();
  }

  /** Does again what the present problem came from. */
  async retry(): Promise<void> {
    const { problem, sessionId } = this.#state;
    if (problem?.retry === "send" && !(await this.#wasSent())) return await this.send();
    await this.start(sessionId === null ? { page: "new" } : { page: "conversation", sessionId });
  }

  /** Lists more conversations. */
  async showOlder(): Promise<void> {
    this.#listLength = Math.min(this.#listLength + LIST_STEP, LIST_LIMIT);
    await this.#listSessions();
  }

  changeDraft(draft: string): void {
    this.#dispatch({ type: "draft_changed", draft });
  }

  chooseModel(model: string): void {
    this.#dispatch({ type: "model_chosen", model });
  }

  chooseAgent(agentId: string): void {
    this.#dispatch({ type: "agent_chosen", agentId });
  }

  dismissProblem(): void {
    this.#dispatch({ type: "problem_dismissed" });
  }

  #dispatch(event: ChatEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state === before) return;
    for (const listener of this.#listeners) listener();
  }

  /** Turns away from the open conversation, towards another one. */
  #leave(sessionId: string | null): AbortSignal {
    this.#visit.abort();
    this.#visit = new AbortController();
    this.#dispatch({ type: "conversation_opening", sessionId });
    return this.#visit.signal;
  }

  async #loadLists(): Promise<void> {
    await Promise.all([this.#listSessions(), this.#listModels(), this.#listAgents()]);
  }

  async #listSessions(): Promise<void> {
    await this.#report(async () => {
      const { sessions, total } = await this.#api.sessions(this.#listLength);
      this.#dispatch({ type: "sessions_listed", sessions, total });
    });
  }

  async #listModels(): Promise<void> {
    await this.#report(async () =>
      this.#dispatch({ type: "models_listed", list: await this.#api.models() }),
    );
  }

  async #listAgents(): Promise<void> {
    await this.#report(async () =>
      this.#dispatch({ type: "agents_listed", agents: (await this.#api.agents()).agents }),
    );
  }

  async #report(load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (error) {
      this.#dispatch({ type: "failed", problem: problemOf(error, "load") });
    }
  }

  async #load(sessionId: string, signal: AbortSignal): Promise<void> {
    try {
      const { session, messages } = await this.#api.messages(sessionId);
      if (!signal.aborted) this.#dispatch({ type: "conversation_opened", session, messages });
    } catch (error) {
      if (signal.aborted) return;
      this.#dispatch({ type: "conversation_unavailable", problem: problemOf(error, "load") });
    }
  }

  /** Makes a conversation for the chosen agent. */
  async #create(signal: AbortSignal): Promise<string> {
    const agent_id = selectedAgent(this.#state)?.agent_id;
    const { session } = await this.#api.newSession({ ...(agent_id && { agent_id }) });
    if (!signal.aborted) this.#dispatch({ type: "conversation_created", session });
    return session.session_id;
  }

  async #sendFailed(text: string, error: unknown, signal: AbortSignal): Promise<void> {
    const problem = problemOf(error, "send");
    if (signal.aborted) {
      // Another conversation is open by now; the text must not be lost for that.
      this.#dispatch({ type: "failed", problem: { ...problem, retry: null } });
      this.changeDraft([text, this.#state.draft].filter((part) => part !== "").join("\n"));
      return;
    }
    this.#dispatch({ type: "send_failed", text, problem });
    const { sessionId } = this.#state;
    if (!(error instanceof ApiError) || error.code !== "generation_in_progress" || sessionId === null) return;
    // Somebody else, such as another tab, has asked something here: that is to be seen first.
    await this.#load(sessionId, signal);
    this.#dispatch({ type: "failed", problem: { ...problem, retry: null } });
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
    this.changeDraft("");
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
        onEvents: (events) => this.#dispatch({ type: "reply_continued", events }),
        onLost: (retryInMs) => this.#dispatch({ type: "connection_lost", retryInMs }),
        onRestored: () => this.#dispatch({ type: "connection_restored" }),
      });
      if (outcome === "superseded") return await this.#load(sessionId, signal);
    } catch (error) {
      if (!signal.aborted) this.#dispatch({ type: "reply_unavailable", problem: problemOf(error, "load") });
      return;
    }
    if (signal.aborted) return;
    void this.#listSessions();
    // The engine was down when the page was loaded, and has answered now.
    if (this.#state.models.length === 0) void this.#listModels();
  }
}

function problemOf(error: unknown, retry: Problem["retry"]): Problem {
  if (!(error instanceof ApiError)) throw error;
  // What does not exist will not exist the next time either.
  return { message: error.message, hint: error.hint, retry: error.status === 404 ? null : retry };
}
