import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, vi } from "vitest";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { Follower } from "./follower.ts";
import { startTestEngine } from "./gateway.ts";
import { type Answer, call } from "./http.ts";
import { freePorts } from "./ports.ts";
import { rounds } from "./rounds.ts";
import { type ServiceProcess, startService } from "./service-process.ts";
import { type HmiClient, hmiClient } from "./stack.ts";
import { tempFolder } from "./temp.ts";

/** Which service is killed, how long after the messages of its round were sent, and what they ask for. */
export interface Kill {
  readonly victim: "gateway" | "hmi";
  readonly afterMs: number;
  /** How long each conversation's reply is, in words; null where its last message is answered again instead. */
  readonly words: readonly (number | null)[];
}

const TOKEN_DELAY_MS = 3;
const SAVE_EVERY_MS = 20;

/** What a loaded machine may add to the time between two saves. */
const SLACK_MS = 400;

/** Conversations that speak at once. */
export const CONVERSATIONS = rounds(3, 41);

export const anyKill: fc.Arbitrary<Kill> = fc.noBias(
  fc.record({
    victim: fc.constantFrom("gateway", "hmi"),
    afterMs: fc.nat(120),
    words: fc.array(fc.constantFrom(0, 5, 15, 40, null, null), {
      minLength: CONVERSATIONS,
      maxLength: CONVERSATIONS,
    }),
  }),
);

/** A model that thinks before it answers. */
const MODEL = "qwen3:8b";

/** A message on its way through a kill. */
interface Exchange {
  readonly sessionId: string;
  readonly content: string;
  readonly key: string;
  /** The answer to its POST, once there was one. */
  answer?: Answer;
  follower?: Follower;
}

/** A stack of processes, of which one is killed in each round and started again on its store and port. */
export class KilledStack {
  readonly #folder = tempFolder();
  readonly #settings: Record<string, string>;
  readonly #processes = new Map<Kill["victim"], ServiceProcess>();
  readonly #sessions: string[] = [];
  readonly #exchanges: Exchange[] = [];
  /** How many replies were to be written anew. */
  #answeredAgain = 0;
  readonly #hmi: HmiClient & { readonly url: string };

  private constructor(engine: string, [hmi = 0, gateway = 0]: readonly number[]) {
    const url = `http://127.0.0.1:${hmi}`;
    this.#hmi = { ...hmiClient(url), url };
    this.#settings = {
      STACK_HMI_PORT: String(hmi),
      STACK_GATEWAY_PORT: String(gateway),
      STACK_ENGINE_URL: engine,
      STACK_STORE_PATH: "chat.db",
      STACK_CHAT_MODEL: MODEL,
      STACK_STREAM_SAVE_EVERY_MS: String(SAVE_EVERY_MS),
    };
  }

  static async start(): Promise<KilledStack> {
    const engine = await startTestEngine({ tokenDelayMs: TOKEN_DELAY_MS });
    const stack = new KilledStack(engine, await freePorts(2));
    await Promise.all([stack.#startService("gateway"), stack.#startService("hmi")]);
    for (let made = 0; made < CONVERSATIONS; made += 1) {
      stack.#sessions.push((await stack.#hmi.newSession()).session_id);
    }
    return stack;
  }

  /** Sends or has answered again in all conversations, kills, starts again, and judges what is left. */
  async round({ victim, afterMs, words }: Kill): Promise<void> {
    const again = this.#sessions.filter(
      (sessionId, index) => words[index] === null && this.#hasReply(sessionId),
    );
    const exchanges = this.#sessions.flatMap((sessionId, index) =>
      again.includes(sessionId) ? [] : [this.#newExchange(sessionId, words[index] ?? 0)],
    );
    const before = new Map(await Promise.all(again.map(async (id) => [id, await this.#said(id)] as const)));
    this.#answeredAgain += again.length;
    const traffic = Promise.all([
      ...exchanges.map((exchange) => this.#sendAndRead(exchange)),
      ...again.map((sessionId) => this.#regenerate(sessionId)),
    ]);
    await sleep(afterMs);
    await this.#processes.get(victim)?.end("SIGKILL");
    const killedAt = performance.now();
    await traffic;
    await this.#startService(victim);
    await Promise.all(exchanges.map((exchange) => this.#recover(exchange, killedAt)));
    for (const [sessionId, rows] of before) await this.#expectReplyKept(sessionId, rows);
  }

  /**
   * All that was acknowledged in all rounds is there, once, with its own reply. Returns how many messages that were,
   * with the replies that were to be written anew.
   */
  async judgeAll(): Promise<number> {
    for (const sessionId of this.#sessions) {
      const said = await this.#said(sessionId);
      const own = this.#exchanges.filter((exchange) => exchange.sessionId === sessionId);
      expect(said.map(({ content, status }) => [content, status])).toEqual(
        own.flatMap(({ content }) => [
          [content, "complete"],
          [replyTo(content), "complete"],
        ]),
      );
    }
    return this.#exchanges.filter(({ answer }) => answer !== undefined).length + this.#answeredAgain;
  }

  async #startService(name: Kill["victim"]): Promise<void> {
    this.#processes.set(name, await startService(name, this.#folder, this.#settings));
  }

  async #said(sessionId: string): Promise<Message[]> {
    return (await this.#hmi.messages(sessionId)).filter((row) => row.message_type === "chat");
  }

  #hasReply(sessionId: string): boolean {
    return this.#exchanges.some((exchange) => exchange.sessionId === sessionId);
  }

  /** Has the last reply written anew, until its end, or the end of a service. */
  async #regenerate(session_id: string): Promise<void> {
    const path = hmiRoutes.regenerate.path({ session_id });
    const answer = await call(this.#hmi.url, path, { method: "POST" }).catch(ignoreCut);
    if (answer === undefined) return;
    expect(answer.status, answer.body).toBe(200);
    await this.#followerOf(session_id).follow().catch(ignoreCut);
  }

  /** The conversation is as it was, its last reply the same as before or another version that is as whole. */
  async #expectReplyKept(sessionId: string, before: readonly Message[]): Promise<void> {
    const rows = await vi.waitFor(
      async () => {
        const now = await this.#said(sessionId);
        expect(now.at(-1)?.status).not.toBe("streaming");
        return now;
      },
      { timeout: 20_000, interval: 10 },
    );
    expect(rows.slice(0, -1)).toEqual(before.slice(0, -1));
    const [earlier, last] = [before.at(-1), rows.at(-1)];
    expect(last).toMatchObject({
      status: "complete",
      content: earlier?.content,
      thinking: earlier?.thinking,
    });
    if (last?.message_id === earlier?.message_id)
      expect({ ...last, versions: [] }).toEqual({ ...earlier, versions: [] });
    expect(last?.versions).toEqual(expect.arrayContaining(earlier?.versions ?? []));
    const count = rows.reduce((sum, { versions }) => sum + versions.length, 0);
    expect((await this.#hmi.session(sessionId)).message_count).toBe(count);
  }

  #newExchange(sessionId: string, words: number): Exchange {
    const number = this.#exchanges.length;
    const content = `Say: reply ${number}:${" wörd 🏛️".repeat(words)}`;
    const exchange = { sessionId, content, key: `key-${number}` };
    this.#exchanges.push(exchange);
    return exchange;
  }

  /** Until the end of the reply, or of a service. */
  async #sendAndRead(exchange: Exchange): Promise<void> {
    await this.#send(exchange).catch(ignoreCut);
    await exchange.follower?.follow().catch(ignoreCut);
  }

  async #send(exchange: Exchange): Promise<void> {
    const { sessionId, content, key } = exchange;
    const answer = await this.#hmi.post({ session_id: sessionId, message: content, client_message_id: key });
    expect(answer.status, answer.body).toBe(200);
    if (exchange.answer !== undefined) expect(answer.json).toEqual(exchange.answer.json);
    exchange.answer = answer;
    exchange.follower ??= this.#followerOf(sessionId);
  }

  #followerOf(session_id: string): Follower {
    return new Follower(this.#hmi.url, hmiRoutes.stream.path({ session_id }));
  }

  async #recover(exchange: Exchange, killedAt: number): Promise<void> {
    // What was acknowledged is taken for the same message, and what was not is sent now.
    await this.#send(exchange);
    const follower = exchange.follower ?? this.#followerOf(exchange.sessionId);
    if (follower.state !== "done") await follower.follow();
    const reply = await this.#settledReply(exchange);
    judgeReply(reply, exchange.content, follower, killedAt);
    if (reply.status !== "complete") await this.#answerAgain(exchange);
  }

  /** The exchange's reply, once it is not streaming any more. */
  async #settledReply({ sessionId, content }: Exchange): Promise<Message> {
    return await vi.waitFor(
      async () => {
        const rows = await this.#hmi.messages(sessionId);
        expect(rows.filter((row) => row.content === content && row.role === "user")).toHaveLength(1);
        const [user, reply] = rows.filter((row) => row.message_type === "chat").slice(-2);
        expect(user?.content).toBe(content);
        expect(reply?.status).not.toBe("streaming");
        if (reply === undefined) throw new Error("There is no reply.");
        return reply;
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  async #answerAgain({ sessionId, content }: Exchange): Promise<void> {
    const path = hmiRoutes.regenerate.path({ session_id: sessionId });
    const answer = await call(this.#hmi.url, path, { method: "POST" });
    expect(answer.status, answer.body).toBe(200);
    const follower = this.#followerOf(sessionId);
    await follower.follow();
    expect([follower.text, follower.events.at(-1)]).toEqual([
      replyTo(content),
      { type: "done", finish_reason: "stop" },
    ]);
  }
}

/** What the stand-in's thinking model thinks of a message begins so. */
const THOUGHT = 'They wrote "';

function replyTo(content: string): string {
  return content.replace("Say: ", "");
}

/** What is saved is what was sent, up to a moment before the kill at least. */
function judgeReply(reply: Message, asked: string, follower: Follower, killedAt: number): void {
  const whole = replyTo(asked);
  expect(reply.status).toMatch(/^(complete|interrupted|error)$/);
  expect(reply.content).toBe(reply.status === "complete" ? whole : whole.slice(0, reply.content.length));
  expect(follower.state).toBe("done");
  expect(findGrammarFault(follower.events)).toBeUndefined();
  if (reply.status !== "interrupted") expect(follower.text).toBe(reply.content);
  expect(whole.startsWith(follower.text)).toBe(true);
  const thinking = reply.thinking ?? "";
  expect(THOUGHT.startsWith(thinking.slice(0, THOUGHT.length))).toBe(true);
  if (reply.content !== "") expect(thinking).toMatch(/^They wrote ".*"\. My script knows the answer\.$/su);
  if (reply.status !== "interrupted") expect(follower.thoughts).toBe(thinking);
  const long = follower.times.filter((time) => time < killedAt - SAVE_EVERY_MS - SLACK_MS).length;
  const seenLongBefore = follower.events.slice(0, long);
  const text = seenLongBefore.map((event) => (event.type === "token" ? event.content : "")).join("");
  expect(reply.content.startsWith(text), "what was sent long before the kill is saved").toBe(true);
}

/** The services are killed while they answer. */
function ignoreCut(error: unknown): void {
  const isCut = error instanceof Error && /ECONNRE|socket hang up|aborted|terminated/.test(error.message);
  if (!isCut) throw error;
}
