import { setTimeout as delay } from "node:timers/promises";
import { engineShare, isOneCallOf } from "../checks/sla/engine-share.ts";
import { isWholeEnding, lastWord } from "../checks/stream-endings.ts";
import type { Pace } from "../harness/load-report.ts";
import type { ChatClient, ChatPlace } from "../targets/drivers/chat-client.ts";
import { failureOf } from "../targets/drivers/reply-facts.ts";
import { replyNameOf } from "../targets/drivers/reply-name.ts";
import { endReply } from "../targets/end-reply.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { answerCode, failureCode, thrownCode } from "./failure-code.ts";
import type { StepRecord } from "./step-record.ts";
import type { UserConversations } from "./user-conversations.ts";

/** What all users of a process share. */
export interface UserWorld {
  readonly pace: Pace;
  /** When the run ends: nothing is sent after that. In milliseconds after its start. */
  readonly end: number;
  /** Milliseconds after the start of the run. */
  now(): number;
  /** Where something is recorded that is due, or comes, at this time; undefined where nothing is measured then. */
  recordAt(time: number): StepRecord | undefined;
  /** Counts that a message was under way from one time to another, in whatever steps that was. */
  countUnderWay(from: number, to: number): void;
}

/** One user of a load run. */
export interface UserPlan {
  /** Counted from 1, over all processes. */
  readonly number: number;
  /** When the user comes, in milliseconds after the start of the run. */
  readonly joinsAt: number;
  /** When the first message is due, in milliseconds after the start of the run. */
  readonly firstDue: number;
}

/** Who talks, and where. */
interface UserVoice {
  readonly chat: ChatClient;
  readonly place: ChatPlace;
  readonly conversations: UserConversations;
}

/** A message that is due, and what came of it so far. */
interface Saying {
  /** By the user's own times: everything is timed from here, not from when it could be sent. */
  readonly due: number;
  readonly record: StepRecord | undefined;
  firstTokenAt: number | null;
  lastTokenAt: number;
  tokens: number;
  arrivals: number;
}

/** Who says that a reply must end, whoever it is for, may wait this long for it to do so, in milliseconds. */
const CANCEL_TIMEOUT_MS = 5_000;

/** A back end that fails at once is not asked more often than this, in milliseconds. */
const FAILED_PAUSE_MS = 100;

/**
 * One user, who sends a message when it is due, and reads its reply. Times count from when a message was due: a user
 * who must wait for the reply before sends late, and has waited all that time (no coordinated omission).
 */
export class VirtualUser {
  readonly #plan: UserPlan;
  readonly #world: UserWorld;
  readonly #voice: UserVoice;
  readonly #stopping = new AbortController();
  #cancelRunning: (() => void) | undefined;

  constructor(plan: UserPlan, world: UserWorld, voice: UserVoice) {
    this.#plan = plan;
    this.#world = world;
    this.#voice = voice;
  }

  /** True while a message is on its way, or its reply. */
  get isTalking(): boolean {
    return this.#cancelRunning !== undefined;
  }

  /** Sends and reads until the run ends or {@link stop} is called. Never rejects. */
  async run(): Promise<void> {
    const { pace, end, now } = this.#world;
    let due = this.#plan.firstDue;
    await this.#waitUntil(this.#plan.joinsAt);
    for (let count = 1; due < end && !this.#stopping.signal.aborted; count += 1) {
      await this.#voice.conversations.prepare();
      await this.#waitUntil(due);
      if (this.#stopping.signal.aborted || now() >= end) break;
      const isFine = await this.#say(due, count);
      due = pace.model === "timetable" ? due + pace.every_ms : now() + pace.every_ms;
      if (!isFine) await this.#waitUntil(now() + FAILED_PAUSE_MS);
    }
    // What the timetable still had: it would have been late, and nobody else tells.
    if (pace.model === "timetable") this.#countUnsent(due);
    await this.#voice.conversations.close();
  }

  /** Ends the user: the reply that runs is cancelled, and counts as unfinished. */
  stop(): void {
    this.#stopping.abort();
    this.#cancelRunning?.();
  }

  #countUnsent(first: number): void {
    const { pace, end, now } = this.#world;
    const until = Math.min(end, now());
    for (let due = first; due < until; due += pace.every_ms) {
      const record = this.#world.recordAt(due);
      record?.ended("unsent");
      this.#world.countUnderWay(due, now());
      this.#recordAtLeast(record, due);
    }
  }

  /** Of what did not come, the time is known that it took at least. */
  #recordAtLeast(record: StepRecord | undefined, due: number, hasBegun = false): void {
    const waited = this.#world.now() - due;
    if (!hasBegun) record?.time("first_token_ms", waited);
    record?.time("reply_ms", waited);
  }

  /** Says something, and hears the reply to its end; false where it failed at once. */
  async #say(due: number, count: number): Promise<boolean> {
    const { conversations, chat, place } = this.#voice;
    const { now } = this.#world;
    const record = this.#world.recordAt(due);
    const giveUp = new AbortController();
    let isCancelled = false;
    let cancel = (): void => undefined;
    this.#cancelRunning = () => {
      isCancelled = true;
      setTimeout(() => giveUp.abort(), CANCEL_TIMEOUT_MS).unref();
      cancel();
    };
    try {
      conversations.requirePrepared();
      const sentAt = now();
      record?.time("wait_ms", sentAt - due);
      const text = `Count to 100. This is message ${count} of user ${this.#plan.number}.`;
      const sent = await chat.send({ place, conversation: conversations.current, text }, giveUp.signal);
      const acceptedAt = now();
      if (sent.conversation !== null) conversations.learn(sent.conversation);
      if (!sent.isTaken) {
        record?.ended("failed", answerCode(sent.call));
        return false;
      }
      const saying: Saying = { due, record, firstTokenAt: null, lastTokenAt: 0, tokens: 0, arrivals: 0 };
      const name = replyNameOf(sent);
      const listen = this.#listener(saying);
      const reading = sent.read({
        signal: giveUp.signal,
        onFact(fact) {
          name.learn(fact);
          listen(fact);
        },
      });
      cancel = () => {
        const conversation = conversations.current;
        void endReply(chat, { ...name.told(), conversation }, reading, giveUp.signal);
      };
      if (isCancelled) cancel();
      const stream = await reading.ended;
      if (!isOneCallOf(sent, stream)) record?.time("accepted_ms", acceptedAt - sentAt);
      this.#conclude(saying, stream, { sentAt, isCancelled });
      return true;
    } catch (error) {
      conversations.abandon();
      if (isCancelled) {
        record?.ended("unfinished");
        this.#recordAtLeast(record, due);
      } else {
        record?.ended("failed", thrownCode(error));
      }
      return false;
    } finally {
      this.#world.countUnderWay(due, now());
      this.#cancelRunning = undefined;
    }
  }

  /** Hears tokens as they come; those that come together are one arrival. */
  #listener(saying: Saying): (fact: SeenStream["facts"][number]) => void {
    const { now } = this.#world;
    const isPushed = this.#isPushed;
    let isTogether = false;
    return (fact) => {
      if (fact.kind === "started" && fact.conversation !== null) {
        this.#voice.conversations.learn(fact.conversation);
      }
      if (fact.kind !== "text") return;
      const at = now();
      // What is asked for again and again comes in as many pieces as it is asked for.
      if (isPushed) this.#world.recordAt(at)?.token();
      saying.tokens += 1;
      if (isTogether) return;
      isTogether = true;
      // What one chunk tells is told in one go.
      queueMicrotask(() => {
        isTogether = false;
      });
      saying.arrivals += 1;
      if (saying.firstTokenAt === null) {
        saying.firstTokenAt = at;
        saying.record?.time("first_token_ms", at - saying.due);
      } else if (isPushed) {
        saying.record?.time("gap_ms", at - saying.lastTokenAt);
      }
      saying.lastTokenAt = at;
    };
  }

  /** Whether words come as they are written, so that their pace is the reply's. */
  get #isPushed(): boolean {
    return this.#voice.chat.missingAbilities["push replies"] === undefined;
  }

  #conclude(
    saying: Saying,
    stream: SeenStream,
    { sentAt, isCancelled }: { readonly sentAt: number; readonly isCancelled: boolean },
  ): void {
    const { record, due, firstTokenAt } = saying;
    const word = lastWord(stream);
    if (isCancelled) {
      record?.ended("unfinished");
      this.#recordAtLeast(record, due, firstTokenAt !== null);
      return;
    }
    const failure = failureOf(stream);
    if (failure !== undefined || (word.startsWith("done") && !isWholeEnding(word))) {
      record?.ended("failed", failureCode(failure) ?? word);
      return;
    }
    if (!isWholeEnding(word)) {
      record?.ended("cut");
      return;
    }
    if (firstTokenAt === null) {
      record?.ended("failed", "no text");
      return;
    }
    record?.ended("done");
    record?.time("reply_ms", this.#world.now() - due);
    if (saying.arrivals > 1 && this.#isPushed) {
      record?.time("token_ms", (saying.lastTokenAt - firstTokenAt) / Math.max(1, saying.tokens - 1));
    }
    const share = engineShare(stream);
    if (share === null) return;
    record?.time("engine_first_token_ms", share.first_token_ms);
    record?.time("other_first_token_ms", firstTokenAt - sentAt - share.first_token_ms);
    if (share.gap_ms !== null) record?.time("engine_gap_ms", share.gap_ms);
  }

  async #waitUntil(time: number): Promise<void> {
    const { signal } = this.#stopping;
    const ms = time - this.#world.now();
    if (ms > 0 && !signal.aborted) await delay(ms, undefined, { signal }).catch(() => undefined);
  }
}
