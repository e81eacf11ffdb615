import type { IncomingHttpHeaders } from "node:http";
import { pipeline } from "node:stream/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Agent, type Dispatcher } from "undici";
import { PROGRAM_HEADER } from "../../contract/caller-headers.ts";
import {
  REPLICA_ID_HEADER,
  REPLICA_KEY_HEADER,
  REPLICA_USER_HEADER,
  userInHeader,
} from "../../contract/replica-headers.ts";
import { callerUserOf } from "../http/user-of-request.ts";

/** Another copy of a service: how it is reached. */
export interface OtherReplica {
  /** Where it listens, such as `http://10.0.0.5:6101`. */
  readonly url: string;
  /**
   * A word that only those know who read the same database, and that no other copy ever had: whoever shows it there
   * is one of them, and means this copy and none that has come after it.
   */
  readonly key: string;
}

/**
 * What became of a call: `answered` (by the other copy, or its client is gone); or nothing was answered, because the
 * other copy is `unreachable`, or is not the one that was meant any more (`misdirected`).
 */
export type PassedOn = "answered" | "unreachable" | "misdirected";

/** A call that has been judged here, and not been answered. */
export interface PassableCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A copy on the same network is there at once, or it is not. */
const CONNECT_TIMEOUT_MS = 2_000;

/** What a copy needs to hear of its client, beside who that is. */
const REQUEST_HEADERS = ["accept", "content-type", "last-event-id", "user-agent"];

/** What concerns one connection alone (RFC 9110, section 7.6.1), or is said anew. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "transfer-encoding",
  REPLICA_ID_HEADER,
]);

/** Passes calls on to other copies of this service (contract, section 9), as they come: no stream is held back. */
export class CallForwarder {
  readonly #agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    // Whoever calls says how long it waits for an answer; a stream may be silent for as long as its reply is.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  /**
   * Passes a call on, and answers its client with what the other copy answers. That may take `answerMs` milliseconds to
   * begin its answer.
   */
  async pass({ request, reply }: PassableCall, to: OtherReplica, answerMs: number): Promise<PassedOn> {
    const hangUp = new AbortController();
    let isLeft = false;
    const left = (): void => {
      isLeft = true;
      hangUp.abort();
    };
    reply.raw.once("close", left);
    const tooLong = setTimeout(() => hangUp.abort(), answerMs);
    try {
      const answer = await this.#ask(request, to, hangUp.signal);
      clearTimeout(tooLong);
      if (answer.statusCode === MISDIRECTED) {
        await answer.body.dump();
        return "misdirected";
      }
      await copyAnswer(answer, reply);
      return "answered";
    } catch {
      return isLeft || reply.raw.headersSent ? "answered" : "unreachable";
    } finally {
      clearTimeout(tooLong);
      reply.raw.off("close", left);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(
    request: FastifyRequest,
    { url, key }: OtherReplica,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { body } = request;
    return await this.#agent.request({
      origin: url,
      path: targetOf(request),
      method: request.method as Dispatcher.HttpMethod,
      headers: { ...headersOf(request), [REPLICA_KEY_HEADER]: key },
      ...(body == null ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  }
}

const MISDIRECTED = 421;

/** The path and the query, without a token: the key is shown instead. */
function targetOf({ raw, query }: FastifyRequest): string {
  const path = (raw.url ?? "/").split("?", 1)[0] ?? "/";
  const { token: _, ...rest } = query as Readonly<Record<string, string>>;
  const search = new URLSearchParams(rest);
  return search.size === 0 ? path : `${path}?${search}`;
}

function headersOf(request: FastifyRequest): Record<string, string> {
  const { user, actsForAll } = callerUserOf(request);
  const headers: Record<string, string> = { ...PROGRAM_HEADER };
  for (const name of REQUEST_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  if (!actsForAll) headers[REPLICA_USER_HEADER] = userInHeader(user);
  return headers;
}

/** Rejects where the other copy breaks off: then the client's connection is cut too, and it knows that this is no end. */
async function copyAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, reply: FastifyReply) {
  reply.hijack();
  reply.raw.writeHead(statusCode, withoutOwn(headers));
  reply.raw.flushHeaders();
  await pipeline(body, reply.raw);
}

function withoutOwn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)));
}
