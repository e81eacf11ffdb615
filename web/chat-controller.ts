import type { DoctorAnswer } from "../src/contract/doctor-report.ts";
import type { SearchResults, UserEvent } from "../src/contract/hmi-schemas.ts";
import { ApiError } from "./api-error.ts";
import type { ChatAction } from "./chat-action.ts";
import type { ChatState, PageProblem } from "./chat-state.ts";
import { ChatStore } from "./chat-store.ts";
import { ConversationReader } from "./conversation-reader.ts";
import { type DraftStorage, keepDrafts } from "./draft-storage.ts";
import { handleUserEvent } from "./handle-user-event.ts";
import { HmiConnection, isUnreachable } from "./hmi-connection.ts";
import { ListLoader } from "./list-loader.ts";
import { ListMutations } from "./list-mutations.ts";
import { MessageSender } from "./message-sender.ts";
import type { OutgoingStorage } from "./outgoing-storage.ts";
import { type PageAddress, parseAddress } from "./page-address.ts";
import { createApi, type PageApi } from "./page-api.ts";
import { PageOpener } from "./page-opener.ts";
import { afterOutage } from "./page-problem.ts";
import { checkedServices, hasServiceDown } from "./service-health.ts";
import type { Turns } from "./share-reply-streams.ts";

export interface ChatControllerOptions {
  /** Empty in the page, which talks to the HMI that it came from. */
  readonly origin?: string;
  /** What the HMI is shown where it asks for a token. */
  readonly token?: string;
  /** True where each call needs a token: without one it is asked for at once, and no call is made only to be refused. */
  readonly isTokenWanted?: boolean;
  /** Calls what it is given when the page is drawn next. */
  readonly nextFrame?: (run: () => void) => void;
  /** Where other pages of this browser follow replies, too: shares its connections with them. */
  readonly turns?: Turns;
  /** Where what was written and not sent outlives a reload. */
  readonly drafts?: DraftStorage;
  /** Where what was on its way when the page was left outlives that. */
  readonly outgoing?: OutgoingStorage;
  /** Called when this page has changed something that other tabs show, too. */
  readonly announce?: () => void;
}

/** What a user can do on the page, and the state that comes of it. Knows the HMI's wire, but no DOM. */
export class ChatController {
  readonly #connection: HmiConnection;
  readonly #api: PageApi;
  readonly #store: ChatStore;
  readonly #lists: ListLoader;
  readonly #reader: ConversationReader;
  readonly #sender: MessageSender;
  readonly #opener: PageOpener;
  /** Changes conversations and profiles. */
  readonly keeper: ListMutations;
  #address: PageAddress = { page: "active" };

  constructor(options: ChatControllerOptions = {}) {
    const { origin = "", token = "", nextFrame = soon, turns = atOnce, announce = nothing, drafts } = options;
    const store = new ChatStore(drafts?.load());
    this.#store = store;
    this.#connection = new HmiConnection({
      origin,
      token,
      onUnauthorized: (sent) => this.#onUnauthorized(sent),
    });
    const connection = this.#connection;
    const api = createApi(connection);
    const lists = new ListLoader(api, store);
    const reader = new ConversationReader({ connection, api, store, lists, nextFrame, turns });
    this.#api = api;
    this.#lists = lists;
    this.#reader = reader;
    this.#opener = new PageOpener({ store, lists, reader });
    this.#sender = new MessageSender({
      api,
      store,
      lists,
      reader,
      announce,
      outgoing: options.outgoing ?? NOT_KEPT,
    });
    if (drafts !== undefined) keepDrafts(store, drafts);
    if (options.isTokenWanted && token === "") this.dispatch({ type: "token_wanted", isRefused: false });
    this.keeper = new ListMutations({ api, store, lists, announce, go: (path) => void this.go(path) });
  }

  get state(): ChatState {
    return this.#store.state;
  }

  /** The way to the HMI, for what is no call of its own, such as a download. */
  get connection(): HmiConnection {
    return this.#connection;
  }

  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /** Tells the state of something that needs no call: a choice, a key pressed, a note dismissed. */
  dispatch(action: ChatAction): void {
    this.#store.dispatch(action);
  }

  /** Loads everything, and shows what the path names. */
  async start(path: string): Promise<void> {
    if (this.state.access !== "open") {
      this.#address = addressAt(path);
      return;
    }
    // What is slow to come, such as the models of an engine in trouble, must not keep the rest waiting.
    await Promise.all([this.#lists.choices(), this.#lists.profiles(), this.go(path), this.#sender.goOn()]);
  }

  /** Shows what a path of the page names. */
  async go(path: string): Promise<void> {
    this.#address = addressAt(path);
    await this.#opener.open(this.#address);
  }

  /** Sends the draft: to the open conversation, or to a new one. */
  async send(): Promise<void> {
    await this.#sender.send();
  }

  /** Has the last message answered again, in place of its present reply. */
  async regenerate(): Promise<void> {
    await this.#sender.regenerate();
  }

  /** Sends another version of a message; resolves to what went wrong, or null. */
  async edit(messageId: string, text: string): Promise<PageProblem | null> {
    return await this.#sender.edit(messageId, text);
  }

  /** Looks for words in all conversations. Throws an ApiError. */
  async search(query: string): Promise<SearchResults> {
    return await this.#api.search(query.trim());
  }

  /** Shows the way that another version of a message is on. */
  async chooseVersion(messageId: string): Promise<void> {
    await this.#reader.choose(messageId);
  }

  /** Ends the reply that is being written; what has arrived of it stays. */
  async stop(): Promise<void> {
    await this.#sender.stop();
  }

  /** Does again what the present problem came from. */
  async retry(): Promise<void> {
    const { retry } = this.state.problem ?? {};
    if (retry === "regenerate") return await this.regenerate();
    if (retry === "send" && !(await this.#sender.wasSent())) return await this.send();
    await this.#reload();
  }

  /** Looks for what has changed elsewhere, such as in another tab. */
  async refresh(): Promise<void> {
    if (this.state.access !== "open") return;
    await Promise.all([this.#lists.sessions(), this.#lists.profiles(), this.#reader.refresh()]);
  }

  /** The page is being left, as by a reload. */
  leave(): void {
    this.#sender.leave();
  }

  /** The page that was left is shown again as it was; returns whether it must be loaded anew to go on. */
  comeBack(): boolean {
    return this.#sender.comeBack();
  }

  /** Says whether anybody looks at the page. */
  setSeen(isSeen: boolean): void {
    this.#reader.setSeen(isSeen);
  }

  /** Shows what has happened in the user's conversations, here or elsewhere. */
  async heard(event: UserEvent): Promise<void> {
    if (event.type === "reset") return await this.refresh();
    if (this.state.access !== "open") return;
    await handleUserEvent(event, {
      store: this.#store,
      lists: this.#lists,
      reader: this.#reader,
      sender: this.#sender,
    });
  }

  /** Asks the HMI how the services are; what was missing while one was down is loaded when all are back. */
  async checkServices(): Promise<void> {
    if (this.state.access !== "open") return;
    const wasDown = hasServiceDown(this.state.services);
    try {
      const health = await this.#api.health();
      this.dispatch({ type: "services_checked", services: checkedServices(this.state.services, health) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Whatever else it answers with, it is there; and late is not down.
      if (!isUnreachable(error)) return;
      this.dispatch({ type: "services_checked", services: checkedServices(this.state.services, undefined) });
    }
    if (wasDown && !hasServiceDown(this.state.services)) await this.#recover();
  }

  /** What `stack doctor` found the last time; null where the HMI does not answer. */
  async lastDoctorReport(): Promise<DoctorAnswer | null> {
    try {
      return await this.#api.lastDoctorReport();
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  /** Shows the HMI this token from now on, and starts anew. */
  async signIn(token: string): Promise<void> {
    this.#connection.token = token;
    this.dispatch({ type: "token_given" });
    await Promise.all([this.#reload(), this.#sender.goOn()]);
  }

  /** Lists more conversations. */
  async showOlder(): Promise<void> {
    await this.#lists.moreSessions();
  }

  async #recover(): Promise<void> {
    if (this.state.problem?.retry === "load") this.dispatch({ type: "problem_dismissed" });
    const isUnopened = this.state.sessionId !== null && this.state.session === null;
    const opened = isUnopened ? this.#opener.open(this.#address) : undefined;
    await Promise.all([this.#lists.choices(), this.refresh(), opened]);
    await this.#endOutage();
  }

  /** Nothing says that the HMI does not answer when it does again. */
  async #endOutage(): Promise<void> {
    const { problem } = this.state;
    if (!problem?.isOutage || (problem.retry === "send" && (await this.#sender.wasSent()))) return;
    if (this.state.problem !== problem) return;
    const left = afterOutage(problem);
    this.dispatch(left === null ? { type: "problem_dismissed" } : { type: "failed", problem: left });
  }

  /** Everything once more, and what is open with it. */
  async #reload(): Promise<void> {
    const { session } = this.state;
    const address: PageAddress =
      session === null
        ? this.#address
        : { page: "conversation", sessionId: session.session_id, modelId: null };
    const listed = [this.#lists.choices(), this.#lists.profiles()];
    await Promise.all([...listed, this.#opener.open(address), this.checkServices()]);
  }

  #onUnauthorized(sent: string): void {
    // The answer to a call that was made before the present token was given says nothing of it.
    if (sent !== this.#connection.token) return;
    this.dispatch({ type: "token_wanted", isRefused: sent !== "" });
  }
}

function addressAt(path: string): PageAddress {
  return parseAddress(path) ?? { page: "active" };
}

function soon(run: () => void): void {
  setTimeout(run, 0);
}

const NOT_KEPT: OutgoingStorage = { load: () => null, save: () => undefined };

const atOnce: Turns = (signal, follow) => follow(signal);

function nothing(): void {
  // There are no other tabs.
}
