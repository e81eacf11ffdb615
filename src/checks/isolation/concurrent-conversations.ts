import { hmiRoutes } from "../../contract/routes.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { beginTalk, openPlace } from "../any-wire-conversation.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows, sendMessage } from "../contract-replies.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { generationsWith, textsOf } from "../engine-generations.ts";
import { followStream } from "../follow-stream.ts";
import { converseIn } from "../say-and-hear.ts";
import { requireText } from "../stream-endings.ts";
import { repeatAfterMe, timesFor, wordFrom } from "./marker-words.ts";

/** A conversation that was talking while all the others were, with a word that only it says. */
export interface Voice {
  readonly word: string;
  /** True of a target without profiles, or of another wire. */
  readonly isForeign: boolean;
  readonly modelId: number | null;
  /** A word that only its profile's instructions hold; null where there is none. */
  readonly profileWord: string | null;
  /** Null where it was not told. */
  readonly sessionId: string | null;
  readonly asked: string;
  readonly stream: SeenStream;
  /** True where it was said on one connection with others. */
  readonly isOnOneConnection?: boolean;
  /** What its conversation held after that; null where the back end shows none. */
  readonly rows: readonly SeenRow[] | null;
  /** What the engine was asked with its word in it; empty where the engine cannot be watched. */
  readonly generations: readonly SeenGeneration[];
}

const PROFILES = 3;
/** Conversations of each profile: one is asked by each of the two calls that send a message. */
const DOORS = ["message", "general-stream"] as const;

/** Long enough that all of them are being answered at once. */
const REPLY = { words: 12, options: { num_predict: 16, stand_in_token_ms: 5 } } as const;

/** Conversations of several profiles that are all answered at the same time. */
export async function conversationsAtOnce(context: Context): Promise<readonly Voice[]> {
  return await context.share("voices at once", async () => {
    await generationsWith(context, "");
    const { capabilities } = context.target;
    const hasProfiles = capabilities.has("speak the contract") && capabilities.has("keep profiles");
    if (!hasProfiles) return await voicesOnAnyWire(context);
    const profiles = Array.from({ length: PROFILES }, (_, index) => prepare(context, `profile ${index}`));
    const prepared = (await Promise.all(profiles)).flat();
    const heard = await Promise.all(
      prepared.map(async (voice) => ({ ...voice, stream: await listen(context, voice) })),
    );
    return await Promise.all(heard.map((voice) => lookAfter(context, voice)));
  });
}

/** The words in this text that belong to other conversations than this one, or to other profiles. */
export function foreignWords(text: string, own: Voice, voices: readonly Voice[]): readonly string[] {
  const wordsOf = ({ word, profileWord }: Voice): string[] =>
    profileWord === null ? [word] : [word, profileWord];
  const known = new Set(wordsOf(own));
  const all = new Set(voices.flatMap(wordsOf));
  return [...all].filter((word) => !known.has(word) && text.includes(word));
}

/** Whether what the engine was asked for this conversation is, or holds, another's: what follows from that is one fault. */
export function isPromptMixed(voice: Voice, voices: readonly Voice[]): boolean {
  const { isForeign, generations } = voice;
  if (!isForeign) return false;
  // Where another one's was asked in its place, that was asked twice.
  if (generations.length === 0) return voices.some((other) => other.generations.length > 1);
  return foreignWords(generations.flatMap(textsOf).join(" "), voice, voices).length > 0;
}

/** How many conversations talk at once where there are no profiles. */
const TALKS = 4;

/** How many of them are on one connection, on a wire that has such. */
const ON_ONE_CONNECTION = 2;

async function voicesOnAnyWire(context: Context): Promise<readonly Voice[]> {
  const place = await openPlace(context, { name: "at once", options: REPLY.options });
  const { sharesConnections = false } = context.target.chat;
  const talks = await Promise.all(Array.from({ length: TALKS }, () => beginTalk(context, place)));
  const heard = await Promise.all(
    talks.map(async (talk, index) => {
      const word = wordFrom(context.canary(`talk ${index}`));
      // A page has one for all; another page, or another person, has one of its own.
      const isOnOneConnection = sharesConnections && index < ON_ONE_CONNECTION;
      const { sent, stream } = await converseIn(
        context,
        talk,
        repeatAfterMe(word, timesFor(context, REPLY.words)),
        { isOnOneConnection },
      );
      return { word, talk, asked: sent.text, stream, ...(isOnOneConnection && { isOnOneConnection }) };
    }),
  );
  // Whose words have come to somebody else has none: that is seen, and to be judged.
  const isMixed = heard.some(({ stream, word }) =>
    heard.some((other) => other.word !== word && textOf(stream).includes(other.word)),
  );
  for (const { stream } of isMixed ? [] : heard) {
    if (stream.hasNameless === true && textOf(stream) === "") throw namelessFrames();
    requireText(stream);
  }
  const isShown = context.target.capabilities.has("show rows");
  return await Promise.all(
    heard.map(async ({ talk, ...voice }) => ({
      ...voice,
      isForeign: true,
      modelId: null,
      profileWord: null,
      sessionId: talk.conversation,
      rows:
        isShown && talk.conversation !== null
          ? await settledRowsOf(context, talk, (rows) => rows.length > 1)
          : null,
      generations: await generationsWith(context, voice.word),
    })),
  );
}

function namelessFrames(): NotObservable {
  return new NotObservable(
    "on one connection with others, frames of a reply do not say which conversation they are of: whose they are cannot be told",
    ["contract.wire.stream.channel"],
  );
}

interface Silent extends Pick<Voice, "word" | "asked"> {
  readonly modelId: number;
  readonly profileWord: string;
  readonly sessionId: string;
  readonly door: (typeof DOORS)[number];
}

async function prepare(context: Context, name: string): Promise<Silent[]> {
  const profileWord = wordFrom(context.canary(name));
  const modelId = await makeProfile(context, {
    name: profileWord,
    instructions: `The code word is ${profileWord}.`,
    options: REPLY.options,
  });
  const voices: Silent[] = [];
  for (const door of DOORS) {
    const word = wordFrom(context.canary(`${name} by ${door}`));
    const sessionId = await makeSession(context, modelId);
    const asked = repeatAfterMe(word, timesFor(context, REPLY.words));
    voices.push({ word, modelId, profileWord, sessionId, door, asked });
  }
  return voices;
}

async function listen(context: Context, { door, sessionId, modelId, asked }: Silent): Promise<SeenStream> {
  const stream = door === "message" ? await byMessage() : await byGeneralStream();
  requireText(stream);
  return stream;

  async function byMessage(): Promise<SeenStream> {
    await sendMessage(context, sessionId, asked);
    return await readReply(context, sessionId).ended;
  }

  async function byGeneralStream(): Promise<SeenStream> {
    const query = { message: asked, session_id: sessionId, model_id: modelId };
    const path = hmiRoutes.generalStream.path(undefined, query);
    return await followStream(context, { client: context.target.hmi, method: "GET", path });
  }
}

async function lookAfter(context: Context, voice: Silent & Pick<Voice, "stream">): Promise<Voice> {
  const { door: _, ...rest } = voice;
  return {
    ...rest,
    isForeign: false,
    rows: await readSettledRows(context, voice.sessionId),
    generations: await generationsWith(context, voice.word),
  };
}
