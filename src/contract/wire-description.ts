/**
 * How a chat back end that is not ours is talked to, as data: what `contract` in a configuration says, and what most
 * drivers are. docs/contract.md, section 8, tells it for those who write one.
 */
// Not zod itself, as in config/config-schema.ts, which is made of this.
import * as z from "zod/mini";
import { LOGIN_PLACEHOLDERS, problemsOfPlaceholders, type WirePlaceholder } from "./wire-placeholders.ts";

function callBy(methods: string, error: string, placeholders?: readonly WirePlaceholder[]) {
  return z
    .string()
    .check(
      z.regex(new RegExp(`^(?:${methods}) /\\S*$`), { error, abort: true }),
      placeholdersAreKnown(placeholders),
    );
}

const METHODS = "GET|POST|PUT|PATCH|DELETE";

/** A method and a path: `DELETE /api/chats/{conversation}`. */
const call = callBy(
  METHODS,
  "must be a method and a path, such as DELETE /api/chats/{conversation}; only send, send_first and read can be on a WebSocket, and what cancel has as its frame",
);

/** The same for a message and its reply: `POST /api/chats/{conversation}/messages`. `WS` opens a WebSocket there, and sends the body as its first frame. */
const streamableCall = callBy(
  `${METHODS}|WS`,
  "must be a method and a path, such as POST /api/chats/{conversation}/messages, or WS /ws",
);

/** Where a value stands in JSON: `choices.0.delta.content`; empty: the whole value. */
const place = z
  .string()
  .check(z.regex(/^(?:[^.\s]+(?:\.[^.\s]+)*)?$/, "must be names joined by dots, such as message.content"));

/** What a body is sent as; of a form, its fields are those of the body. */
const bodyType = z.enum([
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
]);
export type BodyType = z.infer<typeof bodyType>;

/** A text that must stand somewhere, as it is. */
const literal = z.string().check(
  z.refine((text) => problemsOfPlaceholders(text, []).length === 0, {
    error:
      "must be the value itself, for nothing is filled in here: stream.channel says where events name their conversation and reply",
  }),
);

/** What must be so of an event (a frame of a stream, read as JSON) for a rule to be meant. */
const condition = {
  /** What the event calls itself, by `stream.type`; one of several. */
  of: z.optional(z.union([z.string(), z.array(z.string()).check(z.minLength(1))])),
  /** By their places: values that must stand there. */
  where: z.optional(z.record(z.string(), z.union([literal, z.number(), z.boolean(), z.null()]))),
};

const several = <Rule extends z.core.$ZodType>(rule: Rule) =>
  z.union([rule, z.array(rule).check(z.minLength(1))]);

const textRule = z.strictObject({ ...condition, at: place });
const growingRule = z.strictObject({
  ...condition,
  at: place,
  /** Each event has the whole text so far, and not a piece of it. */
  cumulative: z.optional(z.boolean()),
});
const words = z.array(z.string()).check(z.minLength(1));

const toldRule = z.strictObject({
  ...condition,
  message: place,
  code: z.optional(place),
  /** What to do about it. */
  hint: z.optional(place),
});

const StreamDescription = z.strictObject({
  /**
   * `sse`: server-sent events; `ndjson`: a JSON value a line; `text`: every byte is the reply; `json`: one JSON
   * value, which is no stream; `websocket`: a JSON value a text frame; `socket.io`: its events; `data-stream`: the lines
   * of Vercel's AI SDK, `0:"text"`, each a code, which is its `@event`, and a JSON value; `polled`: one JSON value an answer, asked
   * for again by `read` until the end is told.
   */
  framing: z.enum(["sse", "ndjson", "text", "json", "websocket", "socket.io", "data-stream", "polled"]),
  /** Where an event says what it is; `@event` is the name that server-sent and socket.io's events, and the lines of a data stream, have beside their data. */
  type: z.optional(z.string()),
  /**
   * Of a stream that is open for all replies of a user, or of a conversation: where each event says whose it is; nowhere, where
   * only the address and the time do. `read` is then opened before the message is sent, and left when the reply has ended; what
   * is of other replies, or came before the message, is passed over. Without `read`, of a WebSocket that carries messages and
   * replies of several conversations.
   */
  channel: z.optional(
    z.strictObject({
      conversation: z.optional(place),
      message: z.optional(place),
      reply: z.optional(place),
    }),
  ),
  /** Where the reply's text stands. */
  text: z.optional(several(growingRule)),
  /** Where the model's thoughts stand. */
  thought: z.optional(several(growingRule)),
  /** Where the name of the model stands. */
  model: z.optional(several(textRule)),
  /** Where it is told which conversation, message and reply this is. */
  started: z.optional(
    several(
      z.strictObject({
        ...condition,
        conversation: z.optional(place),
        message: z.optional(place),
        reply: z.optional(place),
      }),
    ),
  ),
  /** Where tokens are counted. */
  usage: z.optional(
    several(z.strictObject({ ...condition, prompt: z.optional(place), completion: z.optional(place) })),
  ),
  /** Where the engine's own clock is told: how long what took. Of a `total`, what is in no part was waiting. */
  timings: z.optional(
    several(
      z.strictObject({
        ...condition,
        unit: z.enum(["ms", "ns"]),
        total: z.optional(place),
        queue: z.optional(place),
        load: z.optional(place),
        prompt: z.optional(place),
        reply: z.optional(place),
      }),
    ),
  ),
  /** What a failure is told by. */
  failure: z.optional(several(toldRule)),
  /** What a person is told of a reply that goes on. */
  notice: z.optional(several(toldRule)),
  /** What the end is told by: an event, one that has the field `has`, or the text `data` (`[DONE]`). None: the end of the stream. */
  done: z.optional(
    several(
      z.strictObject({
        ...condition,
        has: z.optional(place),
        data: z.optional(z.string()),
        reason: z.optional(place),
        /** The back end's words for why a reply has ended. */
        reasons: z.optional(
          z.strictObject({
            stop: z.optional(words),
            length: z.optional(words),
            cancelled: z.optional(words),
            error: z.optional(words),
          }),
        ),
      }),
    ),
  ),
});
export type StreamDescription = z.infer<typeof StreamDescription>;

/** Where an answer names what was made; `@header.x-chat-id` is a header of it. */
const told = z.strictObject({
  conversation: z.optional(place),
  message: z.optional(place),
  reply: z.optional(place),
});

const headersWith = (placeholders?: readonly WirePlaceholder[]) =>
  z.record(z.string(), z.string().check(placeholdersAreKnown(placeholders)));
const headers = headersWith();

/** What may go with any call of a wire. */
const sentWith = (placeholders?: readonly WirePlaceholder[]) => ({
  body: z.optional(z.unknown().check(placeholdersAreKnown(placeholders))),
  /** Of the body, where that is not JSON. */
  content_type: z.optional(bodyType),
  /** Sent with this call, beside or in place of those that go with every one. */
  headers: z.optional(headersWith(placeholders)),
});

/** What may be said of any call of a wire. */
const request = { request: call, ...sentWith() };

/** The same of a call that carries a message or streams its reply. */
const streamable = {
  ...request,
  request: streamableCall,
  /** Of a WebSocket: the subprotocol that it is asked for, such as `graphql-transport-ws`. */
  protocol: z.optional(z.string().check(z.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "must be a name without spaces"))),
  /** Of a WebSocket: what is said on it first, each a frame; the message, once the server has no more to say to that. Empty: once it has greeted. */
  before: z.optional(z.array(z.unknown().check(placeholdersAreKnown()))),
  /** Of socket.io: what is shown on connecting. */
  auth: z.optional(z.record(z.string(), z.unknown()).check(placeholdersAreKnown())),
};

/** One call of those by which somebody is let in. */
const loginCall = {
  request: callBy(METHODS, "must be a method and a path, such as POST /api/login", LOGIN_PLACEHOLDERS),
  ...sentWith(LOGIN_PLACEHOLDERS),
  /** By their names: places in the answer. `token` goes on with every call; the others where `{login.NAME}` stands. */
  told: z.optional(
    z.record(
      z
        .string()
        .check(z.regex(/^[A-Za-z_]\w*$/, "must be a word, which {login.WORD} then stands for; or token")),
      place,
    ),
  ),
};

/** A call; or a `frame` that is said on the reply's own WebSocket, of socket.io an event's name and its values. */
const cancelling = z
  .strictObject({
    ...request,
    request: z.optional(call),
    frame: z.optional(z.unknown().check(placeholdersAreKnown())),
  })
  .check(
    z.refine((given) => (given.request === undefined) !== (given.frame === undefined), {
      error: "must have either a request or a frame",
    }),
  );

/** Every field of it is a setting of `contract`; in a driver `send` and `stream` must be there. */
export const wireFields = {
  /** The service that messages are sent to: a page's back end, a gateway, or an engine by itself. */
  service: z.optional(z.enum(["hmi", "gateway", "engine"])),
  /** Sent with every call; `{token}` is what `auth.token` says, or `login` tells. */
  headers: z.optional(headers),
  /**
   * The call that lets a person of `auth.users` in, once before all others, and again after a 401. Cookies that it sets go
   * with every call; `told` is where the token stands that does (`access_token`, `@cookie.csrftoken`), and by names of their own
   * what else is told and needed. `before`: the calls that have to be made first, each with the `{token}` that the one before told.
   */
  login: z.optional(z.strictObject({ before: z.optional(z.array(z.strictObject(loginCall))), ...loginCall })),
  /** The call that carries a person's message; its answer is the reply's stream where there is no `read`. */
  send: z.optional(z.strictObject({ ...streamable, told: z.optional(told) })),
  /** The same for a conversation's first message, where that is another call. */
  send_first: z.optional(z.strictObject({ ...streamable, told: z.optional(told) })),
  /**
   * The call that streams the reply, where that is one of its own. A `WS` whose path the answer does not fill is
   * opened before the message is sent.
   */
  read: z.optional(
    z.strictObject({
      ...streamable,
      /** How long after an answer the next one is asked for, in milliseconds, where the framing is `polled`. */
      every_ms: z.optional(z.int().check(z.minimum(10), z.maximum(60_000))),
    }),
  ),
  stream: z.optional(StreamDescription),
  /** How a reply is ended: by a call, by what is said on its own WebSocket, or by closing its stream. */
  cancel: z.optional(z.union([z.literal("close"), cancelling])),
  /** The call that lists what was said in a conversation, with where each thing stands in a row. */
  rows: z.optional(
    z.strictObject({
      ...request,
      list: place,
      newest_first: z.optional(z.boolean()),
      /** Where a page of the list tells the `{cursor}` of the next one; null, or nothing, on the last. */
      next: z.optional(place),
      text: place,
      /** Of rows that hold what the person said and the reply to it: where the first stands; `text` is then the reply. */
      question: z.optional(place),
      /** Needed unless there is a `question`. */
      role: z.optional(place),
      /** The back end's words for who speaks. */
      roles: z.optional(z.strictObject({ user: z.optional(words), assistant: z.optional(words) })),
      id: z.optional(place),
      status: z.optional(place),
      /** The back end's words for where a reply stands. */
      statuses: z.optional(
        z.strictObject({
          streaming: z.optional(words),
          complete: z.optional(words),
          cancelled: z.optional(words),
          interrupted: z.optional(words),
          error: z.optional(words),
        }),
      ),
      model: z.optional(place),
      thought: z.optional(place),
      prompt_tokens: z.optional(place),
      completion_tokens: z.optional(place),
    }),
  ),
  /** The call that makes a conversation, where a message does not; with what it answers. `own`: whoever talks makes its id up. */
  conversation: z.optional(z.union([z.literal("own"), z.strictObject({ ...request, told })])),
  /** The call that lists conversations. */
  conversations: z.optional(z.strictObject({ ...request, list: place, id: place })),
  /** The call that deletes one. */
  delete_conversation: z.optional(z.strictObject(request)),
  /** The call that tells whose account the caller's is, and where: two people who are told one are not two. */
  account: z.optional(z.strictObject({ ...request, id: place })),
  /** The call that lists models. */
  models: z.optional(z.strictObject({ ...request, list: place, id: place })),
  /** The call that tells whether the service is well. */
  health: z.optional(z.strictObject(request)),
  /** The page that people chat on. */
  page: z.optional(z.string().check(z.startsWith("/"))),
};

export const WireDescriptionSchema = z.strictObject(wireFields);
export type WireSettings = z.infer<typeof WireDescriptionSchema>;

/** A description that is enough to talk by. */
export type WireDescription = WireSettings & {
  readonly [Name in "service" | "send" | "stream"]: NonNullable<WireSettings[Name]>;
};

/** Settings over a driver's description: a group that is given takes the place of the driver's field by field. */
export function withSettings(base: WireSettings, over: WireSettings): WireSettings {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, given] of Object.entries(over)) {
    if (given === undefined) continue;
    const before = merged[name];
    merged[name] = isGroup(before) && isGroup(given) ? { ...before, ...given } : given;
  }
  return merged as WireSettings;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses `{placeholders}` that nothing is known for, each where it stands. */
function placeholdersAreKnown(placeholders?: readonly WirePlaceholder[]) {
  return ({ value, issues }: z.core.ParsePayload<unknown>): void => {
    for (const { path, text, message } of problemsOfPlaceholders(value, placeholders)) {
      issues.push({ code: "custom", input: text, path: [...path], message });
    }
  };
}
