import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { describeStream } from "../arrived-events.ts";
import { requireAsked } from "../engine-generations.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { type Door, replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";

/** Texts that break careless ends of a wire, each by its name. */
const SAMPLES = {
  "characters of several bytes": "Grüße an 你好, ",
  "a surrogate pair": "👋🏽 and 👩‍👩‍👧, ",
  "a combining accent": "cafe\u0301, ",
  "a blank line": "one\n\ntwo, ",
  "CR and LF": "three\r\nfour\rfive, ",
  "what looks like a frame": "\ndata: {}\n: x\nid: 7\n\n",
  "separators of JavaScript": "\u2028six\u2029, ",
  "what looks like JSON": '{"done":true} "\\" ',
  "words that repeat": "ha ha ha ha",
} as const;

const WHOLE = Object.values(SAMPLES).join("");
const SHORT = "Grüße 👋";

interface Asked {
  readonly door: Door;
  readonly text: string;
  /** How many bytes at a time the engine writes. */
  readonly bytes: number;
}

/** A prime, so that the cuts wander through the lines; and byte by byte, which is slow, for a short text. */
const ASKED: readonly Asked[] = [
  { door: "general-stream", text: WHOLE, bytes: 23 },
  { door: "message", text: SHORT, bytes: 1 },
  { door: "gateway", text: WHOLE, bytes: 0 },
  { door: "gateway", text: SHORT, bytes: 1 },
];

const ASKED_BY_WIRE: readonly Asked[] = [
  { door: "wire", text: WHOLE, bytes: 23 },
  { door: "wire", text: SHORT, bytes: 1 },
];

interface Said {
  readonly asked: Asked;
  readonly reply: SeenReply;
}

export const text = defineCheck<Context["target"], readonly Said[]>({
  id: "sse/text",
  claim: "the text arrives exactly as the engine wrote it, wherever its bytes were cut",
  why: "ollama-js #255 (half a character), spiceai #12588 (half a line), LibreChat #4820 (a blank line), and filters that eat real repeats.",
  lookAt:
    "the decoding of the engine's stream (characters and lines over chunks), the writing of frames, filters of duplicates",
  needs: ["direct the engine"],
  collect: (context) =>
    Promise.all(
      (context.target.capabilities.has("speak the contract") ? ASKED : ASKED_BY_WIRE).map(async (asked) => {
        const { door, text, bytes } = asked;
        const options = { stand_in_reply: text, stand_in_token_ms: 0, stand_in_split_bytes: bytes };
        return {
          asked,
          reply: await sendAndSeeReply(context, { door, name: `text ${door} ${bytes}`, options }),
        };
      }),
    ),
  judge: (said) =>
    firstBroken(said, judgeOne) ?? {
      verdict: "holds",
      seen: `${WHOLE.length} characters, cut in different ways`,
    },
});

function judgeOne({ asked, reply }: Said): Broken | undefined {
  requireAsked(reply.generations, reply.stream);
  const streamed = textOf(reply.stream);
  const saved = replyRow(reply)?.content ?? asked.text;
  const isSaved = isSavedAsStreamed(saved, asked.text, { isForeign: asked.door === "wire" });
  if (streamed === asked.text && isSaved) return undefined;
  const found = streamed === asked.text ? saved : streamed;
  const at = firstDifference(asked.text, found);
  return {
    verdict: "broken",
    expected: `${excerpt(asked.text, at)} (${sampleAt(asked.text, at)})`,
    found: `${excerpt(found, at)}${found === streamed ? "" : " in the row"}`,
    seen: `${describeStream(reply.stream)}; the engine wrote ${asked.bytes === 0 ? "whole lines" : `${asked.bytes} bytes at a time`}`,
    ...streamedAndStored(streamed, replyRow(reply)?.content),
  };
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function excerpt(text: string, at: number): string {
  return `${JSON.stringify(text.slice(Math.max(0, at - 10), at + 20))} at ${at}`;
}

/** Which sample stands there. */
function sampleAt(text: string, at: number): string {
  if (text !== WHOLE) return "characters of several bytes";
  let end = 0;
  for (const [name, sample] of Object.entries(SAMPLES)) {
    end += sample.length;
    if (at < end) return name;
  }
  return "the end";
}
