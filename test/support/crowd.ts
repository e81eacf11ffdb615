import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { ACTIONS, type Asked, CHOICES, type Subject } from "./crowd-actions.ts";
import type { Dice } from "./fuzz/dice.ts";

/** A word that only one person ever says. */
export function canaryOf(user: string): string {
  return `<${user}>`;
}

/** Whose words a text has. */
export function speakersIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/<(user\d+)>/g), ([, user = ""]) => user));
}

/** What is kept of a kind of things, and whose each is. */
class Things {
  readonly #all: { readonly id: string; readonly user: string }[] = [];

  add(id: unknown, user: string): void {
    if (id !== undefined && id !== null) this.#all.push({ id: String(id), user });
  }

  /** One of that person's, or of another's; undefined where there is none. */
  pick(dice: Dice, user: string, isOwn: boolean): string | undefined {
    // Old ones are deleted mostly.
    const recent = this.#all.slice(-400).filter((thing) => (thing.user === user) === isOwn);
    return recent.length === 0 ? undefined : dice.pick(recent).id;
  }
}

/** What is wrong with an answer, in words; undefined where nothing is. */
type Verdict = string | undefined;

/** Some people who use one stack at once, each by their own token, and name what is the others' now and then. */
export class Crowd {
  readonly users: readonly string[];
  readonly #urls: { readonly hmi: string; readonly gateway: string };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #sessions = new Things();
  readonly #messages = new Things();
  readonly #profiles = new Things();
  readonly #images = new Things();
  /** How often each call was answered with each status. */
  readonly answers = new Map<string, number>();

  constructor(urls: { readonly hmi: string; readonly gateway: string }, count: number) {
    this.#urls = urls;
    this.users = Array.from({ length: count }, (_, number) => `user${number}`);
  }

  /** Their settings: a name and a token for each. */
  static peopleOf(count: number): Record<string, string> {
    return Object.fromEntries(
      Array.from({ length: count }, (_, number) => [`user${number}`, tokenOf(`user${number}`)]),
    );
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Has one of them do something; returns what is wrong with the answer. */
  async act(dice: Dice, number: number): Promise<Verdict> {
    const user = dice.pick(this.users);
    const name = dice.pick(CHOICES);
    const { needs = [], ask } = ACTIONS[name] ?? {};
    const foreign = {
      session_id: dice.chance(30),
      message_id: dice.chance(30),
      model_id: dice.chance(30),
      image_id: dice.chance(30),
    };
    const subject = {
      session_id: this.#sessions.pick(dice, user, !foreign.session_id),
      message_id: this.#messages.pick(dice, user, !foreign.message_id),
      model_id: this.#profiles.pick(dice, user, !foreign.model_id),
      image_id: this.#images.pick(dice, user, !foreign.image_id),
      message: `Say: ${number} ${canaryOf(user)}`,
      client_message_id: `key-${dice.number(200)}`,
      word: canaryOf(user),
      isEven: dice.chance(50),
    };
    const isThere = needs.every((key) => subject[key] !== undefined);
    if (ask === undefined || !isThere) return undefined;
    const asked = ask(subject as Subject);
    const isForeign = needs.some((key) => foreign[key]);
    const { status, body } = await this.#send(asked, user);
    const counted = `${name}${isForeign ? ", of another" : ""}: ${status}`;
    this.answers.set(counted, (this.answers.get(counted) ?? 0) + 1);
    this.#keep(user, body);
    const others = speakersIn(body);
    others.delete(user);
    const what = `${asked.method ?? ""} ${asked.path} by ${user}`;
    if (others.size > 0) return `${what} was answered with words of ${[...others].join(", ")}: ${body}`;
    if (isForeign && status !== 404) return `${what}, which is another's: ${status} ${body}`;
    // A machine that is busy makes one copy wait for another; whoever cancels is told so within a second.
    const isSlow = body.includes('"code":"owner_unreachable"');
    if (status >= 500 && !isSlow) return `${what}: ${status} ${body}`;
    return undefined;
  }

  /** What each has in the end. */
  async listOf(user: string): Promise<string> {
    const asked = { path: hmiRoutes.sessions.path(undefined, { limit: 500 }) };
    const { body } = await this.#send(asked, user);
    const ids: { session_id: string }[] = JSON.parse(body).sessions;
    const all = [body];
    for (const { session_id } of ids) {
      all.push((await this.#send({ path: hmiRoutes.messages.path({ session_id }) }, user)).body);
    }
    return all.join("\n");
  }

  /** Notes whatever an answer names, so that others may name it. */
  #keep(user: string, body: string): void {
    for (const [, id] of body.matchAll(/"session_id":"(\d+)"/g)) this.#sessions.add(id, user);
    for (const [, id] of body.matchAll(/"assistant_message_id":"(\d+)"/g)) this.#messages.add(id, user);
    for (const [, id] of body.matchAll(/"image_id":"(\d+)"/g)) this.#images.add(id, user);
    for (const [, id] of body.matchAll(/"model_id":(\d+)/g)) this.#profiles.add(id, user);
  }

  async #send(asked: Asked, user: string): Promise<{ status: number; body: string }> {
    const { base = "hmi", path, headers, method = asked.body === undefined ? "GET" : "POST" } = asked;
    const content = asked.body === undefined ? undefined : JSON.stringify(asked.body);
    const type = content === undefined ? {} : { "content-type": "application/json" };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    const outgoing = request(this.#urls[base] + path, {
      method,
      agent: this.#agent,
      headers: { ...type, ...headers, ...bearerHeader(tokenOf(user)) },
    });
    outgoing.on("error", reject).on("response", (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    outgoing.end(content);
    return await promise;
  }
}

function tokenOf(user: string): string {
  return `token-of-${user}`;
}
