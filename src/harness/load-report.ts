/** What a load run has measured, as every report carries it. All times are in milliseconds. */

/** How times are spread: from an HDR histogram, exact to a thousandth of each value. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
  /** The whole histogram, in microseconds: HdrHistogram's own format (V2, compressed, base64), which its tools read. */
  readonly hdr: string;
}

/** What became of the messages that were due in a step. */
export interface LoadMessages {
  /** By the users' own times: all of them, whatever became of them. */
  readonly due: number;
  /** Replies that came to their ends. */
  readonly done: number;
  /** Refused, not answered, or ended by an error. */
  readonly failed: number;
  /** Replies whose stream ended without saying that they are done. */
  readonly cut: number;
  /** Replies that had not ended when the run did, though they were given time. */
  readonly unfinished: number;
  /** Never sent, because their users still waited for the reply before when the run ended. */
  readonly unsent: number;
}

/** How well the processes that drove the users kept their times. */
export interface LoadDriver {
  /** How late their event loops were at P95. */
  readonly late_p95_ms: number;
  readonly late_max_ms: number;
  /** The share of one core that the busiest of them took, from 0 to 1. */
  readonly cpu: number;
  /** True where that is so much that the times are not the target's. */
  readonly is_held_up: boolean;
}

/** One step of a load run: this many users at once. */
export interface LoadStep {
  readonly users: number;
  /** For how long it was measured. */
  readonly measured_ms: number;
  readonly messages: LoadMessages;
  /** What failed, by the back end's own code, or by the status. */
  readonly failures: Readonly<Record<string, number>>;
  /** Pieces of text that came while it was measured. */
  readonly tokens: number;
  readonly tokens_per_s: number;
  /** Messages that were due and whose replies had not ended yet, in the mean over the time. */
  readonly under_way: number;
  /** Tokens a second of one reply while it is written: in the median, and of the slowest twentieth. Null where none was. */
  readonly reply_tokens_per_s: { readonly p50: number; readonly p5: number } | null;
  /** From when a message was due until it was sent: how long its user still waited for the reply before. */
  readonly wait_ms: Distribution | null;
  /** From when a message was sent until it was accepted; null where one call carries it and streams the reply. */
  readonly accepted_ms: Distribution | null;
  /** From when a message was due until its reply's first token. */
  readonly first_token_ms: Distribution | null;
  /** From one token to the next; those that came together count as one. */
  readonly gap_ms: Distribution | null;
  /** From when a message was due until its reply had ended. */
  readonly reply_ms: Distribution | null;
  /** What of the first token's time was the engine's, by its own clock, without its queue; null where it is not told. */
  readonly engine_first_token_ms: Distribution | null;
  /** The rest of the first token's time, of the replies whose engine told its share. */
  readonly other_first_token_ms: Distribution | null;
  /** The engine's own mean time a token; null where it is not told. */
  readonly engine_gap_ms: Distribution | null;
  readonly driver: LoadDriver;
}

/** One step as the rule of the knee sees it. */
export interface KneeFigure {
  readonly users: number;
  readonly tokens_per_s: number;
  /** How long users wait and read for each token that comes: messages under way, divided by tokens a second. */
  readonly token_ms: number;
  /** Tokens a second, divided by that time in seconds. */
  readonly power: number;
}

/** Where more users stop to bring more, and only wait longer. */
export interface Knee {
  /** Users at the knee; null where none was reached, or none can be told. */
  readonly users: number | null;
  /** The next step, in which it was over; null where none was reached. */
  readonly over_at: number | null;
  /** What was found, in one sentence. */
  readonly words: string;
  readonly figures: readonly KneeFigure[];
}

/** When a user sends the next message. */
export interface Pace {
  /** `timetable`: this long after the one before was due, whatever the stack does. `closed`: this long after its reply ended. */
  readonly model: "timetable" | "closed";
  /** That time, in milliseconds. */
  readonly every_ms: number;
}

/** All that a load run has measured. */
export interface LoadReport {
  /** Users of the last step: those that the claims are about. */
  readonly users: number;
  readonly processes: number;
  readonly pace: Pace;
  /** How long a reply is asked to be, in tokens. */
  readonly reply_tokens: number;
  readonly duration_ms: number;
  /** True where it was ended early: the last step is the one in which that was. */
  readonly interrupted: boolean;
  readonly steps: readonly LoadStep[];
  readonly knee: Knee;
}

/** How a load run is going. */
export interface LoadProgress {
  readonly elapsed_ms: number;
  readonly total_ms: number;
  /** Of the present step. */
  readonly users: number;
  /** Replies that are being written or waited for. */
  readonly running: number;
  /** In the present step, so far. */
  readonly done: number;
  readonly failed: number;
  readonly tokens_per_s: number;
  readonly first_token_p50_ms: number | null;
  readonly first_token_p95_ms: number | null;
}
