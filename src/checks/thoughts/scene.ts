import type { GenerationRecord } from "../../contract/engine.ts";
import type { EngineOptions } from "../../contract/gateway.ts";
import { type Message, SentMessage } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { NotTold } from "../../errors.ts";
import { CouldNotRun } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { generationsFor } from "../engine-record.ts";
import { readHistory, readReply, readSettledRows } from "../reading.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../stage.ts";
import { eventsOf } from "../stream-words.ts";

/** A reply of a model that thought before it answered, and the message after it. */
export interface ThoughtfulReply {
  /** How the thoughts come from the engine: in a field of their own, or as a block of the text. */
  readonly how: "apart" | "as a block";
  /** A word that the thoughts hold, where the engine could be told to think it. */
  readonly word: string | null;
  readonly stream: SeenStream;
  /** Its row, as the HMI shows it after a reload. */
  readonly row: Message | null;
  /** Read again, after its end. */
  readonly replay: SeenStream;
  /** What the engine was asked for the message after it; empty where it cannot be watched. */
  readonly next: readonly GenerationRecord[];
}

/** Replies with thoughts, in each form that the engine can be brought to. */
export async function thoughtfulReplies(context: Context): Promise<readonly ThoughtfulReply[]> {
  return await context.share("thoughtful replies", async () => {
    const { models, capabilities } = context.target;
    if (models.thinking === null) throw new CouldNotRun("no model of this target can think");
    const word = context.canary("thought");
    const thought = {
      stand_in_thought: `They want a greeting, ${word}.`,
      stand_in_reply: "Good morning to you!",
    };
    const apart = await thinkAndAnswer(context, {
      how: "apart",
      word: capabilities.has("direct the engine") ? word : null,
      model: models.thinking,
      options: { num_predict: 96, ...thought },
    });
    if (!capabilities.has("direct the engine")) return [apart];
    const block = context.canary("block");
    const said = `<think>\nThey want a greeting, ${block}.\n</think>\n\nGood evening to you!`;
    const blocked = { how: "as a block", word: block, options: { stand_in_reply: said } } as const;
    return [apart, await thinkAndAnswer(context, blocked)];
  });
}

interface Scene extends Pick<ThoughtfulReply, "how" | "word"> {
  /** Left out for the default. */
  readonly model?: string;
  readonly options: EngineOptions;
}

async function thinkAndAnswer(
  context: Context,
  { how, word, model, options }: Scene,
): Promise<ThoughtfulReply> {
  const think = model !== undefined;
  const sessionId = await makeSession(
    context,
    await makeProfile(context, { name: "thoughts", options, think }),
  );
  await generationsFor(context, "");
  const send = async (message: string): Promise<SeenStream> => {
    const body = { session_id: sessionId, message, ...(model !== undefined && { model }) };
    const path = hmiRoutes.sendMessage.path();
    const call = await context.target.hmi.call("POST", path, { body, signal: context.signal });
    expectAnswer(call, SentMessage);
    const stream = await readReply(context, sessionId).ended;
    await readSettledRows(context, sessionId);
    return stream;
  };
  const stream = await send(`Good morning! ${context.canary(`${how} first`)}`);
  const replay = await readReply(context, sessionId).ended;
  const row = (await readHistory(context, sessionId)).findLast(({ role }) => role === "assistant") ?? null;
  const asked = `Good evening! ${context.canary(`${how} next`)}`;
  await send(asked);
  return { how, word, stream, row, replay, next: await generationsFor(context, asked) };
}

/** What was thought, as it was streamed. */
export function thoughtsIn(stream: SeenStream): string {
  return eventsOf(stream)
    .map((event) => (event.type === "thinking" ? event.content : ""))
    .join("");
}

/** `apart: 24 characters thought, 12 said`. */
export function describe({ how, stream }: ThoughtfulReply): string {
  return `${how}: ${thoughtsIn(stream).length} characters thought, ${textOf(stream).length} said`;
}

/** Throws {@link NotTold} where the model did not think, so that there is nothing to look for. */
export function requireThoughts(reply: ThoughtfulReply): void {
  const isThere = reply.word !== null || thoughtsIn(reply.stream) !== "";
  if (!isThere) throw new NotTold(`the model did not think: ${describe(reply)}`);
}
