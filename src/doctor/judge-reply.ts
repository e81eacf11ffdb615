import type { Role } from "../config/service-config.ts";
import { wordsIn } from "../targets/drivers/refusal.ts";
import { failureOf, lastFact, textOf, thoughtsOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { beginningNotRead } from "../targets/late-reading.ts";
import type { RungFinding } from "./climb-ladder.ts";
import type { ExaminedStack } from "./doctor-context.ts";
import { refusedCall } from "./refused-call.ts";
import { suspectEngine } from "./suspect-engine.ts";
import { brokenRung } from "./symptom-explanations.ts";
import { seconds } from "./text-helpers.ts";

/** How long a short reply may take beside the engine's own time, in milliseconds. */
const REPLY_MS = 30_000;

/** How many times as long as one token at the engine itself a short reply may take there: its prompt is longer, too. */
const REPLY_CHATS = 6;

/** A silence that no model needs between two tokens, beside its own time for a short reply, in milliseconds. */
const LEAST_SILENCE_MS = 20_000;

/** How long a reply that has begun to speak may be silent with this engine, in milliseconds. */
export function silenceLimitMs({ notes }: ExaminedStack): number {
  return LEAST_SILENCE_MS + REPLY_CHATS * notes.chatMs;
}

/** How long a short reply is waited for with this engine, in milliseconds: a slow one is not broken. */
export function replyTimeoutMs({ notes }: ExaminedStack): number {
  return REPLY_MS + REPLY_CHATS * notes.chatMs;
}

/** What did not come in this many milliseconds may be on its way: it is not judged, and not waited for again. */
export function notInTime({ notes }: ExaminedStack, waitedMs: number): RungFinding {
  notes.waitedInVainMs = waitedMs;
  const engine =
    notes.chatMs === 0 ? "" : `, and one token of the engine itself took ${seconds(notes.chatMs)}`;
  return {
    status: "skipped",
    text: `no end of a reply came in ${seconds(waitedMs)}: not judged${engine}`,
  };
}

/** Where a reply was waited for in vain already: no other one is asked for. */
export function waitedBefore({ notes }: ExaminedStack): RungFinding | undefined {
  if (notes.waitedInVainMs === undefined) return undefined;
  return { status: "skipped", text: `not asked, as no reply had come in ${seconds(notes.waitedInVainMs)}` };
}

/** What is known of a reply beside its stream. */
interface KnownOfReply {
  /** The model that it was asked of, where that is known for certain. */
  readonly asked?: string | null | undefined;
  /** Whether it was left because the engine had nothing to do any more. */
  readonly isEngineDone?: boolean;
}

/** What is wrong with a short reply, whatever the wire; undefined where nothing is. */
export function judgeReply(
  stream: SeenStream,
  service: Role,
  stack: ExaminedStack,
  { asked, isEngineDone = false }: KnownOfReply = {},
): RungFinding | undefined {
  const call = stream.request.split("?")[0] ?? "";
  if (stream.status >= 300) return refusedCall(stack, service, { ...stream, request: call }, wordsIn(stream));
  const done = lastFact(stream, "done");
  const failure = failureOf(stream) ?? (done?.reason === "error" ? UNTOLD : undefined);
  if (failure !== undefined) return judgeFailure(failure, { service, call, asked }, stack);
  if (stream.isOpenedLate === true && textOf(stream) === "") {
    return { status: "skipped", text: beginningNotRead(stream).message };
  }
  if (done === undefined) {
    return stream.end === "given-up"
      ? judgeUnended(stream, { service, call, isEngineDone }, stack)
      : brokenRung("reply_cut", { service, call });
  }
  if (textOf(stream).trim() !== "") return undefined;
  // A model that thinks may use up its few tokens for that.
  if (thoughtsOf(stream) !== "" || done.reason === "length") return { status: "skipped", text: EMPTY };
  return brokenRung("reply_empty", { service, call });
}

/** A reply that is not asked for again: it would be waited for as long. */
function judgeUnended(
  stream: SeenStream,
  about: { readonly service: Role; readonly call: string; readonly isEngineDone: boolean },
  stack: ExaminedStack,
): RungFinding {
  const silentMs = silenceOf(stream);
  if (!about.isEngineDone && silentMs < silenceLimitMs(stack)) return notInTime(stack, stream.duration_ms);
  stack.notes.waitedInVainMs = stream.duration_ms;
  return brokenRung("reply_unended", { ...about, silentMs });
}

/** How long nothing came any more of a reply that had begun to speak, in milliseconds; 0 where no text came. */
function silenceOf(stream: SeenStream): number {
  const last = stream.facts.at(-1);
  return textOf(stream) === "" || last === undefined ? 0 : stream.duration_ms - last.at_ms;
}

interface Failure {
  readonly code: string | null;
  readonly message: string;
  readonly hint?: string | undefined;
}

const UNTOLD: Failure = { code: null, message: "it failed, and nobody said why" };

const EMPTY = "there is nothing to judge, as the model said nothing";

interface FailedReply {
  readonly service: Role;
  readonly call: string;
  readonly asked: string | null | undefined;
}

function judgeFailure(
  { code, message, hint }: Failure,
  { service, call, asked }: FailedReply,
  stack: ExaminedStack,
) {
  const { notes } = stack;
  // It came through all, and what it says is true: the model answered, and said nothing.
  if (code === "empty_reply") return { status: "skipped", text: `${EMPTY}: ${message}` } as const;
  const unknown = unknownModel({ code, message }, asked ?? undefined, notes);
  if (unknown === undefined) {
    const suspicion = suspectEngine(stack, service, message);
    return brokenRung("reply_failed", { service, call, said: message, hint, suspicion });
  }
  const { installed, folder } = notes;
  return brokenRung("wrong_default_model", { service, installed, folder: folder[service], ...unknown });
}

/** The model that a reply failed for; `model` undefined in it where only the engine's 404 came through. */
function unknownModel(
  { code, message }: Failure,
  asked: string | undefined,
  { installed, model }: Pick<ExaminedStack["notes"], "installed" | "model">,
): { model: string | undefined } | undefined {
  if (installed.length === 0) return undefined;
  if (asked !== undefined && !installed.includes(asked)) return { model: asked };
  if (/model/i.test(message) && !installed.includes(model)) return { model };
  const named = /model ["']([^"']+)["']/.exec(message)?.[1];
  if (code === "model_not_found") return { model: named };
  if (/\b404\b/.test(message) && /\/api\/(?:chat|generate)\b|not found/i.test(message))
    return { model: named };
  return undefined;
}
