/** What a trace has seen, and what it says of it: the shape of `stack trace --json`. */
import type { EngineOptions } from "../contract/gateway-schemas.ts";
import type { EngineTimings } from "../targets/drivers/reply-facts.ts";
import type { SavedTurnProblem } from "../targets/judge-saved-turn.ts";
import type { HopName } from "./hop-names.ts";

/** One trace. All times are milliseconds; whatever was not told is null. */
export interface TraceReport {
  /** True where a whole reply was seen, and no hop was seen to be broken. */
  readonly ok: boolean;
  /** What was asked of every hop. */
  readonly message: string;
  /** The model that was asked of every hop; null where nobody told which there are, or the hops were asked for several. */
  readonly model: string | null;
  /** What `chat.model` says, where somebody has set it: it is what a hop takes whose messages name no model. Else null. */
  readonly set_model: string | null;
  /** What went to the engine with it, where the wire can say so. */
  readonly options: EngineOptions;
  readonly started_at: string;
  readonly took_ms: number;
  /** The short request before everything else, so that the model is loaded; null where the engine took none. */
  readonly warm_up: { readonly took_ms: number; readonly load_ms: number | null } | null;
  /** Who told what reached the engine; null where nobody did. */
  readonly record: "tap" | "stand-in" | null;
  /** Processes of this stack's services that ended meanwhile: sentences. */
  readonly deaths: readonly string[];
  /** What was answered as deleted and is shown still, in words. */
  readonly undone_deletions: readonly string[];
  /** From the engine outwards. */
  readonly hops: readonly HopObservation[];
  readonly diagnosis: TraceDiagnosis;
  /** All that is wrong, the diagnosis first. */
  readonly findings: readonly TraceFinding[];
  /** What could not be judged, and why: sentences. */
  readonly not_told: readonly string[];
  /** What was made for the trace and could not be deleted. */
  readonly left_behind: readonly string[];
}

/** What was observed before it is judged. */
export type TraceObservations = Pick<
  TraceReport,
  "message" | "model" | "set_model" | "options" | "record" | "deaths" | "undone_deletions" | "hops"
>;

/** The one sentence. */
export interface TraceDiagnosis {
  readonly hop: HopName | null;
  /** `not_told`: nothing was seen to be wrong, and no whole reply was seen. */
  readonly kind: TraceFindingKind | "passes" | "not_told";
  readonly sentence: string;
  /** What to do; null where nothing is to be done, or nobody can say. */
  readonly next: string | null;
}

/** One thing that is wrong at one hop. */
export interface TraceFinding extends TraceDiagnosis {
  readonly hop: HopName;
  readonly kind: TraceFindingKind;
}

/**
 * `no_answer`: nothing answers at its address; `refused`: the request was; `failure`: the reply failed; `no_end`: it
 * ended without saying so; `lost_text`, `changed_text`; `not_saved`: the reply is not in the conversation's rows;
 * `saved_twice`: one turn is in them more than once; `wrong_order`: the reply is in them before its message;
 * `wrong_roles`: the message is in them as the assistant's, or the reply as the person's; `message_not_saved`: the reply is in them, and
 * its message is not;
 * `other_usage`: it tells other tokens than the engine counted; `other_model`: another was asked, or answered; `asked_twice`: the
 * engine was asked more than once for one reply; `not_from_engine`: it was whole before an engine can have written it;
 * `not_deleted`: it answers a deletion that it does not do;
 * `held_back`: text that came in pieces goes on in one;
 * `asked_before`: the engine was asked something else first; `queued`: the engine let this request wait; `delay`: this
 * hop takes its time.
 */
export type TraceFindingKind =
  | "no_answer"
  | "refused"
  | "failure"
  | "no_end"
  | "lost_text"
  | "changed_text"
  | "not_saved"
  | "message_not_saved"
  | "saved_twice"
  | "wrong_order"
  | "wrong_roles"
  | "other_model"
  | "other_usage"
  | "asked_twice"
  | "not_from_engine"
  | "held_back"
  | "not_deleted"
  | "asked_before"
  | "queued"
  | "delay";

/** One hop, and each time that the message went through it. */
export interface HopObservation {
  readonly hop: HopName;
  readonly url: string;
  /** The hop behind it, which it asks; null for the engine. */
  readonly behind: HopName | null;
  /** The model that it was asked for, by its own name; null where nobody told which there are, or which one it takes. */
  readonly model: string | null;
  /** Whether a message to it can name a model. Where not, `model` is the only one that can be meant. */
  readonly names_model: boolean;
  /** The models that it lists; empty where it lists none. */
  readonly models: readonly string[];
  /** Why nobody can tell when its words were written: its wire does not send them as they are. Null where it does. */
  readonly pace_untold: string | null;
  readonly passes: readonly HopPass[];
}

/** One message on its way through one hop. Times count from when it was sent. */
export interface HopPass {
  /** The call that streams the reply: `POST /api/chat`. */
  readonly request: string;
  readonly sent_at: string;
  /** Null where nothing answered. */
  readonly status: number | null;
  /** Why there is no stream, in the answerer's own words; null where there is one. */
  readonly problem: string | null;
  /** Those that say who answered, and how; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Until the message was taken, where a call of its own takes it. */
  readonly accepted_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly first_thought_ms: number | null;
  readonly first_token_ms: number | null;
  readonly last_token_ms: number | null;
  /** When the conversation's title came, where the wire tells one with the reply. */
  readonly title_ms: number | null;
  /** The longest time between two pieces of text. */
  readonly longest_gap: { readonly from_ms: number; readonly to_ms: number } | null;
  readonly ended_ms: number | null;
  /** `done`: it said that it is whole; `closed` and `cut`: it did not; `given_up`: we waited no longer. */
  readonly end: "done" | "closed" | "cut" | "given_up" | null;
  readonly finish_reason: string | null;
  readonly text: string;
  readonly thoughts: string;
  /** Text and thoughts as they arrived; what came together is one. */
  readonly pieces: readonly TracedPiece[];
  /** The model that the reply says it is of. */
  readonly model: string | null;
  readonly usage: {
    readonly prompt_tokens: number | null;
    readonly completion_tokens: number | null;
  } | null;
  /** The engine's own figures. */
  readonly timings: EngineTimings | null;
  readonly failure: { readonly code: string | null; readonly message: string } | null;
  /** The reply as the HMI has it afterwards; null where there is none, or nobody shows it. */
  readonly row: ReplyRow | null;
  /** Why its beginning may not have been read: its stream was opened after its message. Null where it was read. */
  readonly opened_late: string | null;
  /** What is wrong with the turn as it is saved, in words; null for nothing, or where nobody shows it. `elsewhere` is a conversation that has the reply instead. */
  readonly row_problem: (Pick<SavedTurnProblem, "kind" | "found"> & { readonly elsewhere?: string }) | null;
  /** Why the rows could not be judged: they had not come to rest in time; null where they had. */
  readonly row_unrest: string | null;
  /** Whether rows could be read at all: then a missing one is missing. */
  readonly has_rows: boolean;
  /** What reached the engine meanwhile, oldest first; null where nobody tells. */
  readonly engine_requests: readonly TracedEngineRequest[] | null;
}

export interface TracedPiece {
  readonly at_ms: number;
  readonly kind: "text" | "thought";
  /** UTF-16 units. */
  readonly chars: number;
}

export interface ReplyRow {
  readonly text: string;
  readonly status: string | null;
  readonly model: string | null;
}

/** A request as a tap, or the stand-in, saw it reach the engine. */
export interface TracedEngineRequest {
  /** `reply`: for this message's reply; `again`: the very same once more; `other`: for something else. */
  readonly purpose: "reply" | "again" | "other";
  readonly model: string;
  /** Messages of its history, the system's too; null where it was a prompt. */
  readonly messages: number | null;
  /** The beginning of what was asked last. */
  readonly asked: string;
  readonly options: EngineOptions;
  /** From when the message was sent to the hop; null where the clocks cannot be compared. */
  readonly from_ms: number | null;
  /** From when it reached the engine. */
  readonly first_token_ms: number | null;
  /** The same; null where it had not ended. */
  readonly ended_ms: number | null;
  /** What it answered; null where only a count was kept. */
  readonly text: string | null;
  /** How the engine refused it; null where it took it. */
  readonly refused: { readonly status: number; readonly said: string } | null;
  /** The tokens that the engine counted at its end; null where it told none. */
  readonly counted: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}
