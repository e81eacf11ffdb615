import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf, thoughtsOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { startTalk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { generationsFor } from "../engine-generations.ts";
import { hearAgain } from "../hear-reply.ts";
import { converseIn } from "../say-and-hear.ts";

/** A reply of a model that thought before it answered, and the message after it. */
export interface ThoughtfulReply {
  /** How the thoughts come from the engine: in a field of their own, or as a block of the text. */
  readonly how: "apart" | "as a block";
  /** A word that the thoughts hold, where the engine could be told to think it. */
  readonly word: string | null;
  readonly stream: SeenStream;
  /** Null where the back end did not tell which it is. */
  readonly conversation: string | null;
  /** Its row, as the back end shows it after a reload; null where it shows none. */
  readonly row: SeenRow | null;
  /** Read again, after its end; null where nobody can. */
  readonly replay: SeenStream | null;
  /** What the engine was asked for the message after it; empty where it cannot be watched. */
  readonly next: readonly SeenGeneration[];
}

/** Replies with thoughts, in each form that the engine can be brought to. */
export async function thoughtfulReplies(context: Context): Promise<readonly ThoughtfulReply[]> {
  return await context.share("thoughtful replies", async () => {
    const { models, capabilities } = context.target;
    // Of another wire it is seen by the reply itself whether the model thinks.
    const isOurs = capabilities.has("speak the contract");
    if (isOurs && models.thinking === null) throw new CouldNotRun("no model of this target can think");
    const isDirected = isOurs && capabilities.has("direct the engine");
    const word = context.canary("thought");
    const thought = {
      stand_in_thought: `They want a greeting, ${word}.`,
      stand_in_reply: "Good morning to you!",
    };
    const apart = await thinkAndAnswer(context, {
      how: "apart",
      word: isDirected ? word : null,
      think: true,
      model: models.thinking ?? undefined,
      options: { num_predict: 96, ...thought },
    });
    if (!isDirected) return [apart];
    const block = context.canary("block");
    const said = `<think>\nThey want a greeting, ${block}.\n</think>\n\nGood evening to you!`;
    const options = { stand_in_reply: said };
    const blocked = { how: "as a block", word: block, think: false, model: undefined, options } as const;
    return [apart, await thinkAndAnswer(context, blocked)];
  });
}

interface Scene extends Pick<ThoughtfulReply, "how" | "word"> {
  /** Whether the model is asked to think, on a wire that can say so. */
  readonly think: boolean;
  /** Undefined for the default. */
  readonly model: string | undefined;
  readonly options: EngineOptions;
}

async function thinkAndAnswer(
  context: Context,
  { how, word, think, model, options }: Scene,
): Promise<ThoughtfulReply> {
  const { chat, capabilities } = context.target;
  const talk = await startTalk(context, { name: "thoughts", options, think });
  await generationsFor(context, "");
  const converse = (text: string) =>
    converseIn(context, talk, text, { ...(model !== undefined && { model }) });
  const { sent, stream } = await converse(`Good morning! ${context.canary(`${how} first`)}`);
  if (chat.missingAbilities["show rows"] === undefined && talk.conversation !== null) {
    await settledRowsOf(context, talk, undefined, { judgesRoles: true });
  }
  const replay = capabilities.has("read a reply again") ? await hearAgain(context, talk, sent).ended : null;
  const row =
    (await shownRows(context, talk.conversation)).findLast(({ role }) => role === "assistant") ?? null;
  const asked = `Good evening! ${context.canary(`${how} next`)}`;
  await converse(asked);
  const { conversation } = talk;
  return { how, word, stream, conversation, row, replay, next: await generationsFor(context, asked) };
}

/** What the back end shows of a conversation, as far as it shows it. */
async function shownRows(
  { target: { chat }, signal }: Context,
  conversation: string | null,
): Promise<readonly SeenRow[]> {
  const isShown = chat.missingAbilities["show rows"] === undefined && conversation !== null;
  return isShown ? await chat.rows(conversation, signal) : [];
}

/** `apart: 24 characters thought, 12 said`. */
export function describeThoughts({ how, stream }: ThoughtfulReply): string {
  return `${how}: ${thoughtsOf(stream).length} characters thought, ${textOf(stream).length} said`;
}

/** Throws {@link NotObservable} where the model did not think, so that there is nothing to look for. */
export function requireThoughts(reply: ThoughtfulReply): void {
  const isBlock = /^\s*<think>/.test(textOf(reply.stream));
  const isThere = reply.word !== null || isBlock || thoughtsOf(reply.stream) !== "";
  if (!isThere) throw new NotObservable(`the model did not think: ${describeThoughts(reply)}`);
}
