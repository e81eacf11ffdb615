import * as z from "zod";

const count = z.int().min(0);
const amount = z.number().min(0);

const Distribution = z.object({
  count,
  mean: amount,
  p50: amount,
  p75: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  p99_9: amount,
  max: amount,
  hdr: z.string().describe("In microseconds: HdrHistogram V2, compressed, base64."),
});
const times = Distribution.nullable();

const Step = z.object({
  users: count,
  measured_ms: amount,
  messages: z.object({
    due: count,
    done: count,
    failed: count,
    cut: count,
    unfinished: count,
    unsent: count,
  }),
  failures: z.record(z.string(), count),
  tokens: count,
  tokens_per_s: amount,
  under_way: amount,
  reply_tokens_per_s: z.object({ p50: amount, p5: amount }).nullable(),
  wait_ms: times,
  accepted_ms: times,
  first_token_ms: times,
  gap_ms: times,
  reply_ms: times,
  engine_first_token_ms: times,
  other_first_token_ms: times,
  engine_gap_ms: times,
  driver: z.object({ late_p95_ms: amount, late_max_ms: amount, cpu: amount, is_held_up: z.boolean() }),
});

/** The shape of `LoadReport` in a file. */
export const LoadReportSchema = z.object({
  users: count,
  processes: count,
  pace: z.object({ model: z.enum(["timetable", "closed"]), every_ms: amount }),
  reply_tokens: count,
  duration_ms: amount,
  interrupted: z.boolean(),
  steps: z.array(Step),
  knee: z.object({
    users: count.nullable(),
    over_at: count.nullable(),
    words: z.string(),
    figures: z.array(z.object({ users: count, tokens_per_s: amount, token_ms: amount, power: amount })),
  }),
});
