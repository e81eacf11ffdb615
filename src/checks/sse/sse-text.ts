import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { isSameText, withoutThoughts } from "../../targets/compare-texts.ts";
import { COUNTING_MESSAGE } from "../../targets/counting-message.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { requireBeginningRead } from "../../targets/late-reading.ts";
import { describeStream } from "../arrived-events.ts";
import { isUnfinishedRow, otherSpacing, unfinishedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { isSavedAsStreamed, isSavedButForSpace } from "../saved-as-streamed.ts";
import { type Door, doorsOf, replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
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
  /** How many bytes at a time the engine writes; null where nobody told it. */
  readonly bytes: number | null;
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
  needs: [],
  collect(context) {
    const { capabilities, reasonsMissing } = context.target;
    if (!capabilities.has("direct the engine")) {
      if (capabilities.has("show what reached the engine")) return askUndirected(context);
      throw new NotObservable(
        reasonsMissing["direct the engine"] ?? "the engine cannot be told how to answer",
      );
    }
    return Promise.all(
      (context.target.capabilities.has("speak the contract") ? ASKED : ASKED_BY_WIRE).map(async (asked) => {
        const { door, text, bytes } = asked;
        const options = { stand_in_reply: text, stand_in_token_ms: 0, stand_in_split_bytes: bytes ?? 0 };
        return {
          asked,
          reply: await sendAndSeeReply(context, { door, name: `text ${door} ${bytes}`, options }),
        };
      }),
    );
  },
  judge: (said) =>
    firstBroken(said, judgeOne) ?? {
      verdict: "holds",
      seen: `${said[0]?.asked.text.length ?? 0} characters, ${said[0]?.asked.bytes === null ? "as a tap saw the engine write them" : "cut in different ways"}`,
    },
});

/** A real engine says what it likes; a tap has seen what that was. */
async function askUndirected(context: Context): Promise<readonly Said[]> {
  const [door = "wire"] = doorsOf(context, ["message"]);
  const request = { door, name: "text", say: COUNTING_MESSAGE, options: { num_predict: 24 } };
  const reply = await sendAndSeeReply(context, request);
  requireAsked(reply.generations, reply.stream);
  const written = reply.generations?.map(({ text }) => text) ?? [];
  const [text] = written;
  if (text === undefined || written.length > 1) {
    throw new NotObservable("what the engine wrote for the reply is not told by one answer of its own");
  }
  if (!/\P{ASCII}/u.test(text)) {
    throw new NotObservable(`asked to "${COUNTING_MESSAGE}", the model wrote no character of several bytes`);
  }
  return [{ asked: { door, text: withoutThoughts(text), bytes: null }, reply }];
}

function judgeOne({ asked, reply }: Said): Broken | undefined {
  requireAsked(reply.generations, reply.stream);
  const streamed = textOf(reply.stream);
  const row = replyRow(reply);
  // What another one of these replies said is its row: where replies are saved is another claim's.
  const saved = row === null || isOfAnother(row.content, asked) ? asked.text : row.content;
  const isSaved = isSavedAsStreamed(saved, asked.text, { isForeign: asked.door === "wire" });
  const isStreamed = asked.bytes === null ? isSameText(streamed, asked.text) : streamed === asked.text;
  if (isStreamed && isSaved) return undefined;
  requireBeginningRead(reply.stream, streamed, asked.text);
  const found = isStreamed ? saved : streamed;
  const at = firstDifference(asked.text, found);
  return {
    verdict: "broken",
    expected: `${excerpt(asked.text, at)} (${sampleAt(asked.text, at)})`,
    found: `${excerpt(found, at)}${found === streamed ? "" : " in the row"}`,
    seen: `${describeStream(reply.stream)}; ${waysOfWriting(asked)}`,
    ...streamedAndStored(streamed, replyRow(reply)?.content),
    ...(isStreamed && asked.door === "wire" && causeOf(row, asked.text)),
  };
}

/** What is at fault with the row of a reply that was streamed as it was written. */
function causeOf(row: SeenRow | null, text: string): Pick<Broken, "cause"> {
  if (isUnfinishedRow(row)) return unfinishedReply("whole");
  return row !== null && isSavedButForSpace(row.content, text) ? otherSpacing("whole") : {};
}

function isOfAnother(content: string, { door, text }: Asked): boolean {
  const others = ASKED_BY_WIRE.filter((other) => door === "wire" && other.text !== text);
  return others.some((other) => isSameText(content, other.text));
}

function waysOfWriting({ bytes }: Asked): string {
  if (bytes === null) return "a tap saw what the engine wrote";
  return `the engine wrote ${bytes === 0 ? "whole lines" : `${bytes} bytes at a time`}`;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function excerpt(text: string, at: number): string {
  // Half of a surrogate pair is no character.
  const piece = text.slice(Math.max(0, at - 10), at + 20).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, "");
  return `${JSON.stringify(piece)} at ${at}`;
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
