/** How checks open conversations of their own on a target, whatever wire it speaks; deleted at the end. */
import type { EngineOptions, Think } from "../contract/gateway-schemas.ts";
import { CouldNotRun } from "../harness/define-check.ts";
import { deleteAndLook } from "../targets/delete-and-look.ts";
import type { ChatPlace } from "../targets/drivers/chat-client.ts";
import { isRefusal } from "../targets/drivers/refusal.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { RUN_PROFILE_NAME, runProfileDescription } from "../targets/run-journal.ts";
import type { Context } from "./contract-conversations.ts";
import { generationsOf } from "./engine-generations.ts";
import type { SaidSoFar } from "./require-right-roles.ts";

/** What a check talks about, and how the engine is to answer. */
export interface TalkDraft {
  /**
   * A word by which a person can tell where it comes from; the same throughout a suite, where no claim needs another one:
   * engines keep what their last prompt began with, and read what follows.
   */
  readonly name: string;
  readonly instructions?: string;
  /** What reaches the engine with every message, where the wire can say it; a real one ignores the stand-in's own names. */
  readonly options: EngineOptions;
  /** False where this is left out: thoughts take up what a reply may be long. */
  readonly think?: Think;
}

/** A conversation of a check's own. */
export interface Talk {
  readonly place: ChatPlace;
  /** Its id; null until the back end has told one. */
  conversation: string | null;
  /** What was read of it by streams that were opened late. */
  readonly lateStreams?: SeenStream[];
  /** What was said in it, in order. */
  readonly said?: SaidSoFar[];
}

/** What is made is not bound to Ctrl-C: of what was cut off, nobody would know whether it is there. In milliseconds. */
const CREATE_TIMEOUT_MS = 30_000;

/** Opens a place of its own, to be closed at the end with all that was said there. */
export async function openPlace(context: Context, draft: TalkDraft): Promise<ChatPlace> {
  const { chat, journal } = context.target;
  // Before anything is said: what the engine is asked counts from here.
  await generationsOf(context, "");
  const { name, instructions = "Answer in a few words.", options, think = false } = draft;
  const place = await understood(
    chat.openPlace(
      {
        name: `${RUN_PROFILE_NAME}${name}`,
        description: runProfileDescription(journal.runId),
        instructions,
        options,
        think,
      },
      AbortSignal.timeout(CREATE_TIMEOUT_MS),
    ),
  );
  if (place.modelId !== null) {
    context.defer(`deleting profile ${place.modelId}`, (signal) => chat.closePlace(place, signal));
  }
  return place;
}

/** Begins a conversation there, to be deleted at the end. */
export async function beginTalk(context: Context, place: ChatPlace): Promise<Talk> {
  const { chat } = context.target;
  const id = await understood(chat.openConversation(place, AbortSignal.timeout(CREATE_TIMEOUT_MS)));
  const talk: Talk = { place, conversation: null, lateStreams: [], said: [] };
  if (id !== null) learnConversation(context, talk, id);
  return talk;
}

/** Opens a place, and begins a conversation there. */
export async function startTalk(context: Context, draft: TalkDraft): Promise<Talk> {
  return await beginTalk(context, await openPlace(context, draft));
}

/** An answer that is of no use says nothing of the claim. */
export async function understood<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error)) throw new CouldNotRun(error.message);
    throw error;
  }
}

/** What a conversation is called, once that is told: from then on it is to be deleted. */
export function learnConversation(context: Context, talk: Talk, id: string): void {
  if (talk.conversation === id) return;
  talk.conversation = id;
  // A profile's conversations are deleted with it.
  if (talk.place.modelId !== null) return;
  const { chat, journal } = context.target;
  // A wire that is none of ours need not tell when a conversation was made.
  journal.madeConversation({ session_id: id, created_at: "" });
  context.defer(`deleting conversation ${id}`, (signal) => deleteAndLook(chat, id, signal));
}
