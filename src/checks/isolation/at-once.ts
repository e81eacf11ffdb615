import type { GenerationRecord } from "../../contract/engine.ts";
import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { generationsWith } from "../engine-record.ts";
import { readReply, readSettledRows, say } from "../reading.ts";
import { follow } from "../sse/follow.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";
import { repeatAfterMe, wordFrom } from "./words.ts";

/** A conversation that was talking while all the others were, with a word that only it says. */
export interface Voice {
  readonly word: string;
  readonly modelId: number;
  /** A word that only its profile's instructions hold. */
  readonly profileWord: string;
  readonly sessionId: string;
  readonly asked: string;
  readonly stream: SeenStream;
  /** What its conversation held after that. */
  readonly rows: readonly Message[];
  /** What the engine was asked with its word in it; empty where the engine cannot be watched. */
  readonly generations: readonly GenerationRecord[];
}

const PROFILES = 3;
/** Conversations of each profile: one is asked by each of the two calls that send a message. */
const DOORS = ["message", "general-stream"] as const;

/** Long enough that all of them are being answered at once. */
const REPLY = { words: 12, options: { num_predict: 24, stand_in_token_ms: 5 } } as const;

/** Conversations of several profiles that are all answered at the same time. */
export async function voicesAtOnce(context: Context): Promise<readonly Voice[]> {
  return await context.share("voices at once", async () => {
    await generationsWith(context, "");
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
  const known = new Set([own.word, own.profileWord]);
  const all = new Set(voices.flatMap(({ word, profileWord }) => [word, profileWord]));
  return [...all].filter((word) => !known.has(word) && text.includes(word));
}

type Silent = Pick<Voice, "word" | "modelId" | "profileWord" | "sessionId" | "asked"> & {
  readonly door: (typeof DOORS)[number];
};

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
    voices.push({ word, modelId, profileWord, sessionId, door, asked: repeatAfterMe(word, REPLY.words) });
  }
  return voices;
}

async function listen(context: Context, { door, sessionId, modelId, asked }: Silent): Promise<SeenStream> {
  const stream = door === "message" ? await byMessage() : await byGeneralStream();
  if (stream.status === 200 && textOf(stream) !== "") return stream;
  const answer = stream.body === null ? "a reply without text" : JSON.stringify(stream.body).slice(0, 200);
  throw new CouldNotRun(`${stream.request} answered ${stream.status}, ${answer}`);

  async function byMessage(): Promise<SeenStream> {
    await say(context, sessionId, asked);
    return await readReply(context, sessionId).ended;
  }

  async function byGeneralStream(): Promise<SeenStream> {
    const query = { message: asked, session_id: sessionId, model_id: modelId };
    const path = hmiRoutes.generalStream.path(undefined, query);
    return await follow(context, { client: context.target.hmi, method: "GET", path });
  }
}

async function lookAfter(context: Context, voice: Silent & Pick<Voice, "stream">): Promise<Voice> {
  const { door: _, ...rest } = voice;
  return {
    ...rest,
    rows: await readSettledRows(context, voice.sessionId),
    generations: await generationsWith(context, voice.word),
  };
}
