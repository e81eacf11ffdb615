import type { Broken, Verdict } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { strayedReply, unsavedReply } from "../common-causes.ts";
import { place, rowOf, rowPlaces, unjudgedIn } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";

/** Whether each exchange's row of that role is in its conversation, with the `model_id` that was asked for. */
export function judgeSavedWhere(exchanges: readonly ModelExchange[], role: "user" | "assistant"): Verdict {
  const seen = `${exchanges.map((exchange) => exchange.seen).join("; ")}${unjudgedIn(exchanges)}`;
  return firstBroken(exchanges, (exchange) => judgeOne(exchange, role)) ?? { verdict: "holds", seen };
}

function judgeOne(exchange: ModelExchange, role: "user" | "assistant"): Broken | undefined {
  const row = rowOf(exchange, role);
  const asked = exchange.isForeign ? undefined : (exchange.asked.modelId ?? null);
  const isOfProfile = asked === undefined || row?.model_id === asked;
  if (row?.session_id === exchange.sessionId && isOfProfile) return undefined;
  return {
    verdict: "broken",
    expected: place(exchange.sessionId, asked),
    found: row === undefined ? `no such row in ${soughtIn(exchange)}` : place(row.session_id, row.model_id),
    seen: exchange.seen,
    rows: rowPlaces(exchange.newRows),
    ...(exchange.isForeign &&
      role === "assistant" &&
      (row === undefined ? unsavedReply("whole") : strayedReply())),
  };
}

/** Where nobody lists all conversations, nobody knows that it is in none. */
function soughtIn({ othersSought }: ModelExchange): string {
  if (othersSought === undefined) return "any conversation";
  if (othersSought === 0) return "it; no other conversation is listed in which it could be";
  return `it, nor in the newest others that are listed (looked into: ${othersSought})`;
}
