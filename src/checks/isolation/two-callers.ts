import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { answerWords, isRefusal } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { isConversationGone } from "../../targets/is-conversation-gone.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { findTogether } from "../found-in-run.ts";
import { hear, nameFor } from "../hear-reply.ts";
import { converseIn, sayIn } from "../say-and-hear.ts";
import { requireText } from "../stream-endings.ts";
import { repeatAfterMe, timesFor, wordFrom } from "./marker-words.ts";

/** What another person came to who reached for what is not theirs. */
export interface ForeignTry {
  /** What was answered, in words. */
  readonly answered: string;
  /** All that was told of it: ids, texts. */
  readonly told: readonly string[];
}

/** Two people on a wire that is none of ours: what one has, and what came of it when the other reached for it. */
export interface TwoCallers {
  /** In what the first person said and was told; nobody else has said it. */
  readonly word: string;
  readonly conversation: string | null;
  readonly tries: {
    readonly list?: ForeignTry;
    readonly rows?: ForeignTry;
    readonly message?: ForeignTry;
    readonly deletion?: ForeignTry;
  };
  /** In what the other person said into the first one's conversation. */
  readonly intrusion: string;
  /** The first person's rows before, and after all that was tried. */
  readonly before: readonly SeenRow[];
  readonly after: readonly SeenRow[];
}

/** Two people with a conversation of their own each, in which either was answered. */
export interface ApartCallers {
  readonly self: Talk;
  readonly word: string;
  readonly other: Talk;
  readonly otherWord: string;
  /** The first person's reply, which nobody had reached for. */
  readonly undisturbed: SeenStream;
}

/** The same context for the other person. */
export function asOther(context: Context): Context {
  const { target } = context;
  if (target.otherPerson === undefined) throw new CouldNotRun("no other person is known");
  const other = { ...target, chat: target.otherPerson.chat };
  findTogether(target, other);
  return { ...context, target: other };
}

/** Begins a conversation of each of the two, once a run: whoever is let into nothing would keep apart from everybody. */
export async function apartCallers(context: Context): Promise<ApartCallers> {
  return await context.share("two callers apart", async () => {
    const [word, otherWord] = [context.canary("one person"), context.canary("another person")].map(wordFrom);
    const begun = async (as: Context, said: string) => {
      const place = await openPlace(as, { name: "people", options: { num_predict: 16 } });
      const talk = await beginTalk(as, place);
      const { stream } = await converseIn(as, talk, repeatAfterMe(said, timesFor(as, 3)));
      requireText(stream);
      return { talk, stream };
    };
    const first = await begun(context, word ?? "");
    const second = await begun(asOther(context), otherWord ?? "");
    const [self, other] = [first.talk, second.talk];
    requireTwoAccounts(context);
    if (self.conversation !== null && self.conversation === other.conversation) {
      throw new NotObservable(
        `both people's conversations are called ${self.conversation}: by that name each finds their own`,
      );
    }
    return { self, other, word: word ?? "", otherWord: otherWord ?? "", undisturbed: first.stream };
  });
}

/** Some let everybody in as one and the same, also whoever has a name of their own. */
function requireTwoAccounts({ target }: Context): void {
  const account = target.chat.account;
  if (account === undefined || account !== target.otherPerson?.chat.account) return;
  throw new NotObservable(
    `both people of auth.users are let in as one account (${account}): nothing need be kept apart`,
  );
}

/** Whether a target's people are told apart by the contract's own calls. */
export function speaksContract({ target }: Context): boolean {
  return target.capabilities.has("speak the contract");
}

/** What another person reaches for when nothing is being written, once a run; what takes away comes last. */
export async function twoCallers(context: Context): Promise<TwoCallers> {
  return await context.share("two callers", async () => {
    const { self, word } = await apartCallers(context);
    const asAnother = asOther(context);
    const { chat } = asAnother.target;
    const { signal } = context;
    const { conversation } = self;
    const isShown = context.target.capabilities.has("show rows");
    const rowsOfSelf = async (): Promise<readonly SeenRow[]> =>
      isShown ? await settledRowsOf(context, self) : [];
    const before = await rowsOfSelf();
    const intrusion = wordFrom(context.canary("intrusion"));
    const list = can(asAnother, "list conversations") && (await tried(() => chat.conversations(signal)));
    const rows =
      isShown &&
      (await tried(async () => (await chat.rows(conversation ?? "", signal)).map(({ content }) => content)));
    const message =
      isShown && conversation !== null && (await tried(() => sayInto(asAnother, self, intrusion)));
    const deletion =
      conversation !== null &&
      can(asAnother, "delete conversations") &&
      (await tried(async () => {
        await chat.deleteConversation(conversation, signal);
        return [];
      }));
    // Where it was taken away, its own person is told so.
    const isGone =
      isShown &&
      conversation !== null &&
      (await isConversationGone(context.target.chat, conversation, signal));
    const after = isGone ? [] : await rowsOfSelf();
    const tries = { ...(list && { list }), ...(rows && { rows }), ...(message && { message }) };
    return {
      word,
      conversation,
      intrusion,
      before,
      after,
      tries: { ...tries, ...(deletion && { deletion }) },
    };
  });
}

/** Says something as another person into a conversation that is not theirs; the reply, if there is one. */
async function sayInto(
  asAnother: Context,
  { place, conversation }: Talk,
  intrusion: string,
): Promise<string[]> {
  const into: Talk = { place, conversation };
  const sent = await sayIn(asAnother, into, `May I come in? ${intrusion}`);
  return [textOf(await hear(asAnother, into, sent).ended)];
}

function can({ target }: Context, ability: "list conversations" | "delete conversations"): boolean {
  return target.chat.missingAbilities[ability] === undefined;
}

async function tried(reach: () => Promise<readonly string[]>): Promise<ForeignTry> {
  try {
    const told = await reach();
    return { answered: "was answered", told };
  } catch (error) {
    if (error instanceof CouldNotRun) return { answered: error.message, told: [] };
    if (isRefusal(error))
      return {
        answered: `was answered ${answerWords(error.answer)}`,
        told: [JSON.stringify(error.answer.body)],
      };
    throw error;
  }
}

/** A reply of the first person that the other one reached for while it was written. */
export interface ReachedReply {
  readonly stream: SeenStream;
  readonly undisturbed: SeenStream;
  /** What the other one was answered. */
  readonly answered: string;
  /** The text of it that the other one was told. */
  readonly overheard: string;
}

/** Longer than anybody needs to reach for it. */
const LONG = { num_predict: 100, stand_in_tokens: 60, stand_in_token_ms: 20 } as const;

/** Has the other person reach for a reply while it is written. */
export async function reachForReply(
  context: Context,
  reach: (
    as: Context,
    name: ReturnType<typeof nameFor>,
  ) => Promise<Pick<ReachedReply, "answered" | "overheard">>,
): Promise<ReachedReply> {
  const { self, word, undisturbed } = await apartCallers(context);
  const talk = await beginTalk(context, { ...self.place, options: LONG });
  const sent = await sayIn(context, talk, `Count to 200. ${word}`);
  const hearing = hear(context, talk, sent);
  await hearing.until("its first text", ({ kind }) => kind === "text");
  if (hearing.hasEnded) throw new CouldNotRun("the reply had ended before anybody could reach for it");
  const reached = await reach(asOther(context), nameFor(context, hearing.name()));
  const stream = await hearing.ended;
  return { stream, undisturbed, ...reached };
}
