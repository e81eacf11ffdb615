import type { ContractDeviations, EndpointName } from "../contract/foreign-back-end.ts";
import { optionsAsText } from "../contract/options-as-text.ts";
import { parseEventData } from "../contract/sse.ts";
import { MissingEndpoint } from "../harness/target-errors.ts";
import { answerExcerpt } from "./answer-excerpt.ts";
import { endpointInWords, findEndpoint, foreignAddressOf } from "./find-endpoint.ts";
import { type CallOptions, createHttpClient, type HttpClient, type SeenCall } from "./http-client.ts";
import { inverse, renameFields } from "./rename-fields.ts";

export interface AdaptingClientOptions {
  readonly url: string;
  /** As for {@link createHttpClient}. */
  readonly token?: string | undefined;
  readonly service: "hmi" | "gateway";
  readonly departures: ContractDeviations;
}

type Method = Parameters<HttpClient["call"]>[0];

/**
 * A client that is spoken to in the contract's words and speaks the backend's: paths, methods and fields are
 * changed on their way, and the paths and bytes that it writes down are those that went over the wire. A call
 * to what the backend lacks throws {@link MissingEndpoint}: before anything is sent where that means skipped, and where
 * it means broken, with what the backend answered.
 */
export function createAdaptingClient({ url, token, service, departures }: AdaptingClientOptions): HttpClient {
  const { lacks, request_fields } = departures;
  const answerNames = inverse(departures.answer_fields);
  const eventNames = inverse(departures.event_fields);
  const client = createHttpClient(url, token, {
    readEvent: (data) => parseEventData(renameInJson(data, eventNames)),
    prepare: (value) => renameFields(value, eventNames),
  });
  const outgoing = (method: Method, path: string, options: CallOptions) => {
    const call = findEndpoint(service, method, path);
    if (call === undefined) return { endpoint: undefined, method, path, options };
    const { endpoint } = call;
    if (lacks[endpoint] === "skipped")
      throw new MissingEndpoint(endpoint, endpointInWords(endpoint), "skipped");
    const sayable = isLacking(departures, "engine.think") ? withoutThink(endpoint, options) : options;
    const directed = isLacking(departures, "engine.options") ? withDirections(endpoint, sayable) : sayable;
    const body = renameFields(directed.body, request_fields);
    return {
      endpoint,
      ...foreignAddressOf(call, departures),
      options: body === undefined ? directed : { ...directed, body },
    };
  };
  const incoming = <Seen extends SeenAnswer>(endpoint: EndpointName | undefined, seen: Seen): Seen => {
    if (endpoint !== undefined && lacks[endpoint] === "broken" && ABSENT.has(seen.status)) {
      const answered = `${seen.status} ${answerExcerpt(seen)}`;
      throw new MissingEndpoint(endpoint, endpointInWords(endpoint), "broken", answered);
    }
    if (Object.keys(answerNames).length === 0) return seen;
    return { ...seen, body: renameFields(seen.body, answerNames), said: seen.body };
  };
  return {
    url,
    async call(...asked) {
      const { endpoint, method, path, options } = outgoing(...asked);
      return incoming(endpoint, await client.call(method, path, options));
    },
    async stream(...asked) {
      const { endpoint, method, path, options } = outgoing(...asked);
      return incoming(endpoint, await client.stream(method, path, options));
    },
    async openStream(...asked) {
      const { endpoint, method, path, options } = outgoing(...asked);
      const { head, ended } = await client.openStream(method, path, options);
      return { head, ended: ended.then((seen) => incoming(endpoint, seen)) };
    },
    close: () => client.close(),
  };
}

/** Whether the backend is said to be without it, and what needs it not to be judged all the same. */
export function isLacking({ lacks }: ContractDeviations, name: keyof ContractDeviations["lacks"]): boolean {
  return lacks[name] === "skipped" || lacks[name] === "broken";
}

type SeenAnswer = Pick<SeenCall, "status" | "body">;

/** What a server answers where an endpoint is not. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);

/** The options for the engine as a line of the text that reaches it: of a profile's instructions, or of a message. */
function withDirections(endpoint: EndpointName, options: CallOptions): CallOptions {
  const { body } = options;
  if (typeof body !== "object" || body === null) return options;
  const isProfile = endpoint === "hmi.newProfile" || endpoint === "hmi.updateProfile";
  if (isProfile && "settings" in body && "instructions" in body) {
    const { options: engineOptions } = body.settings as { options?: Record<string, unknown> };
    return { ...options, body: { ...body, instructions: addLine(body.instructions, engineOptions) } };
  }
  if (endpoint === "gateway.chat" && "options" in body && "content" in body) {
    const engineOptions = body.options as Record<string, unknown> | undefined;
    return { ...options, body: { ...body, content: addLine(body.content, engineOptions) } };
  }
  return options;
}

/** A request that says nothing of thinking: neither a message's nor a profile's. */
function withoutThink(endpoint: EndpointName, options: CallOptions): CallOptions {
  const { body } = options;
  if (typeof body !== "object" || body === null) return options;
  if (endpoint === "hmi.newProfile" || endpoint === "hmi.updateProfile") {
    const { settings } = body as { settings?: Record<string, unknown> };
    return settings === undefined
      ? options
      : { ...options, body: { ...body, settings: omit(settings, "think") } };
  }
  return { ...options, body: omit(body as Record<string, unknown>, "think") };
}

function omit(fields: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

function addLine(text: unknown, options: Record<string, unknown> | undefined): string {
  return options === undefined ? String(text) : `${text}\n${optionsAsText(options)}`;
}

function renameInJson(data: string, names: Readonly<Record<string, string>>): string {
  if (Object.keys(names).length === 0) return data;
  try {
    return JSON.stringify(renameFields(JSON.parse(data), names));
  } catch {
    // What is no JSON is told as it came.
    return data;
  }
}
