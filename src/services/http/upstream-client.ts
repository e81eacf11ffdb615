import type { Dispatcher } from "undici";
import * as z from "zod";
import { bearerHeader } from "../../contract/caller-headers.ts";
import type { Route } from "../../contract/routes.ts";
import { WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { InterchangeableServers } from "./interchangeable-servers.ts";

export interface UpstreamOptions {
  /** Where it is; where there are several of it, where each is. */
  readonly urls: readonly string[];
  /** Shown with every call; empty, or left out, where it asks for none. */
  readonly token?: string | undefined;
  /** What it is called in messages, such as `engine`. */
  readonly name: string;
  /** The code where it does not answer. */
  readonly unavailable: WireErrorCode;
  /** What a person does where it does not answer. */
  readonly hint: string;
  /** The code where it answers what it must not. */
  readonly broken: WireErrorCode;
  /** The error that an answer other than 200 stands for; with its `Retry-After`, in seconds, where it says so. */
  readonly refusal: (status: number, body: string, retryAfterS: number | undefined) => WireError;
}

/** A request whose answer may take as long as it likes. */
export interface UpstreamRequest {
  readonly method: Route["method"];
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A service that one of ours is a client of. */
export interface Upstream {
  /** Asks for JSON. Throws a WireError where it does not answer in 10 s, refuses, or answers something else. */
  ask<Schema extends z.ZodType>(
    asked: { method: Route["method"]; path: string; body?: unknown },
    schema: Schema,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>>;
  /** The answer, whatever its status. Throws a WireError where there is none. */
  send(request: UpstreamRequest): Promise<Dispatcher.ResponseData>;
  /** The body of a 200. Throws the error that another answer stands for. */
  bodyOf(answer: Dispatcher.ResponseData): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Long enough for a loopback or LAN address, short enough to tell a person that nothing is there. */
const CONNECT_TIMEOUT_MS = 5_000;

/** For the calls that answer at once. */
const ANSWER_TIMEOUT_MS = 10_000;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { urls, name } = options;
  const servers = new InterchangeableServers(urls, {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: null,
    // A model may take minutes to load before the first header, and a slow one minutes between tokens.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const send = async (request: UpstreamRequest): Promise<Dispatcher.ResponseData> => {
    const { method, path, body, signal } = request;
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { ...type, ...request.headers, ...bearerHeader(options.token) };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      return await servers.request({ method, path, signal, headers, ...content });
    } catch (error) {
      if (isAbortedByCaller(signal)) throw error;
      const message = `The ${name} at ${urls.join(", ")} does not answer: ${messageOf(error)}.`;
      throw new WireError(options.unavailable, message, options.hint, { cause: error });
    }
  };
  const refuse = async ({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<never> => {
    const retryAfterS = secondsIn(headers["retry-after"]);
    throw options.refusal(statusCode, await beginningOfBody(body), retryAfterS);
  };
  return {
    send,
    async ask(asked, schema, signal) {
      const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      const answer = await send({ ...asked, signal: either });
      if (answer.statusCode !== 200) return await refuse(answer);
      const parsed = schema.safeParse(await jsonIn(answer.body));
      if (parsed.success) return parsed.data;
      throw new WireError(
        options.broken,
        `The ${name}'s ${asked.path} broke the contract: ${z.prettifyError(parsed.error)}`,
      );
    },
    bodyOf: async (answer) => (answer.statusCode === 200 ? answer.body : await refuse(answer)),
    close: () => servers.destroy(),
  };
}

/** `Retry-After`, which is a number of seconds or a date (RFC 9110, section 10.2.3). */
function secondsIn(header: string | string[] | undefined): number | undefined {
  const value = [header].flat().at(0) ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

/** Longest answer to a call that is answered at once, in bytes. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

/** What is read of an error, in bytes: it may never end. */
const LONGEST_ERROR_BODY = 64 * 1024;

/** What is not JSON, or too long, becomes undefined, which no schema takes. */
async function jsonIn(body: Dispatcher.ResponseData["body"]): Promise<unknown> {
  try {
    return JSON.parse(await textIn(body, LONGEST_ANSWER));
  } catch {
    return undefined;
  }
}

/** The words of an error, as far as they arrive. */
async function beginningOfBody(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const timer = setTimeout(() => body.destroy(), ANSWER_TIMEOUT_MS);
  try {
    return await textIn(body, LONGEST_ERROR_BODY);
  } finally {
    clearTimeout(timer);
  }
}

/** As much of a body as fits and arrives; what it breaks off with is not an error. */
async function textIn(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const bytes of body) {
      chunks.push(bytes);
      length += bytes.length;
      if (length > maxBytes) break;
    }
  } catch {
    // What has arrived is all that there is.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString();
}

/** An abort is the caller's own wish; a time-out is the upstream's failure. */
function isAbortedByCaller(signal: AbortSignal): boolean {
  const isTimeout = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  return signal.aborted && !isTimeout;
}
