import { SentMessage, type UserEvent } from "../../contract/hmi-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../contract-conversations.ts";
import { patienceOf, readReply } from "../contract-replies.ts";
import { type Listening, listenToEvents } from "../listen-to-events.ts";
import { sendSomewhere } from "./call-any-replica.ts";
import {
  LOOKS,
  notAtTwo,
  replicaIn,
  SEVERAL_HMIS,
  shortReplicaName,
  targetReplicas,
} from "./met-replicas.ts";

/** A page that listens at a copy. */
interface Page {
  readonly copy: string;
  /** What it heard of the reply. */
  readonly heard: readonly UserEvent["type"][];
}

interface Evidence {
  /** The copy that took the message. */
  readonly sentTo: string;
  readonly replyId: string;
  readonly pages: readonly Page[];
}

const EXPECTED = "reply_started, reply_ended";

export const heardElsewhere = defineCheck<Context["target"], Evidence>({
  id: "replicas/events",
  claim: "a page that listens at another copy hears that a reply began and ended",
  why: "A copy that tells its own pages alone leaves those at the others with an old list, and a cursor that never stops.",
  lookAt:
    "GET /api/events: how what is done at one copy is told to the others (NOTIFY), and what is told where that was lost",
  needs: SEVERAL_HMIS,
  isTimed: true,
  async collect(context) {
    const { hmi } = targetReplicas(context);
    const options = { num_predict: 8, stand_in_token_ms: 0 };
    const session_id = await makeSession(context, await makeProfile(context, { name: "events", options }));
    const listening = Array.from({ length: LOOKS }, () => listenToEvents(hmi, context.signal));
    await Promise.all(listening.map(({ begun }) => begun));
    const sent = await sendSomewhere(context, { session_id, message: `Hello ${context.canary("events")}` });
    const { assistant_message_id: replyId } = expectAnswer(sent, SentMessage);
    await readReply(context, session_id).ended;
    const hasHeard = (page: Listening): boolean => heardOf(page, replyId).includes("reply_ended");
    await pollUntil(
      context,
      LOOKS * patienceOf(context.target),
      async () => listening.every(hasHeard),
      (all) => all,
    );
    const pages = await Promise.all(
      listening.map(async (page): Promise<Page> => {
        const heard = heardOf(page, replyId);
        return { copy: replicaIn(await page.leave()), heard };
      }),
    );
    return { sentTo: replicaIn(sent), replyId, pages };
  },
  judge({ sentTo, replyId, pages }) {
    if (replyId === "") throw new CouldNotRun("no message was sent");
    const elsewhere = pages.filter(({ copy }) => copy !== sentTo);
    if (elsewhere.length === 0) throw notAtTwo(`${pages.length} pages and the message`);
    const seen = `sent at copy ${shortReplicaName(sentTo)}; ${elsewhere.length} of ${pages.length} pages listened at others`;
    const deaf = elsewhere.find(({ heard }) => heard.join(", ") !== EXPECTED);
    if (deaf === undefined) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `${EXPECTED} of reply ${replyId} at each`,
      found: `${deaf.heard.join(", ") || "nothing"} at copy ${shortReplicaName(deaf.copy)}`,
      seen,
    };
  },
});

function heardOf({ events }: Listening, replyId: string): readonly UserEvent["type"][] {
  return events.flatMap((event) =>
    "assistant_message_id" in event && event.assistant_message_id === replyId ? [event.type] : [],
  );
}
