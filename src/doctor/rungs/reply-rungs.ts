import { type Message, MessageList, SentMessage, SessionAnswer } from "../../contract/hmi-schemas.ts";
import { ProfileAnswer } from "../../contract/profile-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import { deleteProfile } from "../../targets/delete-profile.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { judgeSavedTurn } from "../../targets/judge-saved-turn.ts";
import type { BrokenRung, Rung, RungFinding } from "../climb-ladder.ts";
import {
  askForStream,
  askService,
  type ExaminedStack,
  examinedService,
  type HmiReply,
} from "../doctor-context.ts";
import { judgeReply, replyTimeoutMs, waitedBefore } from "../judge-reply.ts";
import { refusedCall } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { judgeEngineUse, sayOk, wantedByDefault } from "./judge-engine-use.ts";
import { observeEngine } from "./observe-engine.ts";
import { brokenTurn } from "./wire-reply-rungs.ts";

/** A message goes through all three services, without a model, so that the HMI's default is asked. */
export const hmiReply: Rung<ExaminedStack> = {
  id: "hmi/reply",
  service: "hmi",
  name: "reply",
  needs: ["hmi/gateway", "gateway/chat"],
  async look(stack) {
    const place = await makePlace(stack, SHORT);
    if ("status" in place) return place;
    const message = sayOk();
    const look = await observeEngine(stack);
    const sent = await sendWithoutModel(stack, place, message);
    if ("problem" in sent) return sent;
    const path = hmiRoutes.stream.path(sent);
    const stream = await askForStream(stack, "hmi", ["GET", path], { timeoutMs: replyTimeoutMs(stack) });
    const rows = await sessionRows(stack, sent.session_id);
    const asked = rows.find(({ role }) => role === "assistant")?.model_name;
    const finding = judgeReply(stream, "hmi", stack, { asked });
    if (finding !== undefined) return finding;
    const text = textOf(stream);
    stack.notes.hmiReply = { ...sent, ...place, asked: message, text };
    const wanted =
      asked == null ? wantedByDefault(stack, "hmi") : { wanted: asked, wantedBy: "its row names" };
    const installed = stack.notes.engineModels;
    return judgeEngineUse({ service: "hmi", message, text, ...wanted, told: null, installed }, await look());
  },
};

/** What was streamed is what a reload shows. */
export const hmiStored: Rung<ExaminedStack> = {
  id: "hmi/stored",
  service: "hmi",
  name: "saved reply",
  needs: ["hmi/reply"],
  async look(stack) {
    const { hmiReply: reply } = stack.notes;
    if (reply === undefined) return { status: "skipped", text: "there is no reply to look for" };
    const rows = await sessionRows(stack, reply.session_id);
    const row = rows.find(({ message_id }) => message_id === reply.assistant_message_id);
    const found = whatIsWrong(row, reply);
    if (found !== undefined) {
      return brokenRung("reply_not_saved", {
        found,
        isWithoutModelId: row === undefined || row.model_id === null,
      });
    }
    const { session_id: conversation, assistant_message_id, asked, text } = reply;
    const problem = judgeSavedTurn(rows, { conversation, asked, text, reply: assistant_message_id });
    return problem === undefined
      ? { status: "holds", text: "the reply is saved, and read back as it was" }
      : brokenTurn("hmi", problem);
  },
};

function whatIsWrong(row: Message | undefined, reply: HmiReply): string | undefined {
  if (row === undefined) return `conversation ${reply.session_id} does not have it`;
  if (row.model_id !== reply.model_id) return `model_id ${row.model_id}, not ${reply.model_id}`;
  if (row.status !== "complete") return `its status is ${row.status} after done`;
  return row.content === reply.text
    ? undefined
    : `${row.content.length} characters, not ${reply.text.length}`;
}

/** For a reply of which the length does not matter. A real model may say nothing with its first token. */
export const SHORT = { num_predict: 4 } as const;

/** Where the doctor's own messages go: a profile, so that nobody's active conversation changes. */
export interface DoctorConversation {
  readonly model_id: number;
  readonly session_id: string;
}

/** Makes a profile and a conversation of it, to be deleted at the end; the options go to the engine. */
export async function makePlace(
  stack: ExaminedStack,
  options: Readonly<Record<string, unknown>>,
): Promise<DoctorConversation | RungFinding> {
  const waited = waitedBefore(stack);
  if (waited !== undefined) return waited;
  const draft = {
    name: "stack doctor",
    description: "Made by stack doctor; deleted when it ends.",
    instructions: "Answer in one word.",
    // The first words count here, not what a model thinks before them.
    settings: { options, think: false },
  };
  const made = await askService(stack, "hmi", ["POST", hmiRoutes.newProfile.path()], { body: draft });
  const profile = ProfileAnswer.safeParse(made.body).data?.profile;
  if (profile === undefined) return refused(stack, made);
  const { model_id } = profile;
  stack.defer(`model profile ${model_id}`, (signal) =>
    deleteProfile(examinedService(stack, "hmi").client, profile, signal),
  );
  const opened = await askService(stack, "hmi", ["POST", hmiRoutes.newSession.path()], {
    body: { model_id },
  });
  const session = SessionAnswer.safeParse(opened.body).data?.session;
  return session === undefined ? refused(stack, opened) : { model_id, session_id: session.session_id };
}

/** Sends a message without a model. */
export async function sendWithoutModel(
  stack: ExaminedStack,
  place: DoctorConversation,
  message: string,
): Promise<SentMessage | BrokenRung> {
  const answer = await askService(stack, "hmi", ["POST", hmiRoutes.sendMessage.path()], {
    body: { ...place, message },
  });
  return SentMessage.safeParse(answer.body).data ?? refused(stack, answer);
}

function refused(stack: ExaminedStack, answer: SeenCall): BrokenRung {
  return refusedCall(stack, "hmi", answer, answerExcerpt(answer));
}

/** The rows of a conversation; none where it cannot be read. */
export async function sessionRows(stack: ExaminedStack, session_id: string): Promise<readonly Message[]> {
  const { body } = await askService(stack, "hmi", ["GET", hmiRoutes.messages.path({ session_id })]);
  return MessageList.safeParse(body).data?.messages ?? [];
}
