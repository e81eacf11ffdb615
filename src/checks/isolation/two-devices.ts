import type { SentMessage, UserEvent } from "../../contract/hmi-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { patienceOf, readReply, sendMessage } from "../contract-replies.ts";
import { listenToEvents } from "../listen-to-events.ts";

interface Evidence {
  /** How the stream of events was answered. */
  readonly status: number;
  readonly sent: SentMessage;
  /** What another page of the same user heard. */
  readonly heard: readonly UserEvent[];
}

export const twoDevices = defineCheck<Context["target"], Evidence>({
  id: "isolation/two-devices",
  claim: "a second page of the same user hears at once that a message was sent, and that its reply has ended",
  why: "Else it shows an old conversation as the present one, and sends into the middle of a reply.",
  lookAt: "GET /api/events: reply_started when a message is saved, reply_ended when its reply is",
  needs: ["speak the contract"],
  async collect(context) {
    const options = { num_predict: 4, stand_in_token_ms: 0 };
    const sessionId = await makeSession(context, await makeProfile(context, { name: "isolation", options }));
    const listening = listenToEvents(context.target.hmi, context.signal);
    await listening.begun;
    const sent = await sendMessage(context, sessionId, `Hello ${context.canary("devices")}`);
    await readReply(context, sessionId).ended;
    await pollUntil(
      context,
      patienceOf(context.target),
      async () => eventsOf(listening.events, sessionId),
      (events) => events.some(({ type }) => type === "reply_ended"),
    );
    const heard = eventsOf(listening.events, sessionId);
    return { status: (await listening.leave()).status, sent, heard };
  },
  judge({ status, sent, heard }) {
    const { message_id, assistant_message_id } = sent;
    if (assistant_message_id === "") throw new CouldNotRun("no message was sent");
    const started = heard.findIndex(
      (event) =>
        event.type === "reply_started" &&
        event.message_id === message_id &&
        event.assistant_message_id === assistant_message_id,
    );
    const ended = heard.findIndex(
      (event) =>
        event.type === "reply_ended" &&
        event.assistant_message_id === assistant_message_id &&
        event.status === "complete",
    );
    const seen = `GET /api/events answered ${status}; heard: ${heard.map(({ type }) => type).join(", ") || "nothing"}`;
    if (started !== -1 && ended > started) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `reply_started and then reply_ended of reply ${assistant_message_id}`,
      found: heard.map(({ type }) => type).join(", ") || "nothing",
      seen,
      rows: heard,
    };
  },
});

/** Of this conversation: the user may be doing something else meanwhile. */
function eventsOf(events: readonly UserEvent[], sessionId: string): readonly UserEvent[] {
  return events.filter((event) => "session_id" in event && event.session_id === sessionId);
}
