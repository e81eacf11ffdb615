import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream, finishReasonOf } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { followStream } from "../follow-stream.ts";
import { sendAndSeeReply } from "../seen-reply.ts";

interface Evidence {
  readonly first: SeenStream;
  /** Asked for again with the id of its last event. */
  readonly again: SeenStream;
}

export const afterDone = defineCheck<Context["target"], Evidence>({
  id: "sse/after-done",
  claim: "a reader that comes back with the id of done is answered 204, and so stays away",
  why: "EventSource comes back whenever a stream is closed: each 200 makes it come back once more, for ever.",
  lookAt: "a stream that is opened with the Last-Event-ID of its done: 204 and no body",
  needs: ["speak the contract"],
  async collect(context) {
    const { sessionId, stream } = await sendAndSeeReply(context, {
      door: "message",
      name: "after done",
      options: { num_predict: 8 },
    });
    const last = stream.events.at(-1)?.id ?? "";
    if (last === "") throw new CouldNotRun(`${stream.request}: its last event has no id to come back with`);
    const path = hmiRoutes.stream.path({ session_id: sessionId });
    const headers = { "last-event-id": last };
    return {
      first: stream,
      again: await followStream(context, { client: context.target.hmi, method: "GET", path, headers }),
    };
  },
  judge({ first, again }) {
    if (finishReasonOf(first) === undefined) throw new CouldNotRun(`${describeStream(first)}: without done`);
    const seen = `${again.request} with the id of done answered ${again.status}`;
    if (again.status === 204 && again.events.length === 0) return { verdict: "holds", seen };
    const found = `${again.status} with ${again.events.length} events`;
    return { verdict: "broken", expected: "204 without a body", found, seen };
  },
});
