import * as z from "zod";

/** The services that a ladder climbs over. */
const Service = z.enum(["engine", "gateway", "hmi"]);

/** One rung of the ladder of `stack doctor`, as it is told. */
export const RungReport = z.object({
  /** `engine/model`. */
  id: z.string(),
  service: Service,
  /** A noun, as in "not tried: chat". */
  name: z.string(),
  /** `skipped`: it cannot be judged here, and `text` says why; `not_tried`: it stands on a broken one. */
  status: z.enum(["holds", "broken", "skipped", "not_tried"]),
  /** What was found; `waits for the engine's model` where it was not tried. */
  text: z.string(),
  /** Null where it was not tried. */
  took_ms: z.number().nullable(),
  /** The broken rung below; null where it was tried. */
  waits_for: z.string().nullable(),
  /** Null where it is not broken. */
  problem: z
    .object({
      /** A name for programs. */
      code: z.string(),
      /** The likely reason. */
      cause: z.string(),
      /** The command to type next. */
      next: z.string(),
    })
    .nullable(),
});
export type RungReport = Readonly<z.infer<typeof RungReport>>;

/** The whole ladder as it was found: what `stack doctor --json` prints. */
export const LadderReport = z.object({
  /** True where no rung is broken. */
  ok: z.boolean(),
  /** Each null where the stack has none, or it is not known. */
  hmi: z.string().nullable(),
  gateway: z.string().nullable(),
  engine: z.string().nullable(),
  /** The model that was judged: the configured one, or what stands in for it. */
  model: z.string(),
  /** The setting `chat.model`. */
  configured_model: z.string(),
  rungs: z.array(RungReport).readonly(),
  took_ms: z.number(),
  /** Sentences about what other machines can reach without a token. */
  warnings: z.array(z.string()).readonly(),
  /** Sentences about services that this stack has none of, with the setting that would name one. */
  not_judged: z.array(z.string()).readonly().default([]),
  /** What was made for the look and could not be deleted. */
  left_behind: z.array(z.string()).readonly(),
});
export type LadderReport = Readonly<z.infer<typeof LadderReport>>;

/** The file in a stack's state folder that keeps the last one: {@link LastDoctorReport}. */
export const LAST_DOCTOR_FILE = "last-doctor.json";

/** The last ladder that was climbed on a stack that `stack up` keeps. */
export const LastDoctorReport = LadderReport.extend({
  /** ISO 8601, UTC: when it ended. */
  at: z.iso.datetime(),
});
export type LastDoctorReport = Readonly<z.infer<typeof LastDoctorReport>>;

/** The last ladder, and what is known of the time since. */
export const KeptDoctorReport = z.object({
  report: LastDoctorReport,
  /** The services that were started since it ended, by their names: of these it may not be true any more. */
  started_since: z.array(z.string()).readonly(),
});
export type KeptDoctorReport = Readonly<z.infer<typeof KeptDoctorReport>>;

/** What `GET /api/doctor` answers; `last` is null where no ladder is kept, or `stack up` has not started the HMI. */
export const DoctorAnswer = z.object({
  status: z.literal("ok"),
  last: KeptDoctorReport.extend({
    /** How long ago it ended, in seconds, by the clock of the HMI's machine. */
    age_s: z.number().min(0),
  }).nullable(),
});
export type DoctorAnswer = z.infer<typeof DoctorAnswer>;
