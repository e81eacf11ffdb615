import { randomUUID } from "node:crypto";
import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { optionsAsText } from "../../contract/options-as-text.ts";
import type { WireDescription } from "../../contract/wire-description.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenCall, SeenStream } from "../http-client.ts";
import { accountOfToken } from "./account-of-token.ts";
import type {
  CancelOutcome,
  ChatClient,
  ChatPlace,
  NamedReply,
  OutgoingMessage,
  PlaceDraft,
  Reading,
  ReadOptions,
  Sent,
  WireAbility,
} from "./chat-client.ts";
import { ConversationHistories, type SaidNow } from "./conversation-histories.ts";
import {
  type DescribedCall,
  DescribedCalls,
  type DescribedService,
  TOLD_IDS,
  type ToldIdName,
} from "./described-calls.ts";
import { readRows } from "./described-rows.ts";
import type { PlaceholderValues } from "./fill-placeholders.ts";
import { hasPlaceholder } from "./has-placeholder.ts";
import { idAt, idToldBy } from "./json-place.ts";
import { LastReplies } from "./last-replies.ts";
import { missingAbilities } from "./missing-abilities.ts";
import { pollsEveryMs } from "./polled-stream.ts";
import { Refusal } from "./refusal.ts";
import type { SeenRow } from "./reply-facts.ts";
import { requireItems } from "./require-list.ts";
import { callOf, isAccepted, sendThenRead } from "./send-then-read.ts";

/** What a described wire is talked to with. */
export interface DescribedWire extends DescribedService {
  readonly driver: string;
  /** Asked for where a message names none; null: the back end's own default. */
  readonly model: string | null;
  readonly agent: string;
  /** Whose account the caller's is, where the wire has a call that tells it and that did. */
  readonly account?: string | undefined;
  /** The engine behind it is the stand-in, which reads directions in what is said. */
  readonly isStandIn: boolean;
}

/** Talks to a back end as a description says. */
export function createDescribedChat(given: DescribedWire): ChatClient {
  return new DescribedChat(given);
}

class DescribedChat implements ChatClient {
  readonly driver: string;
  readonly missingAbilities: Readonly<Partial<Record<WireAbility, string>>>;
  readonly sharesConnections: boolean;
  readonly pollsEveryMs: number | undefined;
  readonly #given: DescribedWire;
  readonly #calls: DescribedCalls;
  readonly #histories: ConversationHistories;
  readonly #lastReplies = new LastReplies();
  /** Conversations whose names were made up here, and of which the back end has shown nothing yet: it may not know them. */
  readonly #unshown = new Set<string>();
  /** What it answered in place of the rows of those. */
  readonly #rowsRefused = new Map<string, Refusal>();
  #hasShownRows = false;

  constructor(given: DescribedWire) {
    const { driver, wire, isStandIn } = given;
    this.driver = driver;
    this.#given = given;
    this.#calls = new DescribedCalls(given);
    this.#histories = new ConversationHistories(wire);
    const { isKeptHere } = this.#histories;
    this.missingAbilities = missingAbilities(driver, wire, { isStandIn, isKeptHere });
    this.sharesConnections = carriesSeveral(wire);
    this.pollsEveryMs = pollsEveryMs(wire);
  }

  get account(): string | undefined {
    return this.#given.account ?? accountOfToken(this.#given.session.shown.token);
  }

  async openPlace({ options, think }: PlaceInWire): Promise<ChatPlace> {
    // A back end whose model always thinks cannot be told not to; thoughts would take up what a reply may be long.
    const isSilent = think === false && this.#given.isStandIn && Object.keys(options).length > 0;
    return { modelId: null, options: isSilent ? { ...WITHOUT_THOUGHTS, ...options } : options };
  }

  async closePlace(): Promise<void> {
    // What was said is deleted conversation by conversation.
  }

  async openConversation(place: ChatPlace, signal: AbortSignal): Promise<string | null> {
    const id = await this.#makeConversation(place, signal);
    return this.#histories.isKeptHere ? this.#histories.begin(id) : id;
  }

  async #makeConversation(place: ChatPlace, signal: AbortSignal): Promise<string | null> {
    const { conversation: making } = this.#given.wire;
    if (making === undefined) return null;
    if (making === "own") {
      const id = randomUUID();
      this.#unshown.add(id);
      return id;
    }
    const answer = await this.#calls.call(making, this.#values({ place }), signal);
    const id = answer.status < 300 ? idToldBy(answer, making.told.conversation) : null;
    if (id === null) throw new Refusal(answer);
    return id;
  }

  async deleteConversation(conversation: string, signal: AbortSignal): Promise<void> {
    this.#unshown.delete(conversation);
    const isKnown = this.#histories.forget(conversation);
    if (isKnown && this.#histories.isKeptHere && this.#given.wire.delete_conversation === undefined) return;
    const deleting = this.#require(this.#given.wire.delete_conversation, "delete conversations");
    const answer = await this.#calls.call(deleting, this.#values({ conversation }), signal);
    if (answer.status < 300 || answer.status === 404) return;
    // Of what was never made some are told by an error.
    if (!(await this.#isUnlisted(conversation, signal))) throw new Refusal(answer);
  }

  /** Whether the list of conversations can be asked for, and does not have one. */
  async #isUnlisted(conversation: string, signal: AbortSignal): Promise<boolean> {
    if (this.#given.wire.conversations === undefined) return false;
    const listed = await this.conversations(signal).catch(() => [conversation]);
    return !listed.includes(conversation);
  }

  async send(given: OutgoingMessage, signal: AbortSignal): Promise<Sent> {
    const { wire } = this.#given;
    const isMadeFirst = given.conversation === null && wire.conversation !== undefined;
    const message = isMadeFirst
      ? { ...given, conversation: await this.openConversation(given.place, signal) }
      : given;
    const sending = (message.conversation === null ? wire.send_first : undefined) ?? wire.send;
    const text = this.#wordingOf(message);
    const key = randomUUID();
    const values = this.#values({ ...message, text, key });
    const sent =
      wire.read === undefined
        ? await this.#sendAndStream(sending, message, { ...values, text, key }, signal)
        : await sendThenRead(
            { calls: this.#calls, stream: wire.stream, remember: this.#remember.bind(this) },
            { sending, reading: wire.read, conversation: message.conversation },
            { ...values, text, key },
            signal,
          );
    // What the answer names may be the run that makes the reply; what the stream names is what was made.
    if (sent.isTaken && !tellsReplies(wire.stream)) this.#lastReplies.note(sent.conversation, sent.reply);
    return { ...sent, key };
  }

  readAgain(reply: NamedReply, options: ReadOptions): Reading {
    const reading = this.#require(this.#given.wire.read, "listen to a reply");
    return this.#calls.read(reading, this.#values(reply), options);
  }

  awaitsName(reply: NamedReply): boolean {
    const { cancel, stream } = this.#given.wire;
    const rules = [stream.started ?? []].flat();
    return TOLD_IDS.some(
      (id) =>
        hasPlaceholder(cancel, id) &&
        (reply[id] ?? null) === null &&
        rules.some((rule) => rule[id] !== undefined),
    );
  }

  async cancel(reply: NamedReply, signal: AbortSignal): Promise<CancelOutcome> {
    const cancelling = this.#require(this.#given.wire.cancel, "cancel");
    if (cancelling === "close") return null;
    const { request, frame: template, ...sent } = cancelling;
    if (request !== undefined) {
      return await this.#calls.call({ request, ...sent }, this.#values(reply), signal);
    }
    const frame = this.#calls.frame(template, this.#values(reply));
    if (reply.say?.(frame) === true) return "said";
    if (!this.sharesConnections) {
      throw new NotObservable(
        "a reply is ended by what is said on its own WebSocket (contract.wire.cancel.frame), which is there for nobody else, and not after it",
      );
    }
    // A page's is open for as long as it is.
    await this.#calls.sayFrame(this.#given.wire.send, frame, signal);
    return "said";
  }

  async rows(conversation: string, signal: AbortSignal, limit?: number) {
    const listing = this.#require(this.#given.wire.rows, "show rows");
    const listed: SeenRow[][] = [];
    for await (const answer of this.#calls.pages(listing, this.#values({ conversation }), signal)) {
      // It is made by its first message, by some as late as its reply ends: until then nothing is kept of it, and some fail over that.
      const isAbsent = answer.status === 404 || answer.status >= 500;
      if (isAbsent && this.#unshown.has(conversation)) {
        this.#rowsRefused.set(conversation, new Refusal(answer));
        return [];
      }
      if (answer.status < 300) {
        this.#unshown.delete(conversation);
        this.#rowsRefused.delete(conversation);
        this.#hasShownRows = true;
      }
      const items = requireItems(answer, listing.list);
      listed.push(...items.map((item) => readRows(item, conversation, listing, answer)));
    }
    const rows = (listing.newest_first === true ? listed.toReversed() : listed).flat();
    return limit === undefined ? rows : rows.slice(-limit);
  }

  requireShownRows(conversation: string): void {
    const refusal = this.#rowsRefused.get(conversation);
    if (refusal !== undefined && (refusal.answer.status !== 404 || !this.#hasShownRows)) throw refusal;
  }

  async conversations(signal: AbortSignal): Promise<readonly string[]> {
    const listing = this.#require(this.#given.wire.conversations, "list conversations");
    const answer = await this.#calls.call(listing, this.#values({}), signal);
    return requireItems(answer, listing.list).flatMap((each) => idAt(each, listing.id) ?? []);
  }

  async models(signal: AbortSignal): Promise<readonly string[]> {
    const listing = this.#require(this.#given.wire.models, "list models");
    const answer = await this.#calls.call(listing, this.#values({}), signal);
    return requireItems(answer, listing.list).flatMap((each) => idAt(each, listing.id) ?? []);
  }

  async health(signal: AbortSignal): Promise<SeenCall> {
    const asking = this.#require(this.#given.wire.health, "report health");
    return await this.#calls.call(asking, this.#values({}), signal);
  }

  /** One call whose answer is the reply. */
  async #sendAndStream(
    sending: DescribedCall,
    { conversation, isOnOneConnection = false }: OutgoingMessage,
    values: PlaceholderValues & SaidNow,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { head, ended, read, say } = await this.#calls.begin(sending, values, signal, {
      isShared: isOnOneConnection && this.sharesConnections,
      after: (seen) =>
        this.#remember(
          idToldBy({ ...seen, body: null }, sending.told?.conversation) ?? conversation,
          values,
          seen,
        ),
    });
    const isTaken = isAccepted(head);
    const call = isTaken ? ({ kind: "call", ...head, body: null } as const) : await callOf({ head, ended });
    const told = (name: ToldIdName): string | null => idToldBy(call, sending.told?.[name]);
    return {
      call,
      isTaken,
      text: values.text,
      conversation: told("conversation") ?? conversation,
      message: told("message"),
      reply: told("reply"),
      say,
      read,
    };
  }

  /** What was said, and what its reply is called, is known to the next message. */
  #remember(conversation: string | null, said: SaidNow, seen: SeenStream): SeenStream {
    this.#lastReplies.learn(conversation, seen);
    return this.#histories.remember(conversation, said, seen);
  }

  #values(given: Known): PlaceholderValues {
    const { model, agent } = this.#given;
    const options: EngineOptions = given.place?.options ?? {};
    const { conversation } = given;
    // What is kept here alone has a name that means nothing to the back end.
    const isNameless = this.#histories.isKeptHere && this.#given.wire.conversation === undefined;
    const key = given.key ?? randomUUID();
    return {
      text: given.text,
      conversation: isNameless ? undefined : (conversation ?? undefined),
      message: given.message ?? undefined,
      reply: given.reply ?? undefined,
      last_reply: this.#lastReplies.of(conversation),
      model: given.model ?? model ?? undefined,
      agent: given.agent ?? agent,
      history: this.#histories.toldWith(conversation, { text: given.text ?? "", key }),
      options: Object.keys(options).length === 0 ? undefined : options,
      max_tokens: options["num_predict"],
      temperature: options["temperature"],
      key,
      now: new Date().toISOString(),
    };
  }

  /** What is said: with directions in it, where the stand-in is behind a wire that has no field for them. */
  #wordingOf({ text, place }: OutgoingMessage): string {
    const { wire, isStandIn } = this.#given;
    const hasDirections = Object.keys(place.options).length > 0;
    return isStandIn && hasDirections && !hasPlaceholder(wire.send, "options")
      ? `${text}\n${optionsAsText(place.options)}`
      : text;
  }

  #require<Group>(group: Group | undefined, ability: WireAbility): Group {
    if (group !== undefined) return group;
    throw new NotObservable(this.missingAbilities[ability] ?? `the wire of ${this.driver} cannot ${ability}`);
  }
}

/** Whether one WebSocket carries messages and replies of several conversations, and says which is whose. */
function carriesSeveral({ send, send_first: first = send, read, stream }: WireDescription): boolean {
  return (
    stream.channel !== undefined &&
    read === undefined &&
    send.request.startsWith("WS ") &&
    first.request === send.request &&
    !TOLD_IDS.some((id) => hasPlaceholder(send.request, id))
  );
}

/** Whether a reply's own stream says what it is called. */
function tellsReplies({ started = [] }: WireDescription["stream"]): boolean {
  return [started].flat().some(({ reply }) => reply !== undefined);
}

/** What this wire has a use for of a place. */
type PlaceInWire = Pick<PlaceDraft, "options"> & Partial<Pick<PlaceDraft, "think">>;

/** Directs the stand-in. */
const WITHOUT_THOUGHTS: EngineOptions = { stand_in_thought_tokens: 0 };

/** What a call may be about. */
interface Known {
  readonly place?: ChatPlace;
  readonly text?: string;
  readonly model?: string | undefined;
  readonly agent?: string | undefined;
  readonly conversation?: string | null;
  readonly message?: string | null;
  readonly reply?: string | null;
  readonly key?: string | undefined;
}
