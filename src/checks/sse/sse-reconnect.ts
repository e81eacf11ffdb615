import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream, eventName, eventsIn, textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { type ReconnectedReader, reconnectedReaders } from "./reconnected-readers.ts";

export const reconnect = defineCheck<Context["target"], readonly ReconnectedReader[]>({
  id: "sse/reconnect",
  claim: "a reader that comes back with Last-Event-ID gets the rest, each token once, and done",
  why: "cloudflare/agents #1733: a reconnect replays text that the reader has already.",
  lookAt: "the reading of Last-Event-ID where a stream is opened, in mid-reply and after the end",
  needs: ["speak the contract", "direct the engine"],
  collect: reconnectedReaders,
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ during }) => describeStream(during)).join("; "),
    },
});

function judgeOne(comeback: ReconnectedReader): Broken | undefined {
  return (
    judgeRest(comeback, comeback.during, "in mid-reply") ??
    judgeRest(comeback, comeback.after, "after the end")
  );
}

function judgeRest(
  { before, whole, lastEventId }: ReconnectedReader,
  rest: SeenStream,
  when: string,
): Broken | undefined {
  const had = textIn(before);
  const got = textIn(rest.events);
  const last = eventsIn(rest).at(-1);
  if (had + got === whole && last?.type === "done" && last.finish_reason === "stop") return undefined;
  const ending = last === undefined ? `answered ${rest.status}` : eventName(last);
  return {
    verdict: "broken",
    expected: `${when}, after ${JSON.stringify(had)}: ${JSON.stringify(whole.slice(had.length))}, done(stop)`,
    found: `${JSON.stringify(got)}, ${ending}`,
    seen: `${describeStream(rest)}, with Last-Event-ID ${lastEventId}`,
  };
}
