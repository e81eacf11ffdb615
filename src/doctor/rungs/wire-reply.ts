import type { Role } from "../../config/services.ts";
import type { EngineOptions } from "../../contract/gateway.ts";
import type { ChatClient, Reading, Sent } from "../../target/drivers/chat-client.ts";
import { isRefusal } from "../../target/drivers/refused-words.ts";
import {
  failureOf,
  lastFact,
  type SeenRow,
  type TimedFact,
  textOf,
} from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { broken } from "../diagnose.ts";
import type { BrokenRung, Finding, Rung } from "../ladder.ts";
import { replyTimeout } from "../reply.ts";
import type { DoctorTalk, Scene } from "../scene.ts";
import { connectTo } from "./wire-connection.ts";

/** A message is answered, by whatever wire. */
export function wireReplyRung(service: Role): Rung<Scene> {
  return {
    id: `${service}/reply`,
    service,
    name: "reply",
    needs: [`${service}/answers`],
    async look(scene) {
      const asked = "Say OK";
      const said = await say(scene, asked, { num_predict: 16 });
      if ("problem" in said) return said;
      const stream = await said.reading.ended;
      const finding = judgeFacts(stream, service, scene);
      if (finding !== undefined) return finding;
      scene.notes.reply = { talk: said.talk, text: textOf(stream), asked: said.sent.text };
      const model = lastFact(stream, "model")?.name;
      return { status: "holds", text: `a message is answered${model === undefined ? "" : ` by ${model}`}` };
    },
  };
}

/** What was streamed is what a reload shows. */
export function wireSavedRung(service: Role): Rung<Scene> {
  return {
    id: `${service}/stored`,
    service,
    name: "saved reply",
    needs: [`${service}/reply`],
    async look(scene) {
      const { chat, reply } = scene.notes;
      if (chat === undefined || reply === undefined)
        return { status: "skipped", text: "there is no reply to look for" };
      const lacking = chat.lacking["show rows"];
      if (lacking !== undefined) return { status: "skipped", text: lacking };
      const { conversation } = reply.talk;
      if (conversation === null) {
        return {
          status: "skipped",
          text: "the back end did not tell which conversation it was (contract.wire.send.told)",
        };
      }
      const rows = await chat.rows(conversation, soon(scene));
      const problem = whatIsWrong(rows, reply, conversation);
      return problem === undefined
        ? { status: "holds", text: "message and reply are saved, and read back as they were" }
        : broken("reply_not_saved", problem);
    },
  };
}

function whatIsWrong(
  rows: readonly SeenRow[],
  { asked, text }: { readonly asked: string; readonly text: string },
  conversation: string,
): { found: string; isWithoutModelId: boolean } | undefined {
  const row = rows.findLast(({ role }) => role === "assistant");
  const isAsked = rows.some(({ role, content }) => role === "user" && content === asked);
  if (!isAsked) {
    const isWithoutModelId = row?.model_id === null;
    return { found: `conversation ${conversation} does not have the message`, isWithoutModelId };
  }
  if (row === undefined)
    return { found: `conversation ${conversation} does not have it`, isWithoutModelId: false };
  if (row.content === text) return undefined;
  return { found: `${row.content.length} characters, not ${text.length}`, isWithoutModelId: false };
}

/** Something that was said, while its reply is heard. */
export interface Said {
  readonly talk: DoctorTalk;
  readonly sent: Sent;
  readonly reading: Reading;
}

/** Says something in a conversation of its own, which is deleted at the end. */
export async function say(
  scene: Scene,
  text: string,
  options: EngineOptions,
  onFact?: (fact: TimedFact) => void,
): Promise<Said | BrokenRung> {
  scene.notes.chat ??= await connectTo(scene, scene.notes.model);
  const { chat } = scene.notes;
  const until = AbortSignal.any([scene.signal, AbortSignal.timeout(replyTimeout(scene))]);
  try {
    const place = await chat.openPlace(
      {
        name: "stack doctor",
        description: "Made by stack doctor; deleted when it ends.",
        instructions: "Answer in one word.",
        options,
        think: false,
      },
      soon(scene),
    );
    const talk: DoctorTalk = { place, conversation: null };
    const learn = (id: string | null): void => learnConversation(scene, chat, talk, id);
    scene.defer("a place of the doctor's", (signal) => chat.closePlace(place, signal));
    learn(await chat.openConversation(place, soon(scene)));
    // Not bound to Ctrl-C: a call that is cut off may leave a conversation behind that nobody knows of.
    const sent = await chat.send({ place, conversation: talk.conversation, text }, until);
    learn(sent.conversation);
    if (!sent.isTaken) return refused(scene, sent.call);
    const reading = sent.read({
      signal: until,
      onFact(fact) {
        if (fact.kind === "started") learn(fact.conversation);
        onFact?.(fact);
      },
    });
    return { talk, sent, reading };
  } catch (error) {
    if (isRefusal(error)) return refused(scene, error.answer);
    throw error;
  }
}

/** A call that takes no reply. */
export function soon({ signal }: Scene): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
}

function refused(
  { front }: Scene,
  { request, status, body }: Pick<Sent["call"], "request" | "status" | "body">,
) {
  return broken("call_refused", { service: front, call: request, status, said: JSON.stringify(body) });
}

function learnConversation(scene: Scene, chat: ChatClient, talk: DoctorTalk, id: string | null): void {
  if (id === null || id === talk.conversation) return;
  talk.conversation = id;
  if (talk.place.modelId !== null) return;
  scene.defer(`conversation ${id}`, (signal) => chat.deleteConversation(id, signal));
}

/** What is wrong with a reply; undefined where nothing is. */
function judgeFacts(stream: SeenStream, service: Role, { notes }: Scene): Finding | undefined {
  const call = stream.request.split("?")[0] ?? "";
  const failure = failureOf(stream);
  if (failure !== undefined) {
    const model = notes.installed.includes(notes.model) ? undefined : notes.model;
    if (model !== undefined && notes.installed.length > 0 && /model/i.test(failure.message)) {
      const { installed, folder } = notes;
      return broken("wrong_default_model", { service, model, installed, folder: folder[service] });
    }
    return broken("reply_failed", { service, call, said: failure.message, hint: failure.hint });
  }
  if (lastFact(stream, "done") === undefined) return broken("reply_cut", { service, call, end: stream.end });
  return textOf(stream).trim() === "" ? broken("reply_empty", { service, call }) : undefined;
}
