import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors/thrown-error.ts";
import type { ServiceEvent } from "../supervisor-protocol.ts";

/** How patient a webhook is; in milliseconds. */
export interface WebhookTimes {
  readonly timeoutMs: number;
  /** Before the second trial; doubled for each one after. */
  readonly backoffMs: number;
}

const USUAL_TIMES: WebhookTimes = { timeoutMs: 5000, backoffMs: 1000 };
const MOST_TRIALS = 4;
/** Events that wait while nobody takes them; the oldest are given up first. */
const MOST_WAITING = 100;

/**
 * Posts events to a URL as JSON, one after the other, in order. Nobody waits for it, and what it cannot deliver it
 * gives up with a word. The URL may hold a secret, so that only its host is ever named.
 */
export class EventWebhook {
  readonly #url: URL;
  readonly #say: (text: string) => void;
  readonly #times: WebhookTimes;
  readonly #waiting: ServiceEvent[] = [];
  #isPosting = false;

  constructor(url: string, say: (text: string) => void, times: WebhookTimes = USUAL_TIMES) {
    this.#url = new URL(url);
    this.#say = say;
    this.#times = times;
  }

  /** Puts an event in the queue. */
  send(event: ServiceEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_WAITING)
      this.#giveUp(this.#waiting.shift(), "too many events wait for it");
    if (!this.#isPosting) void this.#postAll();
  }

  async #postAll(): Promise<void> {
    this.#isPosting = true;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      await this.#deliver(event);
    }
    this.#isPosting = false;
  }

  async #deliver(event: ServiceEvent): Promise<void> {
    const { backoffMs } = this.#times;
    for (let trial = 1; ; trial += 1) {
      const problem = await this.#post(JSON.stringify(event)).catch(wordsOf);
      if (problem === undefined) return;
      if (trial === MOST_TRIALS) return this.#giveUp(event, problem);
      await delay(backoffMs * 2 ** (trial - 1));
    }
  }

  /** Resolves with what is wrong with the answer, if anything. */
  async #post(body: string): Promise<string | undefined> {
    const request = await this.#client();
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const signal = AbortSignal.timeout(this.#times.timeoutMs);
    const { statusCode = 0 } = await new Promise<IncomingMessage>((resolve, reject) => {
      request(this.#url, { method: "POST", headers, agent: false, signal }, (response) => {
        // The answer's body is of no interest; an error in it is none of the delivery.
        response.on("error", () => undefined).destroy();
        resolve(response);
      })
        .on("error", reject)
        .end(body);
    });
    return statusCode >= 200 && statusCode <= 299 ? undefined : `status ${statusCode}`;
  }

  /** TLS is loaded only where it is spoken. */
  async #client(): Promise<Client> {
    return this.#url.protocol === "https:"
      ? (await import("node:https")).request
      : (await import("node:http")).request;
  }

  #giveUp(event: ServiceEvent | undefined, problem: string): void {
    this.#say(
      `The event "${event?.event}" was not delivered to the webhook at ${this.#url.host}: ${problem}`,
    );
  }
}

type Client = (
  url: URL,
  options: RequestOptions,
  onResponse: (response: IncomingMessage) => void,
) => ClientRequest;

function wordsOf(error: unknown): string {
  const isLate = error instanceof Error && error.name === "AbortError";
  return isLate ? "no answer in time" : messageOf(error);
}
