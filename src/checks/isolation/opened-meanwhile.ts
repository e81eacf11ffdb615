import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { isSameText, isShortenedText } from "../../targets/compare-texts.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import {
  beginTalk,
  conversationRows,
  converseIn,
  hear,
  openPlace,
  sayIn,
  settledRowsOf,
} from "../check-conversation.ts";
import { requireMadeByEngine } from "../engine-generations.ts";
import { type Context, makeProfile, makeSession } from "../profiles-and-sessions.ts";
import { readReply, readRows, readSettledRows, sendMessage } from "../read-replies.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
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
    let seen = await openMeanwhile(context, FIRST_TOKEN_MS);
    // A machine that is busy, or an engine that is quick, may have written it before: then one that takes longer.
    for (let tokenMs = 2 * FIRST_TOKEN_MS; wasTooLate(seen) && tokenMs <= LAST_TOKEN_MS; tokenMs *= 2) {
      seen = await openMeanwhile(context, tokenMs);
    }
    return seen;
  },
  judge(evidence) {
    const { sessionId, openedId, stream, rows, openedRows } = evidence;
    if (wasTooLate(evidence)) {
      throw new CouldNotRun("the reply had ended before another conversation was opened");
    }
    const text = textOf(stream);
    if (text === "") throw new CouldNotRun(`${stream.request} streamed no reply`);
    const reply = rows.find(({ role }) => role === "assistant");
    const stray = openedRows.filter((row) => evidence.isForeign !== true || isOf(row, evidence));
    const isSame = isSavedAsStreamed(reply?.content, text, evidence);
    const seen = `conversation ${openedId} was opened while ${sessionId} was being answered`;
    if (isSame && stray.length === 0) return { verdict: "holds", seen };
    if (stray.length === 0 && isShortenedText(reply?.content ?? "", text)) {
      return { verdict: "holds", seen: `${seen}; ${TEXT_JUDGED_ELSEWHERE}` };
    }
    return {
      verdict: "broken",
      expected: `the reply of ${text.length} characters in conversation ${sessionId}, nothing in ${openedId}`,
      found: `${reply?.content.length ?? "no"} characters in ${sessionId}, rows in ${openedId}: ${stray.length}`,
      seen,
      rows: [...rows, ...openedRows],
      ...streamedAndStored(text, reply?.content),
    };
  },
});

/** Pace of the first try and of the last one, in milliseconds a token. */
const FIRST_TOKEN_MS = 5;
const LAST_TOKEN_MS = 80;

async function openMeanwhile(context: Context, tokenMs: number): Promise<Evidence> {
  const word = wordFrom(context.canary(`asked at ${tokenMs}`));
  // Tokens enough for an engine that cannot be told its pace.
  const options = { num_predict: 32, stand_in_token_ms: tokenMs };
  const { capabilities } = context.target;
  const hasProfiles = capabilities.has("speak the contract") && capabilities.has("keep profiles");
  if (!hasProfiles) return await openMeanwhileOnAnyWire(context, word, options);
  const modelId = await makeProfile(context, { name: "isolation", options });
  const sessionId = await makeSession(context, modelId);
  const asked = repeatAfterMe(word, timesFor(context, 16));
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

async function openMeanwhileOnAnyWire(
  context: Context,
  word: string,
  options: EngineOptions,
): Promise<Evidence> {
  const place = await openPlace(context, { name: "opened meanwhile", options });
  const talk = await beginTalk(context, place);
  const sent = await sayIn(context, talk, repeatAfterMe(word, timesFor(context, 16)));
  const hearing = hear(context, talk, sent);
  const opened = await beginTalk(context, { ...place, options: { ...options, num_predict: 8 } });
  // Where a conversation begins with its first message, that opens it.
  if (opened.conversation === null) {
    const { stream } = await converseIn(context, opened, `Say: ${context.canary(`${word} opened`)}`);
    if (stream.status >= 300) throw new CouldNotRun(`${stream.request} answered ${stream.status}`);
  }
  const hadEnded = hearing.hasEnded;
  if (talk.conversation !== null && talk.conversation === opened.conversation) {
    throw new NotObservable(
      "here a first message goes to the conversation in use: no other one is opened by it",
    );
  }
  const stream = await hearing.ended;
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

/** Whether a row is of the conversation that was asked. */
function isOf({ content }: SeenRow, { asked, stream }: Evidence): boolean {
  const text = textOf(stream);
  return isSameText(content, asked) || isSameText(content, text) || isShortenedText(content, text);
}

function wasTooLate({ meanwhile, hadEnded }: Evidence): boolean {
  if (hadEnded !== undefined) return hadEnded;
  const reply = meanwhile.find(({ role }) => role === "assistant");
  return reply !== undefined && reply.status !== "streaming";
}
