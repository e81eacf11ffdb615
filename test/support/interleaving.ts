import { setTimeout as sleep } from "node:timers/promises";
import type { Message, SentMessage, UserEvent } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { ConversationStore } from "../../src/services/conversations/conversation-store.ts";
import {
  type InProcessStackOptions,
  type RunningStack,
  startInProcessStack,
} from "../../src/services/in-process-stack.ts";
import type { Overrides } from "../../src/services/start-services.ts";
import { Follower } from "./follower.ts";
import { type Answer, call } from "./http.ts";
import { type Action, PLACES, type Plan, type Step } from "./interleaving-plan.ts";
import { type EventReader, readUserEvents } from "./user-events.ts";

/** A message that a client sent, and what came of it. */
export interface Sending {
  readonly content: string;
  /** The conversation that it named; undefined for the active one. */
  readonly sessionId: string | undefined;
  /** What was answered to each of its POSTs; empty where it was sent by a stream. */
  readonly answers: Answer[];
  readonly follower?: Follower;
}

/** A stack, or an address behind which there are several copies of one. */
export type JudgedStack = Pick<RunningStack, "hmi" | "gateway" | "engine" | "copies" | "close">;

/** What clients did to a stack, and saw. */
export interface Traffic {
  readonly stack: JudgedStack;
  readonly sendings: Sending[];
  readonly followers: Follower[];
  /** The conversations that there were. */
  readonly sessions: Set<string>;
  readonly deleted: Set<string>;
  /** Cancels that were answered so: by which name, if by one, and of which reply. */
  readonly cancelled: { readonly name: string | undefined; readonly messageId: string }[];
  /** What no step may see. */
  readonly unexpected: string[];
  /** What the user's other page hears of it all. */
  readonly heard: readonly UserEvent[];
}

/** Carries a plan out on a stack of its own, until every reader was told the end; then `judge` looks at it. */
export async function carryOut(
  plan: Plan,
  judge: (traffic: Traffic) => Promise<void>,
  start: (options: InProcessStackOptions) => Promise<JudgedStack> = startInProcessStack,
): Promise<void> {
  const { tokenDelayMs, keepFinishedMs: keep_finished_ms, onReaderGone: on_reader_gone } = plan;
  const stack = await start({
    tokenDelayMs,
    stream: { save_every_ms: 10, orphan_grace_ms: 10, keep_finished_ms, on_reader_gone },
    overrides: {
      engine: thinking,
      ...(plan.diskDelayMs > 0 && { store: (store: ConversationStore) => slowed(store, plan.diskDelayMs) }),
    },
  });
  try {
    const clients = new Clients(stack);
    await clients.prepare();
    for (const step of plan.steps) {
      if (step.after > 0) await sleep(step.after);
      clients.act(step);
    }
    await clients.finish();
    await judge(clients);
  } finally {
    await stack.close();
  }
}

/** What the engine thinks of a message, before and while it answers. */
export function thoughtsAbout(content: string): readonly string[] {
  return ["Let me see. ", `“${content.slice(0, 30).toWellFormed()}”? `, "Yes 🏛️. ", "So be it."];
}

/** An engine that thinks. */
const thinking: NonNullable<Overrides["engine"]> = (real) => ({
  ...real,
  async *chat(request, signal) {
    const [first = "", ...more] = thoughtsAbout(request.messages.at(-1)?.content ?? "");
    yield [{ thought: first }];
    for await (const pieces of real.chat(request, signal)) {
      yield pieces.flatMap((piece) => {
        const thoughts = more.splice(0, "finishReason" in piece ? more.length : 1);
        return [...thoughts.map((thought) => ({ thought })), piece];
      });
    }
  },
});

/** The same store, with a slow disk under it. */
function slowed(store: ConversationStore, delayMs: number): ConversationStore {
  const later =
    <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await sleep(delayMs);
      return await write(...args);
    };
  const { finish } = store.replies;
  return {
    ...store,
    as(user) {
      const own = store.as(user);
      const { conversations, messages } = own;
      return {
        ...own,
        conversations: {
          ...conversations,
          delete: later(conversations.delete),
          renew: later(conversations.renew),
        },
        messages: { ...messages, beginAgain: later(messages.beginAgain) },
        transaction: async (work) => {
          await sleep(delayMs);
          return await own.transaction(work);
        },
      };
    },
    replies: { ...store.replies, finish: later(finish) },
  };
}

class Clients implements Traffic {
  readonly stack: JudgedStack;
  readonly sendings: Sending[] = [];
  readonly followers: Follower[] = [];
  readonly sessions = new Set<string>();
  readonly deleted = new Set<string>();
  readonly cancelled: Traffic["cancelled"] = [];
  readonly unexpected: string[] = [];
  /** The names of replies and of the messages that they answer, as they were told, by conversation. */
  readonly #names = new Map<string, string[]>();
  /** The conversations in which a version was chosen. */
  readonly #chosenIn = new Set<string>();
  #page: EventReader | undefined;
  /** The conversation at each place. */
  readonly #places: string[] = [];
  readonly #actions: Promise<unknown>[] = [];
  #lastNumber = 0;

  constructor(stack: JudgedStack) {
    this.stack = stack;
  }

  get heard(): readonly UserEvent[] {
    return this.#page?.events ?? [];
  }

  async prepare(): Promise<void> {
    this.#page = await readUserEvents(this.stack.hmi);
    for (let place = 0; place < PLACES; place += 1) await this.#renew(place);
  }

  act({ action, at, words }: Step): void {
    const place = at % PLACES;
    const sessionId = this.#places[place] ?? "";
    const follower = this.followers[at % Math.max(1, this.followers.length)];
    const actions: Record<Action, () => Promise<unknown> | undefined> = {
      post: () => this.#post(sessionId, words, 1),
      "post twice": () => this.#post(sessionId, words, 2),
      "post to a new one": () => this.#post(null, words, 1),
      general: () => this.#general(sessionId, words),
      "general with key": () => this.#general(sessionId, words, `key-${this.#lastNumber + 1}`),
      "general to the active one": () => this.#general(undefined, words),
      join: () => this.#follow(sessionId),
      "join by name": () => this.#named(sessionId, at, (name) => this.#follow(sessionId, 0, name)),
      leave: () => void follower?.leave(),
      "come back": () => (follower?.state === "left" ? this.#comeBack(follower) : undefined),
      cancel: () => this.#cancel(sessionId),
      "cancel by name": () => this.#named(sessionId, at, (name) => this.#cancel(sessionId, name)),
      regenerate: () => this.#regenerate(sessionId),
      "regenerate by name": () => this.#named(sessionId, at, (name) => this.#regenerate(sessionId, name)),
      edit: () => this.#named(sessionId, at, (name) => this.#post(sessionId, words, 1, name), "user"),
      choose: () => {
        this.#chosenIn.add(sessionId);
        return this.#named(sessionId, at, (name) => this.#call(hmiRoutes.chooseVersion, sessionId, name));
      },
      archive: () => this.#call(hmiRoutes.archiveSession, sessionId),
      clear: async () => {
        const { status, json } = await this.#call(hmiRoutes.clearSession, sessionId);
        if (status === 200) this.#put(place, json.session.session_id);
      },
      delete: async () => {
        const { status } = await this.#call(hmiRoutes.deleteSession, sessionId);
        if (status !== 200) return;
        this.deleted.add(sessionId);
        await this.#renew(place);
      },
    };
    const done = actions[action]();
    if (done !== undefined) this.#actions.push(done);
  }

  /** Waits for everything that was begun; every reader comes back until it was told the end. */
  async finish(): Promise<void> {
    await Promise.all(this.#actions);
    await Promise.all(
      this.followers.filter(({ state }) => state === "left").map((each) => this.#comeBack(each)),
    );
  }

  async #post(sessionId: string | null, words: number, times: number, edits?: string): Promise<void> {
    const content = this.#message(words);
    const body = {
      session_id: sessionId,
      message: content,
      client_message_id: `key-${this.#lastNumber}`,
      edits,
    };
    const send = () => call(this.stack.hmi, hmiRoutes.sendMessage.path(), { body });
    const answers: Answer[] = [];
    this.sendings.push({ content, sessionId: sessionId ?? undefined, answers });
    answers.push(...(await Promise.all(Array.from({ length: times }, send))));
    for (const answer of answers) this.#note(hmiRoutes.sendMessage.pattern, answer);
    const taken = answers.find(({ status }) => status === 200);
    if (taken === undefined) return;
    const { session_id, assistant_message_id } = this.#learn(taken.json);
    this.sessions.add(session_id);
    await this.#follow(session_id, Number(assistant_message_id));
  }

  async #regenerate(session_id: string, message_id?: string): Promise<void> {
    const { status, json } = await this.#call(hmiRoutes.regenerate, session_id, message_id);
    if (status === 200) this.#learn(json);
  }

  /** Keeps the names that an answer tells, for steps that name a reply, perhaps much later. */
  #learn(sent: SentMessage): SentMessage {
    const names = this.#names.get(sent.session_id) ?? [];
    names.push(sent.message_id, sent.assistant_message_id);
    this.#names.set(sent.session_id, names);
    return sent;
  }

  /** Does something with a name that was told; nothing where none was yet. */
  #named(
    sessionId: string,
    at: number,
    act: (name: string) => Promise<unknown>,
    whose?: "user",
  ): Promise<unknown> | undefined {
    const all = this.#names.get(sessionId) ?? [];
    // Each message stands before its reply.
    const names = whose === undefined ? all : all.filter((_, index) => index % 2 === 0);
    const name = names.at(-1 - (at % Math.max(1, names.length)));
    return name === undefined ? undefined : act(name);
  }

  /** Once it is answered, the reply's row has ended. A name never ends another reply. */
  async #cancel(sessionId: string, name?: string): Promise<void> {
    const { json } = await this.#call(hmiRoutes.cancel, sessionId, name);
    if (json.status !== "cancelled") return;
    this.cancelled.push({ name, messageId: json.message_id });
    await this.#expectSaved(sessionId, json.message_id);
  }

  async #expectSaved(session_id: string, messageId: string | undefined): Promise<void> {
    const { json } = await call(this.stack.hmi, hmiRoutes.messages.path({ session_id }));
    const rows: Message[] = json.messages ?? [];
    const row = rows.find(({ message_id }) => message_id === messageId);
    if (row?.status === "streaming") this.unexpected.push(`${messageId} has ended, and is not saved`);
  }

  #general(sessionId: string | undefined, words: number, key?: string): Promise<void> {
    const content = this.#message(words);
    const query = { message: content, session_id: sessionId, client_message_id: key };
    const follower = new Follower(this.stack.hmi, hmiRoutes.generalStream.path(undefined, query));
    this.sendings.push({ content, sessionId, answers: [], follower });
    this.followers.push(follower);
    return follower.follow();
  }

  /** Joins the present reply, which must not be an older one than that, unless somebody chose an older version. */
  async #follow(session_id: string, oldest = 0, message_id?: string): Promise<void> {
    const follower = new Follower(this.stack.hmi, hmiRoutes.stream.path({ session_id }, { message_id }));
    this.followers.push(follower);
    await follower.follow();
    const { messageId } = follower;
    const isOlder = Number(messageId ?? oldest) < oldest;
    if (isOlder && !this.#chosenIn.has(session_id))
      this.unexpected.push(`${messageId} came instead of ${oldest}`);
    if (follower.state === "done") await this.#expectSaved(session_id, messageId);
  }

  async #comeBack(follower: Follower): Promise<void> {
    // Without an id to come back with, and without a key, it would send its message again.
    const isNewMessage = follower.path.includes("message=") && !follower.path.includes("client_message_id=");
    if (follower.ids.length > 0 || !isNewMessage) await follower.follow();
  }

  async #call(
    route: { readonly method: string; path(params: { session_id: string }): string },
    session_id: string,
    message_id?: string,
  ) {
    const { method } = route;
    const body = message_id === undefined ? {} : { body: { message_id } };
    const answer = await call(this.stack.hmi, route.path({ session_id }), { method, ...body });
    this.#note(route.path({ session_id }), answer);
    return answer;
  }

  #note(what: string, { status, json, body }: Answer): void {
    const isExpected = status === 200 || EXPECTED_REFUSALS.has(json.error?.code);
    if (!isExpected) this.unexpected.push(`${what}: ${status} ${body}`);
  }

  async #renew(place: number): Promise<void> {
    const { json } = await call(this.stack.hmi, hmiRoutes.newSession.path(), { body: {} });
    this.#put(place, json.session.session_id);
  }

  #put(place: number, sessionId: string): void {
    this.#places[place] = sessionId;
    this.sessions.add(sessionId);
  }

  /** No two messages are the same, and each says what its reply is. */
  #message(words: number): string {
    this.#lastNumber += 1;
    return `Say: reply ${this.#lastNumber}:${" wörd 🏛️".repeat(words)}`;
  }
}

const EXPECTED_REFUSALS = new Set([
  "generation_in_progress",
  "conversation_not_found",
  "message_not_found",
  "message_superseded",
  "nothing_to_regenerate",
  "nothing_to_stream",
]);
