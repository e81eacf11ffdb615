import type { Role } from "../../config/service-config.ts";
import type { SavedTurnProblem } from "../../targets/judge-saved-turn.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import { shellWord } from "../../text/shell-word.ts";
import type { Explanations, RungProblem } from "../climb-ladder.ts";
import type { Suspicion } from "../suspect-engine.ts";
import { isDisplayName, seconds, shortened } from "../text-helpers.ts";

/** What is wrong on the way of a message. */
export interface ChatSymptoms {
  /** A message without a model was asked of one that the engine lacks. */
  wrong_default_model: {
    service: Role;
    /** Undefined where only the engine's 404 was told. */
    model: string | undefined;
    installed: readonly string[];
    /** Folder of the service's program, where it is known. */
    folder: string | undefined;
  };
  reply_failed: {
    service: Role;
    call: string;
    said: string;
    hint: string | undefined;
    suspicion?: Suspicion | undefined;
  };
  reply_cut: { service: Role; call: string };
  /** Its text came, then nothing more for far longer than its engine takes for a reply, and the stream stayed open. */
  reply_unended: { service: Role; call: string; silentMs: number; isEngineDone: boolean };
  /** It took the call, and tells that it failed at it. */
  call_failed: {
    service: Role;
    call: string;
    status: number;
    said: string;
    suspicion: Suspicion | undefined;
  };
  call_refused: { service: Role; call: string; status: number; said: string };
  /** It takes messages, but none for this model. */
  model_refused: { service: Role; call: string; status: number; said: string; model: string };
  /** It ended well, and had no text. */
  reply_empty: { service: Role; call: string };
  /** A reply came, and the engine was asked for nothing. */
  not_from_engine: {
    service: Role;
    text: string;
    /** Where it was seen that nothing came. */
    at: string;
  };
  /** Another model was asked, or answered, than the one that was wanted. */
  other_model: {
    service: Role;
    wanted: string;
    /** Who says so, in words that go before the model. */
    wantedBy: string;
    /** Who shows which one it was, with it: `the engine was asked for phi3:mini`. */
    seen: string;
  };
  /** The engine was asked so many times for one reply. */
  asked_twice: { service: Role; times: number };
  /** All of a reply's text came at once, long after it was begun. */
  buffered: {
    service: Role;
    /** `1 piece` */
    pieces: string;
    withinMs: number;
    afterMs: number;
    /** For how long the engine wrote it; undefined where nobody saw that. */
    writtenMs: number | undefined;
    who: string;
    todo: string;
  };
  /** `elsewhere` is another conversation in which the reply was found. */
  reply_not_saved: { found: string; isWithoutModelId: boolean; elsewhere?: string | undefined };
  /** A deletion was answered as done, and what was to be gone is shown still. */
  not_deleted: { service: Role; found: string };
  /** Message and reply are there, and not as they were said. */
  rows_wrong: { service: Role; kind: WrongRows; found: string };
}

export const chatExplanations: Explanations<ChatSymptoms> = {
  wrong_default_model: ({ service, model, installed, folder }) => ({
    found:
      model === undefined
        ? `a message without a model was asked of one that the engine does not have; it has ${installed.join(", ")}`
        : `a message without a model was asked of "${model}", which the engine does not have; it has ${installed.join(", ")}`,
    cause: `${model !== undefined && isDisplayName(model) ? "A display name was used where a model id belongs. " : ""}It is the ${SERVICE_TITLES[service]}'s own default: look for it in the page, in its script and in the handler.`,
    next:
      model === undefined
        ? `grep -rniE 'default.?model' ${shellWord(folder ?? ".")}`
        : `grep -rn ${shellWord(model)} ${shellWord(folder ?? ".")}`,
  }),
  reply_failed: ({ service, call, said, hint, suspicion }) => ({
    found: `${call}: ${shortened(said)}`,
    cause: hint ?? failureTold(service, suspicion),
    next: (hint === undefined ? suspicion?.next : undefined) ?? "stack status",
  }),
  reply_cut: ({ service, call }) => ({
    found: `${call} ended without \`done\``,
    cause: `The ${SERVICE_TITLES[service]} lost the reply on its way: it crashed, or its stream ends without an ending.`,
    next: "stack verify sse --grep done",
  }),
  reply_unended: ({ service, call, silentMs, isEngineDone }) => ({
    found: `${call} sent text, then nothing more of this reply for ${seconds(silentMs)}, and never said that it is done${isEngineDone ? ", though the engine has nothing to do any more" : ""}`,
    cause: `The ${SERVICE_TITLES[service]} swallows the end: after the last words it tells none. Or the sign of an end is another one (contract.wire.stream.done).`,
    next: "stack trace",
  }),
  call_failed: ({ service, call, status, said, suspicion }) => ({
    found: `${call} answered ${status}: ${shortened(said)}`,
    cause: failureTold(service, suspicion),
    next: suspicion?.next ?? "stack status",
  }),
  call_refused: ({ service, call, status, said }) => ({
    found: `${call} answered ${status}: ${shortened(said)}`,
    cause: `The ${SERVICE_TITLES[service]} does not take what the contract says (docs/contract.md).`,
    next: "stack verify http",
  }),
  model_refused: ({ service, call, status, said, model }) => ({
    found: `${call} answered ${status}: ${shortened(said)}`,
    cause: `The ${SERVICE_TITLES[service]} has no model ${model}, which it was asked for, or not for us: it may have names of its own (chat.model says which).`,
    next: "STACK_CHAT_MODEL=... stack doctor",
  }),
  reply_empty: ({ service, call }) => ({
    found: `${call} ended, and had no text`,
    cause: `The model said nothing, or the ${SERVICE_TITLES[service]} puts its text where nobody looks (contract.wire.stream.text).`,
    next: "stack trace",
  }),
  not_from_engine: ({ service, text, at }) => ({
    found: `a message is answered without the engine: "${shortened(text)}" came, and nothing was asked at ${at}`,
    cause: `The ${SERVICE_TITLES[service]} has a text of its own for it, or one that it kept; or it asks another engine than the one that is watched there.`,
    next: "stack trace",
  }),
  other_model: ({ service, wanted, wantedBy, seen }) => ({
    found: `a message is answered by another model: ${wantedBy} ${wanted}, and ${seen}`,
    cause: `The ${SERVICE_TITLES[service]}, or what stands between it and the engine, chooses the model by itself.`,
    next: "stack trace",
  }),
  asked_twice: ({ service, times }) => ({
    found: `one message is ${times} requests at the engine, in the same words`,
    cause: `The ${SERVICE_TITLES[service]}, or what stands between it and the engine, asks again for what it is asked once: a second listener, a retry that does not look, or a call that is made in two places. The engine works for each.`,
    next: "stack verify isolation --grep one-request",
  }),
  buffered: ({ service, pieces, withinMs, afterMs, writtenMs, who, todo }) => ({
    found: `a reply of ${pieces} came within ${withinMs} ms, after ${afterMs} ms of nothing${writtenMs === undefined ? "" : `, which the engine wrote over ${writtenMs} ms`}: it is held back`,
    cause: `${who === "" ? `The ${SERVICE_TITLES[service]}, or a proxy before it, waits for the whole reply.` : who} To be done: ${todo}.`,
    next: "stack trace",
  }),
  reply_not_saved: ({ found, isWithoutModelId, elsewhere }) => ({
    found: `the reply was streamed and not saved as it was: ${found}${elsewhere === undefined ? "" : `, and conversation ${elsewhere} has it`}`,
    cause: isWithoutModelId
      ? "The call that saves it has a literal None where model_id belongs (BUG-016)."
      : elsewhere === undefined
        ? "It is saved to another conversation, after `done`, or not at all."
        : "It is saved by the id of another conversation than that of its message.",
    next: isWithoutModelId ? "stack verify source --root backend" : "stack verify persistence",
  }),
  not_deleted: ({ service, found }) => ({
    found,
    cause: `The ${SERVICE_TITLES[service]} answers a deletion that it does not do, or does not leave out what is marked as deleted where it is listed.`,
    next: "stack verify persistence",
  }),
  rows_wrong: ({ service, kind, found }) => ROWS_WRONG[kind](SERVICE_TITLES[service], found),
};

/** What is wrong where both message and reply are there. */
type WrongRows = Exclude<SavedTurnProblem["kind"], "not_saved">;

const ROWS_WRONG: Readonly<Record<WrongRows, (title: string, found: string) => Omit<RungProblem, "code">>> = {
  message_not_saved: (title, found) => ({
    found: `the reply is saved, and its message is not: ${found}`,
    cause: `The ${title} saves what the model says, and not what it was asked, or shows that under another text: after a reload the answer stands there alone.`,
    next: "stack verify persistence",
  }),
  changed: (title, found) => ({
    found: `the saved reply is another text than was streamed: ${found}`,
    cause: `The ${title} changes text on its stream, or when it saves it: bytes that are read as other characters, a filter. Or what it shows is the row of another reply.`,
    next: "stack trace",
  }),
  lost_on_stream: (title, found) => ({
    found: `the saved reply has more than what was streamed: ${found}`,
    cause: `The ${title} loses text on its stream; what it saves is whole.`,
    next: "stack trace",
  }),
  lost_when_saved: (title, found) => ({
    found: `the saved reply has less than what was streamed: ${found}`,
    cause: `The ${title} loses text when it saves; its stream is whole.`,
    next: "stack trace",
  }),
  twice: (title, found) => ({
    found: `one turn is saved more than once: ${found}`,
    cause: `The ${title} saves it at several places, or its list shows a row more than once.`,
    next: "stack verify persistence",
  }),
  roles: (title, found) => ({
    found: `a turn is shown under other roles than it was said in: ${found}`,
    cause: `The ${title} saves or shows who spoke the wrong way round; or its words for that are others (contract.wire.rows.roles).`,
    next: "stack verify persistence",
  }),
  order: (title, found) => ({
    found: `the reply is not behind its message: ${found}`,
    cause: `The ${title} lists its rows in another order; where that is the newest first, contract.wire.rows.newest_first says so.`,
    next: "stack verify persistence",
  }),
};

/** The failure is the service's own word, and no claim of ours. */
function failureTold(service: Role, suspicion: Suspicion | undefined): string {
  const title = SERVICE_TITLES[service];
  return `The ${title} answers, and tells of a failure. ${suspicion?.words ?? "Its log says more."}`;
}
