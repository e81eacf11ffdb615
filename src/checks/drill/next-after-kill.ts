import { defineCheck, type Verdict } from "../../harness/define-check.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { KillableService } from "../../targets/service-killer.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import { describeKill, replyRowIn, requireLook, rowInWords } from "./killed-reply-words.ts";

export const nextAfterGatewayKill = nextAfterKill(
  "gateway",
  "connections, flags and circuit breakers of the HMI that outlive a gateway",
);

export const nextAfterEngineKill = nextAfterKill(
  "engine",
  "connections, flags and circuit breakers of the gateway that outlive an engine",
);

export const nextAfterHmiKill = nextAfterKill(
  "hmi",
  "what an HMI does at its start with rows that are streaming: whoever waits for their end waits for ever",
);

function nextAfterKill(victim: KillableService, lookAt: string) {
  return defineCheck<Context["target"], KilledReply>({
    id: `drill/${victim}-next`,
    claim: `once the ${SERVICE_TITLES[victim]} is up again, the conversation's next message is answered`,
    why: "A stack that needs a restart by hand after each crash of a part is down all night.",
    lookAt,
    needs: [`kill the ${victim}`],
    collect: (context) => killedReply(context, victim),
    judge: judgeNext,
  });
}

function judgeNext(reply: KilledReply): Verdict {
  const { call, stream, rows } = requireLook(reply, reply.next);
  const row = rows === null ? undefined : replyRowIn(rows);
  const word = stream === null ? "no stream" : lastWord(stream);
  const seen = `${describeKill(reply)}; then ${call.request} answered ${call.status}, its reply ended with ${word}`;
  const isSaved = rows === null || (isSettled(row) && row.content !== "");
  if (stream !== null && isWholeEnding(word) && textOf(stream) !== "" && isSaved)
    return { verdict: "holds", seen };
  const found = stream === null ? refusedWords(call) : `${word}, ${rowInWords(row)}`;
  return {
    verdict: "broken",
    expected: "200, and a reply that ends by itself and is complete",
    found,
    seen,
    ...(rows !== null && { rows }),
  };
}

/** Whether there is a reply that is complete, as far as the target tells. */
function isSettled(row: SeenRow | undefined): row is SeenRow {
  return row !== undefined && (row.status === undefined || row.status === "complete");
}
