import { defineCheck, type Verdict } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import {
  addedTo,
  describeKill,
  isWholeText,
  requireMidReply,
  requireNotContinued,
} from "./killed-reply-words.ts";

export const toldOfGatewayKill = toldOfKill(
  "gateway",
  "what the HMI makes of a gateway whose stream stops without `done`: an error, and nothing that it says itself",
);

export const toldOfEngineKill = toldOfKill(
  "engine",
  "what the gateway makes of an engine whose stream is cut: an `error` event, and `done` with `error`",
);

/** Whoever reads a reply whose gateway or engine dies must hear of it from those that live. */
function toldOfKill(victim: "gateway" | "engine", lookAt: string) {
  return defineCheck<Context["target"], KilledReply>({
    id: `drill/${victim}-told`,
    claim: `where the ${SERVICE_TITLES[victim]} is killed in mid-reply, the reader is told that the reply has failed`,
    why: "A half that looks like a whole is believed; and nobody should wait for what never comes.",
    lookAt,
    needs: [`kill the ${victim}`],
    collect: (context) => killedReply(context, victim),
    judge: judgeTold,
  });
}

function judgeTold(reply: KilledReply): Verdict {
  requireMidReply(reply);
  const { stream } = reply;
  const seen = describeKill(reply);
  const word = lastWord(stream);
  const broken = (found: string): Verdict => ({
    verdict: "broken",
    expected: "done (error), or a connection that is cut, and soon",
    found,
    seen,
  });
  if (word === "given-up") return broken("neither an end nor any more text, for as long as it was waited");
  const added = addedTo(reply, textOf(stream));
  if (added !== undefined) return broken(`${added}; then ${word}`);
  if (!isWholeEnding(word) || isWholeText(reply, textOf(stream))) return { verdict: "holds", seen };
  requireNotContinued(reply);
  return broken(`${word}, as if it were whole`);
}
