import type { Socket } from "node:net";
import type { Pool, PoolClient } from "pg";

/**
 * Closes the connections of a pool that lead nowhere. A network that is cut tells nobody: what is sent over such a
 * connection is just not answered. One that is found so is no exception: the others lead through the same network.
 */
export class DeadConnections {
  readonly #silenceMs: number;
  readonly #idle = new Set<PoolClient>();
  readonly #busy = new Set<PoolClient>();

  /** @param silenceMs how long a connection that somebody waits for may say nothing once another one is found dead */
  constructor(pool: Pool, silenceMs: number) {
    this.#silenceMs = silenceMs;
    pool.on("acquire", (client) => this.#move(client, this.#idle, this.#busy));
    pool.on("release", (_, client) => this.#move(client, this.#busy, this.#idle));
    pool.on("remove", (client) => {
      this.#idle.delete(client);
      this.#busy.delete(client);
    });
  }

  /** To be called where one of them was not answered in time: those that nobody uses go at once, those that stay silent soon. */
  foundOne(): void {
    for (const client of this.#idle) socketOf(client).destroy();
    const heard = new Map([...this.#busy].map((client) => [client, socketOf(client).bytesRead]));
    setTimeout(() => {
      for (const [client, bytes] of heard) {
        const socket = socketOf(client);
        if (this.#busy.has(client) && socket.bytesRead === bytes) socket.destroy();
      }
    }, this.#silenceMs).unref();
  }

  #move(client: PoolClient, from: Set<PoolClient>, to: Set<PoolClient>): void {
    from.delete(client);
    to.add(client);
  }
}

/** Also where it is encrypted. */
function socketOf(client: PoolClient): Socket {
  return client.connection.stream as Socket;
}
