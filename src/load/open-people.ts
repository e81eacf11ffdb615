import { type ConnectedChat, connectChatWithModel } from "../targets/connect-chat.ts";
import { asCaller, type Caller } from "../targets/drivers/caller-session.ts";
import { Refusal } from "../targets/drivers/refusal.ts";
import { replyNameOf } from "../targets/drivers/reply-name.ts";
import { endReply } from "../targets/end-reply.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { RUN_PROFILE_NAME, runProfileDescription } from "../targets/run-journal.ts";
import type { LoadPerson } from "./load-messages.ts";

/** How the people of a load run are made known to a target. */
interface PeopleOptions {
  readonly target: TargetUrls;
  readonly callers: readonly Caller[];
  readonly isStandIn: boolean;
  readonly runId: string;
  readonly replyTokens: number;
  readonly defer: (what: string, undo: (signal: AbortSignal) => Promise<void>) => void;
}

/** Somebody to whom the target was opened. */
export interface OpenPerson extends LoadPerson, ConnectedChat {
  /** Its conversations that nobody has deleted yet. */
  readonly left: Set<string>;
}

/** Longest time for each call that makes something, in milliseconds: of what was cut off, nobody would know whether it is there. */
const TIMEOUT_MS = 30_000;

/** Opens a place for each person, to be closed at the end with all that was said there, and lets each say one word. Throws a UserError. */
export async function openPeople(options: PeopleOptions): Promise<OpenPerson[]> {
  const { target, callers, isStandIn, runId, replyTokens, defer } = options;
  const people: OpenPerson[] = [];
  for (const caller of callers) {
    const soon = (): AbortSignal => AbortSignal.timeout(TIMEOUT_MS);
    const connected = await connectChatWithModel({ ...target, ...asCaller(caller) }, { isStandIn }, soon());
    const { chat, client } = connected;
    const left = new Set<string>();
    // The last that is undone, and so the first that is queued.
    defer(`closing the connections to ${client.url}`, () => client.close());
    const place = await chat.openPlace(
      {
        name: `${RUN_PROFILE_NAME}load`,
        description: runProfileDescription(runId),
        instructions: "Answer in a few words.",
        options: { num_predict: replyTokens, stand_in_tokens: replyTokens },
        think: false,
      },
      soon(),
    );
    if (place.modelId !== null) {
      defer(`deleting profile ${place.modelId}`, (signal) => chat.closePlace(place, signal));
    }
    const person = { ...connected, caller, place, left };
    defer(`deleting the conversations of the load run at ${client.url}`, (signal) =>
      deleteLeft(person, signal),
    );
    people.push(person);
  }
  return people;
}

/** Has a reply begun, so that the model is loaded before anything is timed. Throws an Error that says what was answered. */
export async function warmUp({ chat, place, left }: OpenPerson, signal: AbortSignal): Promise<void> {
  const conversation = await chat.openConversation(place, signal);
  if (conversation !== null) left.add(conversation);
  const sent = await chat.send({ place, conversation, text: "Say hello." }, signal);
  if (sent.conversation !== null) left.add(sent.conversation);
  if (!sent.isTaken) throw new Refusal(sent.call);
  const name = replyNameOf({ ...sent, conversation: sent.conversation ?? conversation });
  const begun = Promise.withResolvers<void>();
  const reading = sent.read({
    signal,
    onFact(fact) {
      name.learn(fact);
      if (fact.kind === "started" && fact.conversation !== null) left.add(fact.conversation);
      if (fact.kind === "text") begun.resolve();
    },
  });
  await Promise.race([begun.promise, reading.ended]);
  await endReply(chat, name.told(), reading, signal);
  await reading.ended;
}

/** What its profile does not take with it. */
async function deleteLeft({ chat, place, left }: OpenPerson, signal: AbortSignal): Promise<void> {
  if (place.modelId !== null || left.size === 0) return;
  const lacking = chat.missingAbilities["delete conversations"];
  if (lacking !== undefined) throw new Error(`${left.size} conversations: ${lacking}`);
  for (const conversation of left) {
    await chat.deleteConversation(conversation, signal);
    left.delete(conversation);
  }
}
