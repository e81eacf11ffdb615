import type { Role } from "../../config/service-config.ts";
import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { deleteAndLook } from "../../targets/delete-and-look.ts";
import type { ChatClient, NamedReply, Reading, Sent } from "../../targets/drivers/chat-client.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { isRefusal } from "../../targets/drivers/refusal.ts";
import { lastFact, type SeenRow, type TimedFact, textOf } from "../../targets/drivers/reply-facts.ts";
import { replyNameOf } from "../../targets/drivers/reply-name.ts";
import { findAstrayReply } from "../../targets/find-astray-reply.ts";
import { judgeSavedTurn, type SaidTurn, type SavedTurnProblem } from "../../targets/judge-saved-turn.ts";
import { isWithoutBeginning, lateWords } from "../../targets/late-reading.ts";
import { rowsAtRest } from "../../targets/rows-at-rest.ts";
import type { BrokenRung, Rung, RungFinding } from "../climb-ladder.ts";
import { callDeadline, type DoctorTalk, type ExaminedStack } from "../doctor-context.ts";
import { explainByEngine } from "../explain-by-engine.ts";
import { judgeReply, notInTime, replyTimeoutMs, waitedBefore } from "../judge-reply.ts";
import { refusedByFront } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { ReplyListener } from "./hear-to-its-end.ts";
import { type AnsweredMessage, judgeEngineUse, sayOk } from "./judge-engine-use.ts";
import { observeEngine } from "./observe-engine.ts";
import { openEngineRecord } from "./open-engine-record.ts";
import { connectTo } from "./wire-connection.ts";

/** A message is answered, by whatever wire. */
export function wireReplyRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/reply`,
    service,
    name: "reply",
    needs: [`${service}/answers`],
    barredBy: { id: `${service}/model`, code: "token_refused" },
    async look(stack) {
      const asked = sayOk();
      // Of an engine by itself no other one can be in the way.
      const look = service === "engine" ? undefined : await observeEngine(stack);
      using listener = new ReplyListener();
      const record = await openEngineRecord(stack);
      const said = await sendTestMessage(stack, asked, { num_predict: 16 }, listener.take);
      const explained = async (finding: RungFinding, message: string): Promise<RungFinding> =>
        await explainByEngine(stack, finding, { service, message, record });
      if ("status" in said) return await explained(said, asked);
      const { stream, isEngineDone } = await listener.hear(stack, said, record);
      const finding = judgeReply(stream, service, stack, { isEngineDone });
      if (finding !== undefined) return await explained(finding, said.sent.text);
      stack.notes.reply = {
        talk: said.talk,
        text: textOf(stream),
        asked: said.sent.text,
        late: lateWords(stream),
        record,
      };
      const { notes } = stack;
      const told = lastFact(stream, "model")?.name ?? null;
      if (look === undefined) {
        return { status: "holds", text: `a message is answered${told === null ? "" : ` by ${told}`}` };
      }
      return judgeEngineUse(
        {
          service,
          message: asked,
          text: textOf(stream),
          ...wantedModel(stack),
          told,
          installed: notes.engineModels,
        },
        await look(),
      );
    },
  };
}

/** The model that a message asks for; of a wire that has no place for one, what somebody has said that it takes. */
function wantedModel({
  notes,
  model,
  isModelGiven,
}: ExaminedStack): Pick<AnsweredMessage, "wanted" | "wantedBy"> {
  const isNamed = notes.chat?.missingAbilities["choose a model"] === undefined;
  return isNamed
    ? { wanted: notes.model, wantedBy: "the message asked for" }
    : { wanted: isModelGiven ? model : null, wantedBy: "chat.model says" };
}

/** What was streamed is what a reload shows. */
export function wireSavedRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/stored`,
    service,
    name: "saved reply",
    needs: [`${service}/reply`],
    async look(stack) {
      const { chat, reply } = stack.notes;
      if (chat === undefined || reply === undefined)
        return { status: "skipped", text: "there is no reply to look for" };
      const lacking = chat.missingAbilities["show rows"];
      if (lacking !== undefined) return { status: "skipped", text: lacking };
      const { conversation } = reply.talk;
      if (conversation === null) throw conversationNotNamed();
      const said: SaidTurn = { ...reply, conversation };
      const { rows, unrest } = await rowsAtRest({
        signal: stack.signal,
        pauseMs: LOOK_AGAIN_MS,
        look: () => chat.rows(conversation, callDeadline(stack)),
        isWell: (seen) => judgeSavedTurn(seen, said) === undefined,
        restMs: () => SAVED_WITHIN_MS,
        leastMs: replyTimeoutMs(stack),
      });
      if (unrest !== undefined) return { status: "skipped", text: `not judged: ${unrest}` };
      requireShown(chat, conversation, rows);
      const problem = judgeSavedTurn(rows, said);
      const isLate = rows.some(({ content }) => isWithoutBeginning(reply.text, content));
      if (problem?.kind === "lost_on_stream" && isLate && reply.late !== undefined) {
        return { status: "skipped", text: reply.late };
      }
      const astrayOf = async ({ kind }: SavedTurnProblem) =>
        kind === "not_saved" ? await findAstrayReply(chat, said, callDeadline(stack)) : undefined;
      return problem === undefined
        ? { status: "holds", text: "message and reply are saved, and read back as they were" }
        : brokenTurn(service, problem, await astrayOf(problem));
    },
  };
}

/** An error in place of rows says nothing of what is in them. */
function requireShown(chat: ChatClient, conversation: string, rows: readonly SeenRow[]): void {
  if (rows.length === 0) chat.requireShownRows?.(conversation);
}

/** A back end that is none of ours need not have saved a reply at its end: its rows are judged when they stand still for this long, in milliseconds. */
const SAVED_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** What is wrong with the rows of a turn, as a rung tells it. */
export function brokenTurn(
  service: Role,
  { kind, found, isWithoutModelId }: SavedTurnProblem,
  elsewhere?: string,
): BrokenRung {
  return kind === "not_saved" || isWithoutModelId
    ? brokenRung("reply_not_saved", { found, isWithoutModelId, elsewhere })
    : brokenRung("rows_wrong", { service, kind, found });
}

/** Something that was said, while its reply is heard. */
export interface TestMessage {
  readonly talk: DoctorTalk;
  readonly sent: Sent;
  readonly reading: Reading;
  /** What the reply is called, as far as it is told by now. */
  readonly name: () => NamedReply;
}

/** Says something in a conversation of its own, which is deleted at the end. */
export async function sendTestMessage(
  stack: ExaminedStack,
  text: string,
  options: EngineOptions,
  onFact?: (fact: TimedFact) => void,
): Promise<TestMessage | RungFinding> {
  const waited = waitedBefore(stack);
  if (waited !== undefined) return waited;
  stack.notes.chat ??= await connectTo(stack, stack.notes.model);
  const { chat } = stack.notes;
  const mostMs = replyTimeoutMs(stack);
  const until = AbortSignal.any([stack.signal, AbortSignal.timeout(mostMs)]);
  try {
    const place = await chat.openPlace(
      {
        name: "stack doctor",
        description: "Made by stack doctor; deleted when it ends.",
        instructions: "Answer in one word.",
        options,
        think: false,
      },
      callDeadline(stack),
    );
    const talk: DoctorTalk = { place, conversation: null };
    const learn = (id: string | null): void => learnConversation(stack, chat, talk, id);
    stack.defer("a place of the doctor's", (signal) => chat.closePlace(place, signal));
    learn(await chat.openConversation(place, callDeadline(stack)));
    // Not bound to Ctrl-C: a call that is cut off may leave a conversation behind that nobody knows of.
    const sent = await chat.send({ place, conversation: talk.conversation, text }, until);
    learn(sent.conversation);
    if (!sent.isTaken) return refusedByFront(stack, sent.call);
    const name = replyNameOf(sent);
    const reading = sent.read({
      signal: until,
      onFact(fact) {
        name.learn(fact);
        if (fact.kind === "started") learn(fact.conversation);
        onFact?.(fact);
      },
    });
    return { talk, sent, reading, name: () => ({ ...name.told(), conversation: talk.conversation }) };
  } catch (error) {
    if (isRefusal(error)) return refusedByFront(stack, error.answer);
    stack.signal.throwIfAborted();
    // Where the answer to the message is the reply, its head may wait for the engine.
    if (until.aborted) return notInTime(stack, mostMs);
    throw error;
  }
}

function learnConversation(
  stack: ExaminedStack,
  chat: ChatClient,
  talk: DoctorTalk,
  id: string | null,
): void {
  if (id === null || id === talk.conversation) return;
  talk.conversation = id;
  if (talk.place.modelId !== null) return;
  stack.defer(`conversation ${id}`, (signal) => deleteAndLook(chat, id, signal));
}
