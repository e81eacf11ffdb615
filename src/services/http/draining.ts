import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { WireError } from "../../errors.ts";

/** How often it is looked whether all is done, in milliseconds. */
const LOOK_EVERY_MS = 50;

/** How a copy of a service is taken out of use: it begins nothing any more, and what it has begun may come to its end. */
export class Draining {
  #isDraining = false;

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

  /** From now on nothing is begun; resolves when `isDone` says so, and after `ms` milliseconds at the latest. */
  async drain(ms: number, isDone: () => boolean): Promise<void> {
    this.#isDraining = true;
    const until = performance.now() + ms;
    while (!isDone() && performance.now() < until) await sleep(LOOK_EVERY_MS);
  }
}
