import type { LoadDriver, LoadMessages, LoadStep } from "../harness/load-report.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

/** What is timed, by the names that it is reported under; `token_ms` is a reply's mean time a token. */
const TIMES = [
  "wait_ms",
  "accepted_ms",
  "first_token_ms",
  "gap_ms",
  "reply_ms",
  "token_ms",
  "engine_first_token_ms",
  "other_first_token_ms",
  "engine_gap_ms",
  "late_ms",
] as const;

/** A time that is recorded. */
export type TimeName = (typeof TIMES)[number];

/** What becomes of a message. */
export type MessageEnd = Exclude<keyof LoadMessages, "due">;

/** A step's record as one process sends it to another: plain JSON. */
export interface EncodedStep {
  readonly messages: LoadMessages;
  readonly failures: Readonly<Record<string, number>>;
  readonly tokens: number;
  readonly under_way_ms: number;
  readonly late_max_ms: number;
  readonly cpu: number;
  /** Histograms, encoded; those without a value are left out. */
  readonly times: Readonly<Partial<Record<TimeName, string>>>;
}

/** Failures of this many kinds are told apart; a back end may make up a code for each. */
const MOST_CODES = 50;

/** Later than this at P95, a process that drives users is held up itself, in milliseconds: no time that is judged is shorter. */
const LATE_LIMIT_MS = 50;

/** Busier than this it may be late at any time: the share of a core. */
const CPU_LIMIT = 0.9;

/** What happened in one step: counts and histograms, whose size does not grow. */
export class StepRecord {
  readonly #messages = { due: 0, done: 0, failed: 0, cut: 0, unfinished: 0, unsent: 0 };
  readonly #failures = new Map<string, number>();
  readonly #times = new Map<TimeName, LatencyHistogram>();
  #tokens = 0;
  #underWayMs = 0;
  #lateMax = 0;
  #cpu = 0;

  /** Counts a message by what became of it. */
  ended(how: MessageEnd, code?: string): void {
    this.#messages.due += 1;
    this.#messages[how] += 1;
    if (code !== undefined) this.#failed(code, 1);
  }

  /** Counts a piece of text that has come. */
  token(): void {
    this.#tokens += 1;
  }

  /** Counts that a message was under way for this long while the step was measured. */
  underWay(ms: number): void {
    this.#underWayMs += ms;
  }

  time(name: TimeName, ms: number): void {
    this.#histogram(name).record(ms);
  }

  /** Records how late this process was, at one of its regular looks. */
  late(ms: number, everyMs: number): void {
    this.#lateMax = Math.max(this.#lateMax, ms);
    this.#histogram("late_ms").recordEvery(ms, everyMs);
  }

  /** Notes what share of a core this process took. */
  busy(cpu: number): void {
    this.#cpu = Math.max(this.#cpu, cpu);
  }

  /** What is shown of it while it goes on; the times of first tokens as an encoded histogram. */
  soFar(): { done: number; failed: number; tokens: number; first_token: string | undefined } {
    const { done, failed, cut } = this.#messages;
    const first_token = this.#times.get("first_token_ms")?.encode();
    return { done, failed: failed + cut, tokens: this.#tokens, first_token };
  }

  encode(): EncodedStep {
    const times = [...this.#times].map(([name, histogram]) => [name, histogram.encode()] as const);
    return {
      messages: { ...this.#messages },
      failures: Object.fromEntries(this.#failures),
      tokens: this.#tokens,
      under_way_ms: this.#underWayMs,
      late_max_ms: this.#lateMax,
      cpu: this.#cpu,
      times: Object.fromEntries(times),
    };
  }

  /** Adds what another process has recorded of the same step. */
  merge({ messages, failures, tokens, under_way_ms, late_max_ms, cpu, times }: EncodedStep): void {
    for (const name of Object.keys(this.#messages) as (keyof LoadMessages)[]) {
      this.#messages[name] += messages[name];
    }
    for (const [code, count] of Object.entries(failures)) this.#failed(code, count);
    this.#tokens += tokens;
    this.#underWayMs += under_way_ms;
    this.#lateMax = Math.max(this.#lateMax, late_max_ms);
    this.busy(cpu);
    for (const name of TIMES) {
      const encoded = times[name];
      if (encoded !== undefined) this.#histogram(name).merge(LatencyHistogram.decode(encoded));
    }
  }

  /** The step, as it is reported. */
  report({ users, measuredMs }: { readonly users: number; readonly measuredMs: number }): LoadStep {
    const spread = (name: TimeName) => this.#times.get(name)?.distribution() ?? null;
    const token = this.#times.get("token_ms");
    return {
      users,
      measured_ms: Math.round(measuredMs),
      messages: { ...this.#messages },
      failures: Object.fromEntries(this.#failures),
      tokens: this.#tokens,
      tokens_per_s: measuredMs === 0 ? 0 : rounded(this.#tokens / (measuredMs / 1_000)),
      under_way: measuredMs === 0 ? 0 : Math.round((this.#underWayMs / measuredMs) * 100) / 100,
      reply_tokens_per_s:
        token === undefined
          ? null
          : { p50: aSecond(token.percentile(50)), p5: aSecond(token.percentile(95)) },
      wait_ms: spread("wait_ms"),
      accepted_ms: spread("accepted_ms"),
      first_token_ms: spread("first_token_ms"),
      gap_ms: spread("gap_ms"),
      reply_ms: spread("reply_ms"),
      engine_first_token_ms: spread("engine_first_token_ms"),
      other_first_token_ms: spread("other_first_token_ms"),
      engine_gap_ms: spread("engine_gap_ms"),
      driver: this.#driver(),
    };
  }

  #driver(): LoadDriver {
    const late_p95_ms = rounded(this.#times.get("late_ms")?.percentile(95) ?? 0);
    const cpu = Math.round(this.#cpu * 100) / 100;
    return {
      late_p95_ms,
      late_max_ms: rounded(this.#lateMax),
      cpu,
      is_held_up: late_p95_ms > LATE_LIMIT_MS || cpu > CPU_LIMIT,
    };
  }

  #failed(code: string, count: number): void {
    const isNew = !this.#failures.has(code);
    const name = isNew && this.#failures.size >= MOST_CODES ? "others" : code;
    this.#failures.set(name, (this.#failures.get(name) ?? 0) + count);
  }

  #histogram(name: TimeName): LatencyHistogram {
    const known = this.#times.get(name);
    if (known !== undefined) return known;
    const histogram = LatencyHistogram.empty();
    this.#times.set(name, histogram);
    return histogram;
  }
}

/** Of a time for each, how many there are in a second. */
function aSecond(ms: number): number {
  return ms === 0 ? 0 : rounded(1_000 / ms);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
