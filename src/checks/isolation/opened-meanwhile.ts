import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { isDamagedText, isSameText } from "../../targets/compare-texts.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { isRefusalForStream } from "../../targets/drivers/error-with-success.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import { causeInOnlyTurn } from "../common-causes.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readRows, readSettledRows, sendMessage } from "../contract-replies.ts";
import { conversationRows, settledRowsOf } from "../conversation-rows.ts";
import { requireMadeByEngine } from "../engine-generations.ts";
import { type Hearing, hear } from "../hear-reply.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { sayIn } from "../say-and-hear.ts";
import { requireText } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { TEXT_JUDGED_ELSEWHERE } from "../text-judged-elsewhere.ts";
import { repeatAfterMe, timesFor, wordFrom } from "./marker-words.ts";

interface Evidence {
  /** True of a target without profiles, or of another wire. */
  readonly isForeign?: boolean;
  readonly sessionId: string;
  /** The conversation that was made, and made the active one, while the reply was being written. */
  readonly openedId: string;
  readonly asked: string;
  readonly stream: SeenStream;
  /** Of the conversation that was asked, just after the other one was opened. */
  readonly meanwhile: readonly SeenRow[];
  /** True where the reply had ended by then, as far as its reader saw. */
  readonly hadEnded?: boolean;
  readonly rows: readonly SeenRow[];
  readonly openedRows: readonly SeenRow[];
}

export const openedMeanwhile = defineCheck<Context["target"], Evidence>({
  id: "isolation/opened-meanwhile",
  claim: "a reply goes to the conversation that was asked, not to the one that was opened meanwhile",
  why: "open-webui/open-webui#23179: whoever changes the chat during a reply finds it saved in the new one.",
  lookAt: "how the end of a reply finds its conversation: by the id it began with, not by what is active now",
  needs: ["show rows", "remember conversations"],
  async collect(context) {
    const [first, ...longer] = context.target.capabilities.has("direct the engine") ? PACES : LENGTHS;
    let seen = await openMeanwhile(context, first);
    // A machine that is busy, or an engine that is quick, may have written it before: then one that takes longer.
    for (const length of longer) if (wasTooLate(seen)) seen = await openMeanwhile(context, length);
    return seen;
  },
  judge(evidence) {
    const { sessionId, openedId, stream, rows, openedRows } = evidence;
    if (wasTooLate(evidence)) {
      throw new CouldNotRun("the reply had ended before another conversation was opened");
    }
    requireText(stream);
    const text = textOf(stream);
    const reply = rows.find(({ role }) => role === "assistant");
    const stray = openedRows.filter((row) => evidence.isForeign !== true || isOf(row, evidence));
    const isSame = isSavedAsStreamed(reply?.content, text, evidence);
    const seen = `conversation ${openedId} was opened while ${sessionId} was being answered`;
    if (isSame && stray.length === 0) return { verdict: "holds", seen };
    if (stray.length === 0 && isDamagedText(reply?.content ?? "", text)) {
      return { verdict: "holds", seen: `${seen}; ${TEXT_JUDGED_ELSEWHERE}` };
    }
    return {
      verdict: "broken",
      expected: `the reply of ${text.length} characters in conversation ${sessionId}, nothing in ${openedId}`,
      found: `${reply?.content.length ?? "no"} characters in ${sessionId}, rows in ${openedId}: ${stray.length}`,
      seen,
      rows: [...rows, ...openedRows],
      ...streamedAndStored(text, reply?.content),
      ...(stray.length === 0 &&
        causeInOnlyTurn({ rows, kind: "whole", isForeign: evidence.isForeign === true })),
    };
  },
});

/** How long a reply is to take. */
interface ReplyLength {
  readonly options: EngineOptions;
  /** A reply that is as long as it may be; else a word again and again. */
  readonly isCounting?: boolean;
}

type Tries = readonly [ReplyLength, ...ReplyLength[]];

/** Of an engine that can be told its pace. */
const PACES: Tries = [pace(5), pace(10), pace(20), pace(40), pace(80)];

function pace(tokenMs: number): ReplyLength {
  return { options: { num_predict: 32, stand_in_token_ms: tokenMs } };
}

/** Of one that cannot, which writes the same as quickly again: then more. */
const LENGTHS: Tries = [
  { options: { num_predict: 32 } },
  { options: { num_predict: 128 }, isCounting: true },
  { options: { num_predict: 400 }, isCounting: true },
];

async function openMeanwhile(context: Context, length: ReplyLength): Promise<Evidence> {
  const { options } = length;
  const word = wordFrom(context.canary(`asked with ${JSON.stringify(options)}`));
  const { capabilities } = context.target;
  const hasProfiles = capabilities.has("speak the contract") && capabilities.has("keep profiles");
  if (!hasProfiles) return await openMeanwhileOnAnyWire(context, word, length);
  const modelId = await makeProfile(context, { name: "isolation", options });
  const sessionId = await makeSession(context, modelId);
  const asked = askFor(context, word, length);
  await sendMessage(context, sessionId, asked);
  const openedId = await makeSession(context, modelId);
  const meanwhile = await readRows(context, sessionId);
  const stream = await readReply(context, sessionId).ended;
  const rows = await readSettledRows(context, sessionId);
  return {
    sessionId,
    openedId,
    asked,
    stream,
    meanwhile,
    rows,
    openedRows: await readRows(context, openedId),
  };
}

function askFor(context: Context, word: string, { isCounting = false }: ReplyLength): string {
  return isCounting ? `Count to 200. ${word}` : repeatAfterMe(word, timesFor(context, 16));
}

async function openMeanwhileOnAnyWire(
  context: Context,
  word: string,
  length: ReplyLength,
): Promise<Evidence> {
  const { options } = length;
  const place = await openPlace(context, { name: "opened meanwhile", options });
  const talk = await beginTalk(context, place);
  const sent = await sayIn(context, talk, askFor(context, word, length));
  const hearing = hear(context, talk, sent);
  const opened = await beginTalk(context, { ...place, options: { ...options, num_predict: 8 } });
  // Where a conversation begins with its first message, that opens it.
  const other =
    opened.conversation === null ? await openByMessage(context, opened, `${word} opened`) : undefined;
  const hadEnded = hearing.hasEnded;
  if (talk.conversation !== null && talk.conversation === opened.conversation) {
    throw new NotObservable(
      "here a first message goes to the conversation in use: no other one is opened by it",
    );
  }
  const [stream, second] = await Promise.all([hearing.ended, other?.ended]);
  if (second !== undefined && isRefusalForStream(second)) throw new CouldNotRun(refusedWords(second));
  if (hadEnded) await requireMadeByEngine(context, sent.text, stream);
  if (talk.conversation === null || opened.conversation === null) throw conversationNotNamed();
  return {
    isForeign: true,
    sessionId: talk.conversation,
    openedId: opened.conversation,
    asked: sent.text,
    stream,
    meanwhile: [],
    hadEnded,
    rows: await settledRowsOf(context, talk, (rows) => rows.length > 1),
    openedRows: await conversationRows(context, opened),
  };
}

/** Says something; the conversation is open as soon as it has a name: its reply may have to wait for the other one. */
async function openByMessage(context: Context, opened: Talk, name: string): Promise<Hearing> {
  const sent = await sayIn(context, opened, `Say: ${context.canary(name)}`);
  const hearing = hear(context, opened, sent);
  const isNamed = opened.conversation !== null;
  if (!isNamed)
    await hearing.until("its conversation", () => opened.conversation !== null).catch(() => undefined);
  return hearing;
}

/** Whether a row is of the conversation that was asked. */
function isOf({ content }: SeenRow, { asked, stream }: Evidence): boolean {
  const text = textOf(stream);
  return isSameText(content, asked) || isSameText(content, text) || isDamagedText(content, text);
}

function wasTooLate({ meanwhile, hadEnded }: Evidence): boolean {
  if (hadEnded !== undefined) return hadEnded;
  const reply = meanwhile.find(({ role }) => role === "assistant");
  return reply !== undefined && reply.status !== "streaming";
}
