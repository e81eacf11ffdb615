import type { Socket } from "node:net";
import type { Pool, PoolClient } from "pg";

/**
 * Closes the connections of a pool that lead nowhere. A network that is cut tells nobody: what is sent over such a connection
 * is just not answered. Where one is found so, the others are taken for dead, too, unless they were answered since: they lead
 * through the same network.
 */
export class DeadConnections {
  readonly #silenceMs: number;
  /** Since when nobody uses them: then they were answered last. */
  readonly #idleSince = new Map<PoolClient, number>();
  readonly #busy = new Set<PoolClient>();

  /** @param silenceMs how long one is waited for that is found dead, and others then, in milliseconds */
  constructor(pool: Pool, silenceMs: number) {
    this.#silenceMs = silenceMs;
    pool.on("acquire", (client) => {
      this.#idleSince.delete(client);
      this.#busy.add(client);
    });
    pool.on("release", (_, client) => {
      this.#busy.delete(client);
      this.#idleSince.set(client, performance.now());
    });
    pool.on("remove", (client) => {
      this.#idleSince.delete(client);
      this.#busy.delete(client);
    });
  }

  /** To be called where one of them was not answered in time: those that nobody uses go at once, those that stay silent soon. */
  foundOne(): void {
    const asked = performance.now() - this.#silenceMs;
    for (const [client, since] of this.#idleSince) if (since < asked) socketOf(client).destroy();
    const heard = new Map([...this.#busy].map((client) => [client, socketOf(client).bytesRead]));
    setTimeout(() => {
      for (const [client, bytes] of heard) {
        const socket = socketOf(client);
        if (this.#busy.has(client) && socket.bytesRead === bytes) socket.destroy();
      }
    }, this.#silenceMs).unref();
  }
}

/** Also where it is encrypted. */
function socketOf(client: PoolClient): Socket {
  return client.connection.stream as Socket;
}
