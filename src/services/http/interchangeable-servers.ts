import { type Dispatcher, Pool } from "undici";
import { nodeErrorCode } from "../../errors/thrown-error.ts";

/** What is asked of one of them. A body is text, so that it can be sent to another one. */
export type ServerRequest = Omit<Dispatcher.RequestOptions, "origin" | "body"> & { readonly body?: string };

/**
 * Servers any of which can be asked: each request goes to the next in turn, and past those that take no connection. Nothing
 * was sent to these, so that nothing is ever done twice.
 */
export class InterchangeableServers {
  readonly #pools: readonly Pool[];
  #next = 0;

  /** @param urls at least one */
  constructor(urls: readonly string[], options: Pool.Options) {
    this.#pools = urls.map((url) => new Pool(url, options));
  }

  /** The answer of the first that is reached; rejects with the error of the last where none is. */
  async request(request: ServerRequest): Promise<Dispatcher.ResponseData> {
    const first = this.#next;
    this.#next = (first + 1) % this.#pools.length;
    const inTurn = [...this.#pools.slice(first), ...this.#pools.slice(0, first)];
    let unreached: unknown;
    for (const pool of inTurn) {
      try {
        return await pool.request(request);
      } catch (error) {
        if (!wasNotConnected(error)) throw error;
        unreached = error;
      }
    }
    throw unreached;
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }
}

/** Whether a request failed before there was a connection that it could be sent over. */
function wasNotConnected(error: unknown): boolean {
  if (nodeErrorCode(error) === "UND_ERR_CONNECT_TIMEOUT") return true;
  return error instanceof Error && "syscall" in error && CONNECTING.has(String(error.syscall));
}

/** What the system was asked for then. */
const CONNECTING: ReadonlySet<string> = new Set(["connect", "getaddrinfo"]);
