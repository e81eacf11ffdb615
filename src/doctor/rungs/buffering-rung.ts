import type { Role } from "../../config/service-config.ts";
import { brokenCharactersIn, COUNTING_MESSAGE } from "../../targets/counting-message.ts";
import { type TimedFact, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { answererOf, stopBuffering } from "../../targets/proxy-by-headers.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { notInTime } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { sendTestMessage } from "./wire-reply-rungs.ts";

/** The stand-in is too fast for anybody to hold its text back: so it takes its time, about half a second. */
const COUNTING = { num_predict: 48, stand_in_token_ms: 12 } as const;

/** A reply that is quicker than this tells nothing of its pace, in milliseconds. */
const SHORTEST_MS = 400;

/** Text that was written over a time and arrives within this part of it was held back. */
const HELD_BACK_SHARE = 0.1;

/** The first and the last word of a reply come apart, as they are written. */
export function bufferingRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/pace`,
    service,
    name: "pace",
    needs: [`${service}/reply`],
    async look(stack) {
      const said = await sendTestMessage(stack, COUNTING_MESSAGE, COUNTING);
      if ("status" in said) return said;
      const stream = await said.reading.ended;
      return stream.end === "given-up"
        ? notInTime(stack, stream.duration_ms)
        : judgeBuffering(stream, service);
    },
  };
}

/** Whose doing that is, only a comparison with the engine's own text can tell. */
function brokenWords(stream: SeenStream): string {
  const count = brokenCharactersIn(textOf(stream));
  return count === 0
    ? ""
    : `, with U+FFFD in place of characters (${count} times): stack trace tells whose doing that is`;
}

function judgeBuffering(stream: SeenStream, service: Role): RungFinding {
  const texts = stream.facts.filter((fact): fact is TimedFact & { kind: "text" } => fact.kind === "text");
  const [first, last] = [texts[0]?.at_ms, texts.at(-1)?.at_ms];
  if (first === undefined || last === undefined || texts.length < 5) {
    return { status: "skipped", text: `a reply of ${texts.length} pieces tells nothing of its pace` };
  }
  if (last < SHORTEST_MS) {
    return { status: "skipped", text: `a reply of ${Math.round(last)} ms tells nothing of its pace` };
  }
  const spread = last - first;
  if (spread > HELD_BACK_SHARE * last) {
    return {
      status: "holds",
      text: `words come as they are written, over ${Math.round(spread)} ms${brokenWords(stream)}`,
    };
  }
  return brokenRung("buffered", {
    service,
    pieces: texts.length,
    withinMs: Math.round(spread),
    afterMs: Math.round(first),
    who: answererOf({ hop: service }, stream, { headers: {} }),
    todo: stopBuffering(stream),
  });
}
