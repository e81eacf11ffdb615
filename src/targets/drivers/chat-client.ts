import type { EngineOptions, Think } from "../../contract/gateway-schemas.ts";
import type { SeenCall, SeenStream } from "../http-client.ts";
import type { SeenRow, TimedFact } from "./reply-facts.ts";

/** What not every wire can do. */
export type WireAbility =
  /** Profiles, whose instructions and options go with every message. */
  | "keep profiles"
  /** It shows what was said in a conversation. */
  | "show rows"
  | "list conversations"
  | "delete conversations"
  /** A running reply can be ended by whoever asked for it. */
  | "cancel"
  /** The reply's stream can be asked for by somebody else, or a second time. */
  | "read a reply again"
  /** Where a reply is told has an address of its own, at which somebody else can listen while it is written. */
  | "listen to a reply"
  | "list models"
  /** A message can say which model it is for. */
  | "choose a model"
  | "report health"
  /** What is saved is kept by the back end; a wire without it is told the whole conversation each time. */
  | "remember conversations"
  /** The engine's options reach it: by a field of their own, or by the profile. */
  | "hand options on"
  /** A reply goes on where its reader leaves: that is not how it is ended. */
  | "outlive its reader"
  /** What a model thinks is told apart from what it says. */
  | "tell thoughts"
  /** A reply that fails says so in its stream. */
  /** A reply is cancelled by a call of its own, which anybody can make, and again. */
  | "cancel by a call"
  | "tell failures"
  /** A reply comes by itself as it is written: one that is polled is as fast as it is asked for, and one answer is there when all is. */
  | "push replies";

/** Something to talk about, with what the engine is told of it. */
export interface PlaceDraft {
  /** A word by which a person can tell where it comes from. */
  readonly name: string;
  /** Why it is there, for whoever finds it. */
  readonly description: string;
  readonly instructions: string;
  readonly options: EngineOptions;
  readonly think: Think;
}

/** Where messages are sent: a profile, on a wire that has profiles; else only what goes with each message. */
export interface ChatPlace {
  /** The profile's key; null where there is none. */
  readonly modelId: number | null;
  readonly options: EngineOptions;
}

/** A message that is to be sent. */
export interface OutgoingMessage {
  readonly place: ChatPlace;
  /** Null begins one, or whatever the back end takes null for. */
  readonly conversation: string | null;
  readonly text: string;
  /** By the engine's name; undefined for the default. */
  readonly model?: string | undefined;
  /** True where the profile is named beside its conversation, too, as a person may. */
  readonly saysProfile?: boolean;
  /** True where what a page asks for beside the reply, such as a title, is asked for too. */
  readonly asksAsPage?: boolean;
  /** Whom it is for, on a wire that has agents; undefined for the default. */
  readonly agent?: string | undefined;
  /** True where it is said on the connection of others that are being answered, if the wire has such. */
  readonly isOnOneConnection?: boolean;
}

/** What became of a message that was sent. */
export interface Sent {
  /** The call that carried it. Where its answer is the stream, what was known when that began. */
  readonly call: Omit<SeenCall, "said">;
  /** What was said: the text, and what directs the engine in it, where nothing else reaches it. */
  readonly text: string;
  /** False where it was refused; `call` has the answer's own words. */
  readonly isTaken: boolean;
  /** Null where it was not told before the stream. */
  readonly conversation: string | null;
  readonly message: string | null;
  readonly reply: string | null;
  /** Where its reply comes on a WebSocket: says something more there. False where that is not open. */
  readonly say?: SayOnSocket | undefined;
  /** The word that was made up for this message alone, on a wire that has a use for one. */
  readonly key?: string | undefined;
  /** Reads its reply. Where the sending call is the stream, once; what has come already is told first. */
  read(options: ReadOptions): Reading;
}

export interface ReadOptions {
  /** Ends the reading, by closing the connection. */
  readonly signal: AbortSignal;
  readonly onFact?: (fact: TimedFact) => void;
}

/** One reply while it is read. */
export interface Reading {
  /** The whole stream once it has ended in any way. Times in it count from when the stream was asked for. */
  readonly ended: Promise<SeenStream>;
  /** Closes the connection, as a closed tab does. */
  leave(): void;
}

/** Says something on the WebSocket of a reply; false where that is not open. */
export type SayOnSocket = (body: unknown) => boolean;

/** A reply, by whatever of its names is known. */
export interface NamedReply {
  readonly conversation: string | null;
  readonly message?: string | null;
  readonly reply?: string | null;
  /** For whoever has asked for it, as of {@link Sent}. */
  readonly say?: SayOnSocket | undefined;
  /** That of its message. */
  readonly key?: string | undefined;
}

/**
 * What became of a cancel: what its call was answered; `said` where it was said on a WebSocket, where the end of the reply is
 * the only answer; null where that is done by closing the connection.
 */
export type CancelOutcome = SeenCall | "said" | null;

/**
 * Talks to a stack as a person does, by whatever wire the stack speaks: it sends messages, and decodes replies into facts
 * that are the same for all wires, any of which may be missing. A method for what is in `missingAbilities` throws
 * {@link NotObservable} with its reason. What was answered and cannot be understood is an Error that quotes it.
 */
export interface ChatClient {
  /** The driver's name. */
  readonly driver: string;
  /** What the wire cannot do, each with which call or field is missing and the setting that would supply it. */
  readonly missingAbilities: Readonly<Partial<Record<WireAbility, string>>>;
  /** For whom the back end takes the caller, where what it gave at the login says so. */
  readonly account?: string | undefined;
  /** Whether messages of several conversations can be said on one connection. */
  readonly sharesConnections?: boolean;
  /** Of a reply that is asked for again and again: how long what is told of it may wait, in milliseconds. */
  readonly pollsEveryMs?: number | undefined;
  openPlace(draft: PlaceDraft, signal: AbortSignal): Promise<ChatPlace>;
  /** Deletes it with all that was said there. */
  closePlace(place: ChatPlace, signal: AbortSignal): Promise<void>;
  /** Makes a conversation; null where a message to none begins one. */
  openConversation(place: ChatPlace, signal: AbortSignal): Promise<string | null>;
  deleteConversation(conversation: string, signal: AbortSignal): Promise<void>;
  send(message: OutgoingMessage, signal: AbortSignal): Promise<Sent>;
  /** Reads a conversation's reply, running or ended, as somebody who did not ask for it. */
  readAgain(reply: NamedReply, options: ReadOptions): Reading;
  /** Whether a cancel of it needs a name that its stream has yet to tell; left out: never. */
  awaitsName?(reply: NamedReply): boolean;
  /** Ends a reply. */
  cancel(reply: NamedReply, signal: AbortSignal): Promise<CancelOutcome>;
  /** What was said, oldest first; with a limit, this many of the newest where the wire can say so. */
  rows(conversation: string, signal: AbortSignal, limit?: number): Promise<readonly SeenRow[]>;
  /**
   * For whoever found no rows where there must be some: throws the refusal that stood in their place, where that was an error, or no
   * conversation was ever shown. Then it may as well be the call that is wrong.
   */
  requireShownRows?(conversation: string): void;
  /** The conversations' ids. */
  conversations(signal: AbortSignal): Promise<readonly string[]>;
  /** The engine's models, by the names that a message is told. */
  models(signal: AbortSignal): Promise<readonly string[]>;
  health(signal: AbortSignal): Promise<SeenCall>;
}
