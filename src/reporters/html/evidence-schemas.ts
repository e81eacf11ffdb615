import * as z from "zod";
import type { SeenEvidence } from "../../targets/seen-evidence.ts";

const milliseconds = z.number().min(0);

/** A time such as `2026-01-01T00:00:00.000Z`, as milliseconds since the epoch. */
const moment = z.iso.datetime().transform((time) => Date.parse(time));

const head = { request: z.string(), status: z.number(), duration_ms: milliseconds, sent_at: moment };

/** An answered request. */
export type Call = z.output<typeof CallSchema>;

const CallSchema = z.object({ kind: z.literal("call"), ...head });

/** A request that was answered by events. Times are milliseconds since it was sent. */
export type Stream = z.output<typeof StreamSchema>;

/** What a stream told; or `malformed`, with what came instead. */
export type TimedEvent = Stream["events"][number];

const StreamSchema = z
  .object({
    kind: z.literal("stream"),
    ...head,
    events: z.array(z.object({ at_ms: milliseconds, event: z.record(z.string(), z.unknown()) })).readonly(),
    /** When each heartbeat came. */
    comments_ms: z.array(milliseconds).readonly(),
    end: z.enum(["closed", "cut", "given-up"]),
  })
  // What came after the end could be drawn nowhere.
  .refine(
    ({ events, comments_ms, duration_ms }) =>
      events.every(({ at_ms }) => at_ms <= duration_ms) && comments_ms.every((at) => at <= duration_ms),
  );

/** What the engine did. */
export type Generation = z.output<typeof GenerationSchema>;

const GenerationSchema = z.object({
  kind: z.literal("generation"),
  started_at: moment,
  first_token_at: moment.nullable(),
  ended_at: moment.nullable(),
  /** `running` where it had not ended. */
  ended: z.enum(["running", "done", "aborted", "failed"]),
  tokens_sent: z.number(),
});

/** Of each kind of what was seen, as much as a report draws. */
const SCHEMAS = {
  call: CallSchema,
  stream: StreamSchema,
  generation: GenerationSchema,
} satisfies Record<SeenEvidence["kind"], z.ZodType>;

export const SeenPart = z.discriminatedUnion("kind", [SCHEMAS.call, SCHEMAS.stream, SCHEMAS.generation]);
export type SeenPart = z.output<typeof SeenPart>;

/** What this part of some evidence says that it is; undefined where it says nothing, or is not as one of that kind must be. */
export function asSeenPart(value: object): SeenPart | undefined {
  return "kind" in value ? SeenPart.safeParse(value).data : undefined;
}
