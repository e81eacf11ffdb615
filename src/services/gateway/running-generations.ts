import type { StreamSettings } from "../../config/config-schema.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { Draining } from "../http/draining.ts";
import {
  type GenerationDirectory,
  type GenerationKey,
  HeldElsewhere,
} from "../replicas/generation-directory.ts";
import type { OtherReplica } from "../replicas/replica-call-forwarder.ts";
import { whenReadersGone } from "../stream/reader-gone.ts";
import { FinishedLogs } from "../stream/retain-finished-logs.ts";
import { FastReplyThrottle } from "./fast-reply-throttle.ts";
import { GatewayGeneration, type GenerationSettings } from "./gateway-generation.ts";

interface GenerationsSettings extends Omit<GenerationSettings, "onEnd" | "caller" | "starting"> {
  readonly stream: StreamSettings;
  /** Where it is looked up which gateway has a generation, and said which this one has. */
  readonly directory: GenerationDirectory;
  /** Whether it takes new ones still. */
  readonly draining: Pick<Draining, "begin">;
}

/** The generations that run, and the finished ones that are kept for late readers. */
export class RunningGenerations {
  readonly #settings: GenerationsSettings;
  /** All of them, by the reply that they write: several, where several callers gave the same key. */
  readonly #byMessage = new Map<string, readonly GatewayGeneration[]>();
  /** The last of each conversation. */
  readonly #bySession = new Map<string, GatewayGeneration>();
  readonly #finished: FinishedLogs;
  readonly #starting = new FastReplyThrottle();

  constructor(settings: GenerationsSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings.stream);
  }

  get activeCount(): number {
    return this.#all().filter((generation) => !generation.log.ended).length;
  }

  /** Whether any is written, or read. */
  get areInUse(): boolean {
    return this.#all().some(({ log }) => !log.ended || log.readerCount > 0);
  }

  /**
   * The generation of this request: a new one, or where the same was sent before, the one that it started. Throws
   * `key_reused` where its key was sent with another question, `generation_in_progress` while another message of the
   * conversation is answered, `draining` where this gateway is being stopped, and a {@link HeldElsewhere} where one
   * of both is known to another gateway.
   *
   * @param caller Who asks, where that is a person with a token of their own: the keys of one are no keys of another,
   * or anybody could use up those that the HMI will give to others' replies.
   */
  async start(request: ChatRequest, caller?: string): Promise<GatewayGeneration> {
    return await this.#start(request, caller, () => this.#sameAs(request, caller));
  }

  /**
   * The generation of a reply that waits in the store; undefined where none waits that is meant. What two readers load from
   * there may differ in how much of the history has room, and is one request all the same. A reply that is named is claimed
   * while it is read what it answers. Throws as {@link start}.
   *
   * @param read gives the request for the reply that the conversation waits for
   */
  async startPending(
    sessionId: string,
    messageId: string | undefined,
    read: () => Promise<ChatRequest | undefined>,
  ): Promise<GatewayGeneration | undefined> {
    if (messageId !== undefined) return await this.#startWaiting({ sessionId, messageId }, read);
    const request = await read();
    return request && (await this.#start(request, undefined, () => this.#pending(request)));
  }

  /** Throws a {@link HeldElsewhere} where another gateway has the conversation's running generation, its last, or that of a reply. */
  async requireHere(sessionId: string, messageId?: string): Promise<void> {
    const holder = await this.#settings.directory.find(sessionId, messageId);
    if (holder !== undefined) throw new HeldElsewhere(holder);
  }

  /** The conversation's running or kept generation: its last, or that of a reply. */
  find(sessionId: string, messageId?: string): GatewayGeneration | undefined {
    if (messageId === undefined) return this.#bySession.get(sessionId);
    return this.#byMessage.get(messageId)?.find((generation) => generation.sessionId === sessionId);
  }

  /** Stops the engine's work for all of them, for a shutdown: readers are told no end, as after a crash. */
  close(): void {
    for (const generation of this.#all()) generation.leave();
    this.#byMessage.clear();
    this.#bySession.clear();
  }

  async #start(
    request: ChatRequest,
    caller: string | undefined,
    known: () => GatewayGeneration | undefined,
  ): Promise<GatewayGeneration> {
    const before = known();
    if (before !== undefined) return before;
    return await this.#settings.draining.begin(() => this.#claimAndBegin(request, caller, known));
  }

  async #startWaiting(
    key: GenerationKey,
    read: () => Promise<ChatRequest | undefined>,
  ): Promise<GatewayGeneration | undefined> {
    const { draining, directory } = this.#settings;
    return await draining.begin(async () => {
      // What is read takes longer to be made a prompt of than the claim takes.
      const [reading, claiming] = await Promise.allSettled([read(), directory.claimWaiting(key)]);
      const request = reading.status === "fulfilled" ? reading.value : undefined;
      if (request?.message_id !== key.messageId) {
        if (claiming.status === "fulfilled" && claiming.value === undefined) this.#giveUp(key);
        if (reading.status === "rejected") throw reading.reason;
        return undefined;
      }
      if (claiming.status === "rejected") throw claiming.reason;
      const known = () => this.#pending(request);
      if (claiming.value === "not waiting") return await this.#claimAndBegin(request, undefined, known);
      return this.#beginClaimed(request, undefined, { holder: claiming.value, known });
    });
  }

  async #claimAndBegin(
    request: ChatRequest,
    caller: string | undefined,
    known: () => GatewayGeneration | undefined,
  ): Promise<GatewayGeneration> {
    const key = { sessionId: request.session_id, messageId: request.message_id };
    const holder = await this.#settings.directory.claim(key);
    return this.#beginClaimed(request, caller, { holder, known });
  }

  #beginClaimed(
    request: ChatRequest,
    caller: string | undefined,
    { holder, known }: { holder: OtherReplica | undefined; known: () => GatewayGeneration | undefined },
  ): GatewayGeneration {
    if (holder !== undefined) throw new HeldElsewhere(holder);
    try {
      // Another request may have come first meanwhile.
      return known() ?? this.#begin(request, caller);
    } catch (error) {
      this.#giveUp({ sessionId: request.session_id, messageId: request.message_id });
      throw error;
    }
  }

  /** Gives up a claim of which nothing has become. */
  #giveUp(key: GenerationKey): void {
    if (this.find(key.sessionId, key.messageId) === undefined) this.#tell("forget", key);
  }

  /** The generation of a request that waits in the store, where it has been started. Throws as {@link start}. */
  #pending(request: ChatRequest): GatewayGeneration | undefined {
    return this.find(request.session_id, request.message_id) ?? this.#sameAs(request, undefined);
  }

  /** The generation that the same request has started. Throws where another one is in its way. */
  #sameAs(request: ChatRequest, caller: string | undefined): GatewayGeneration | undefined {
    const { message_id: messageId } = request;
    const sameKey = this.#byMessage.get(messageId) ?? [];
    const same = sameKey.find((generation) => generation.answers(request));
    if (same !== undefined) return same;
    if (sameKey.some((used) => used.caller === caller || used.sessionId === request.session_id)) {
      throw new WireError(
        "key_reused",
        `The message_id "${messageId}" was used for another text, model, history or conversation.`,
        "Give each reply a key of its own.",
      );
    }
    const present = this.#bySession.get(request.session_id);
    if (present === undefined || present.log.ended) return undefined;
    throw new WireError(
      "generation_in_progress",
      `Conversation "${request.session_id}" is still answering message "${present.messageId}".`,
      "Wait for its end, or cancel it.",
    );
  }

  #begin(request: ChatRequest, caller: string | undefined): GatewayGeneration {
    const { message_id: messageId } = request;
    const { access, stream, metrics, logger, directory } = this.#settings;
    const onEnd = (ended: GatewayGeneration): void => this.#keep(ended);
    const generation = new GatewayGeneration(request, {
      access,
      stream,
      metrics,
      logger,
      caller,
      onEnd,
      starting: this.#starting,
    });
    this.#byMessage.set(messageId, [...(this.#byMessage.get(messageId) ?? []), generation]);
    this.#bySession.set(request.session_id, generation);
    // Where another HMI may come for it, it has that much longer.
    const graceMs = stream.orphan_grace_ms + directory.takeOverMs;
    whenReadersGone(generation.log, graceMs, () => generation.cancel());
    return generation;
  }

  #all(): GatewayGeneration[] {
    return [...this.#byMessage.values()].flat();
  }

  /** What other gateways are not told now ends with this one's lease, at the latest. */
  #tell(what: "end" | "forget", key: GenerationKey): void {
    this.#settings.directory[what](key).catch((error: unknown) => {
      this.#settings.logger.warn({ err: error, what }, "other gateways could not be told of a generation");
    });
  }

  #keep(generation: GatewayGeneration): void {
    const { sessionId, messageId, log } = generation;
    this.#tell("end", { sessionId, messageId });
    this.#finished.keep(log, () => {
      this.#tell("forget", { sessionId, messageId });
      const others = this.#byMessage.get(messageId)?.filter((other) => other !== generation) ?? [];
      if (others.length > 0) this.#byMessage.set(messageId, others);
      else this.#byMessage.delete(messageId);
      if (this.#bySession.get(sessionId) === generation) this.#bySession.delete(sessionId);
    });
  }
}
