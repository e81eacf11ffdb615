import { methodAndPath } from "../contract/method-and-path.ts";
import type { WireSettings } from "../contract/wire-description.ts";
import type { CallerSession } from "./drivers/caller-session.ts";
import { fillBody, fillHeaders, fillPath, type PlaceholderValues } from "./drivers/fill-placeholders.ts";
import type { CallOptions, HttpClient, HttpMethod, SeenCall } from "./http-client.ts";

/** A call of the wire by plain HTTP. */
export interface PlainHttpCall {
  readonly method: HttpMethod;
  readonly path: string;
  /** Sent as JSON; left out for none. */
  readonly body?: unknown;
  /** Sent with this call alone. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the calls of a wire are for that somebody else than its chat may make. */
export type PlainHttpCallName = "send" | "read" | "rows" | "delete_conversation";

/**
 * The service that messages are sent to, called by plain HTTP beside its chat: for claims about HTTP itself, whatever
 * the wire.
 */
export interface PlainHttpCalls {
  /** The path of the page that people chat on; undefined where the wire does not say. */
  readonly page: string | undefined;
  /** Where a call of the wire goes that is about this; undefined where there is none, or it is no HTTP. */
  callOf(
    name: PlainHttpCallName,
    about: Pick<PlaceholderValues, "conversation" | "text">,
  ): PlainHttpCall | undefined;
  /** Calls with what the wire shows with every call: its token and its headers. Rejects where there is no answer in time. */
  call(call: PlainHttpCall, options: CallOptions): Promise<SeenCall>;
}

/** What a service that works answers such a call within, in milliseconds; one that is wrongly taken may stream for long. */
const ANSWER_TIMEOUT_MS = 20_000;

/** @param client of that service */
export function createPlainHttpCalls(
  client: HttpClient,
  wire: WireSettings,
  session: CallerSession,
): PlainHttpCalls {
  return {
    page: wire.page,
    callOf(name, about) {
      const call = wire[name];
      if (call === undefined) return undefined;
      const { method, path } = methodAndPath(call.request);
      if (method === "WS") return undefined;
      const { token, user } = session.shown;
      const filling = { ...about, token, user };
      return {
        method: method as HttpMethod,
        path: fillPath(path, filling),
        headers: fillHeaders(call.headers, filling),
        ...(call.body !== undefined && { body: fillBody(call.body, filling) }),
      };
    },
    call: async ({ method, path, body, headers: own }, options) =>
      await session.ask(
        (shown) =>
          client.call(method, path, {
            ...(options.rawBody === undefined && body !== undefined && { body }),
            ...shown.options,
            ...options,
            signal: AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
            headers: shown.headersWith({
              ...fillHeaders(wire.headers, shown),
              ...own,
              ...options.headers,
            }),
          }),
        (answer) => answer,
      ),
  };
}
