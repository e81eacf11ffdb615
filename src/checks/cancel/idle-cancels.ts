import { NotObservable } from "../../harness/target-errors.ts";
import type { NamedReply } from "../../targets/drivers/chat-client.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { hear, nameFor } from "../hear-reply.ts";
import { sayIn } from "../say-and-hear.ts";
import { endedInWords } from "../stream-endings.ts";
import { cancelStatusOf } from "./judge-both-ends.ts";
import { cancelInTime, isAnswered, placeWith, type SeenCancel } from "./running-reply.ts";

/** A conversation that was cancelled before its first message, and then after each of two replies. */
export interface IdleCancels {
  /** As of {@link CancelledReply}. */
  readonly isForeign: boolean;
  readonly answers: readonly SeenCancel[];
  readonly streams: readonly SeenStream[];
  /** Null where the back end shows none. */
  readonly rows: readonly SeenRow[] | null;
}

/** Cancels where nothing runs, once for all claims of a run. */
export async function collectIdleCancels(context: Context): Promise<IdleCancels> {
  return await context.share("idle cancels", async () => {
    const talk = await beginTalk(context, await placeWith(context, { num_predict: 8 }));
    const isForeign = !context.target.capabilities.has("speak the contract");
    // A conversation that a message has yet to make cannot be called for.
    const before = isForeign ? [] : [await cancelIdle(context, talk)];
    const first = await say(context, talk, `Hello ${context.canary("first")}`);
    const between = [await cancelIdle(context, talk, first), await cancelIdle(context, talk, first)];
    if (between.includes("closed")) {
      throw new NotObservable(
        "here a reply is ended by closing its stream, and where nothing runs there is none",
      );
    }
    const second = await say(context, talk, `Hello again ${context.canary("second")}`);
    return {
      isForeign,
      answers: [...before, ...between],
      streams: [first.stream, second.stream],
      rows: context.target.capabilities.has("show rows") ? await settledRowsOf(context, talk) : null,
    };
  });
}

async function say(context: Context, talk: Talk, text: string): Promise<Said> {
  const hearing = hear(context, talk, await sayIn(context, talk, text));
  return { stream: await hearing.ended, name: hearing.name() };
}

interface Said {
  readonly stream: SeenStream;
  readonly name: NamedReply;
}

async function cancelIdle(context: Context, talk: Talk, said?: Said): Promise<SeenCancel> {
  const name = said?.name ?? { conversation: talk.conversation };
  return await cancelInTime(context, (signal) => context.target.chat.cancel(nameFor(context, name), signal));
}

/** What was seen, for whoever reads the verdict. */
export function describeIdleCancels({ answers, streams }: IdleCancels): string {
  const calls = answers.includes("said")
    ? "were said on a WebSocket, where nothing answers"
    : `answered ${answers.map((answer) => cancelStatusOf(answer) ?? statusIn(answer)).join(", ")}`;
  return `cancels where nothing ran ${calls}; the streams of the replies: ${streams.map(endedInWords).join(", ")}`;
}

function statusIn(answer: SeenCancel): string {
  return isAnswered(answer) ? String(answer.status) : "nothing";
}
