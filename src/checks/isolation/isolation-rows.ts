import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { causeInOnlyTurn, mixedPrompts, strayReplies } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationInWords } from "../row-words.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { conversationsAtOnce, foreignWords, isPromptMixed, type Voice } from "./concurrent-conversations.ts";

export const rows = defineCheck<Context["target"], readonly Voice[]>({
  id: "isolation/rows",
  claim: "a conversation's rows hold its own words, also where others were answered at the same time",
  why: "open-webui/open-webui#28742: messages sent at the same time overwrite each other.",
  lookAt: "where a reply is saved: by the id of its own message, not by what is newest or active now",
  needs: ["show rows", "remember conversations"],
  collect: conversationsAtOnce,
  judge: (voices) =>
    firstBroken(voices, (voice) => judgeOne(voice, voices)) ?? {
      verdict: "holds",
      seen: `conversations written at once, each with its own message and reply: ${voices.length}`,
    },
});

function judgeOne(voice: Voice, voices: readonly Voice[]): Broken | undefined {
  const { sessionId, word, asked, stream } = voice;
  if (voice.rows === null) throw conversationNotNamed();
  const foreign = foreignWords(voice.rows.map(({ content }) => content).join(" "), voice, voices);
  // What instructs the model is no part of what was said.
  const said = voice.rows.filter(({ role }) => !voice.isForeign || role === "user" || role === "assistant");
  const roles = said.map(({ role }) => role).join(", ");
  // In whatever order they are shown: that is judged by persistence/row-order.
  const isReplied = said.some(({ role }) => role === "assistant");
  const message = said.find(({ role }) => role === "user");
  const isOwn = said.length === 2 && isReplied && isSavedAsStreamed(message?.content, asked, voice);
  if (foreign.length === 0 && isOwn) return undefined;
  return {
    verdict: "broken",
    expected: `${conversationInWords(sessionId)} with its message and its reply, with its own word, ${word}, alone`,
    found: foreign.length > 0 ? `words of others: ${foreign.join(", ")}` : `rows: ${roles || "none"}`,
    seen: stream.request,
    rows: voice.rows,
    ...(isSavedAsStreamed(message?.content, asked, voice) && causeOf(voice, voices)),
    ...(foreign.length > 0 && isPromptMixed(voice, voices) && mixedPrompts()),
  };
}

/** What is at fault where replies of others, and nothing else of theirs, stand in a conversation, and not in their own. */
function causeOf(voice: Voice, voices: readonly Voice[]): Pick<Broken, "cause"> {
  const { isForeign, rows } = voice;
  if (!isForeign || rows === null) return {};
  const own = rows.filter((row) => !isStray(row, voice, voices));
  const isOthersAway = foreignWords(own.map(({ content }) => content).join(" "), voice, voices).length === 0;
  if (!isOthersAway) return {};
  return own.length < rows.length ? strayReplies() : causeInOnlyTurn({ rows, kind: "at-once", isForeign });
}

function isStray({ role, content }: SeenRow, own: Voice, voices: readonly Voice[]): boolean {
  const isOf = ({ stream }: Voice): boolean => isSameText(content, textOf(stream));
  const others = voices.filter((other) => other !== own && isOf(other));
  return (
    role === "assistant" &&
    others.length > 0 &&
    others.every(
      (other) =>
        other.rows?.some(
          (row) => row.role === "assistant" && isSameText(row.content, textOf(other.stream)),
        ) !== true,
    )
  );
}
