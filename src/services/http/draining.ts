import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { WireError } from "../../contract/wire-error.ts";

/** How often it is looked whether all is done, in milliseconds. */
const LOOK_EVERY_MS = 50;

/** How long what was asked for just before may take until it has begun, in milliseconds. */
const LONGEST_BEGINNING_MS = 5_000;

/** How a copy of a service is taken out of use: it begins nothing any more, and what it has begun may come to its end. */
export class Draining {
  #isDraining = false;
  #beginning = 0;

  /** Answers of a service that drains close their connection: the next one may lead to another copy. */
  constructor(app: FastifyInstance) {
    app.addHook("onRequest", async (_, reply) => {
      if (this.#isDraining) reply.header("connection", "close");
    });
  }

  /** Throws `draining` once nothing is to be begun here. */
  refuse(): void {
    if (!this.#isDraining) return;
    throw new WireError(
      "draining",
      "This copy of the service is being stopped, and begins no reply.",
      "Send it again: another copy, or this one once it is back, answers it.",
    );
  }

  /** Does what begins a reply: what drains waits for that. Throws `draining` as {@link refuse} does. */
  async begin<Begun>(begin: () => Promise<Begun>): Promise<Begun> {
    this.refuse();
    this.#beginning += 1;
    try {
      return await begin();
    } finally {
      this.#beginning -= 1;
    }
  }

  /**
   * From now on nothing is begun; resolves when what was being begun has, and `isDone` says so: that after `ms` milliseconds at
   * the latest.
   */
  async drain(ms: number, isDone: () => boolean): Promise<void> {
    this.#isDraining = true;
    const since = performance.now();
    const isWithin = (limitMs: number): boolean => performance.now() < since + limitMs;
    while (this.#beginning > 0 && isWithin(LONGEST_BEGINNING_MS)) await sleep(LOOK_EVERY_MS);
    while (!isDone() && isWithin(ms)) await sleep(LOOK_EVERY_MS);
  }
}
