import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { isDamagedText, isSameText } from "../../targets/compare-texts.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { wrongRolesIn } from "../../targets/judge-saved-turn.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { beginTalk, openPlace } from "../any-wire-conversation.ts";
import { messagesSentTwice, mixedPrompts, turnsOutOfStep, unsentReplies } from "../common-causes.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readSettledRows, sendAndReadReply } from "../contract-replies.ts";
import { generationsFor, requireAsked, textsOf } from "../engine-generations.ts";
import { conversationInWords } from "../row-words.ts";
import { converseIn } from "../say-and-hear.ts";
import { wordFrom } from "./marker-words.ts";

/** A conversation of three turns, with another one between each of its turns. */
interface Talk {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  readonly word: string;
  readonly sessionId: string | null;
  readonly rows: readonly Pick<SeenRow, "content">[];
  /** What the engine was asked at the last turn. */
  readonly generations: readonly SeenGeneration[];
}

const TURNS = [1, 2, 3];

export const history = defineCheck<Context["target"], readonly Talk[]>({
  id: "isolation/history",
  claim:
    "the engine is given the conversation's whole history, each message once, in order and by who said it, and no other's",
  why: "Only the last message is sent; the model has forgotten what was said (docs/faults.md, row 50).",
  lookAt:
    "where the messages for the engine are read: all of this conversation, oldest first, each once and by who said it",
  needs: ["show what reached the engine", "remember conversations"],
  async collect(context) {
    const { capabilities } = context.target;
    const hasProfiles = capabilities.has("speak the contract") && capabilities.has("keep profiles");
    if (!hasProfiles) return await talksOnAnyWire(context);
    const modelId = await makeProfile(context, {
      name: "isolation",
      options: { num_predict: 4, stand_in_token_ms: 0 },
    });
    await generationsFor(context, "");
    const talks: { word: string; sessionId: string }[] = [];
    for (const name of ["one", "other"]) {
      const word = wordFrom(context.canary(name));
      talks.push({ word, sessionId: await makeSession(context, modelId) });
    }
    for (const turn of TURNS) {
      await Promise.all(
        talks.map(({ word, sessionId }) => sendAndReadReply(context, sessionId, `canary-${word} ${turn}`)),
      );
    }
    return await Promise.all(
      talks.map(async (talk) => ({
        ...talk,
        rows: await readSettledRows(context, talk.sessionId),
        generations: await generationsFor(context, `canary-${talk.word} ${TURNS.length}`),
      })),
    );
  },
  judge: (talks) =>
    firstBroken(talks, (talk) => judgeOne(talk, talks)) ?? {
      verdict: "holds",
      seen: `conversations in turn, each with all of its ${TURNS.length} turns in the last prompt: ${talks.length}`,
    },
});

/** What was said, as it was sent and streamed: rows that nobody shows are not needed for that. */
async function talksOnAnyWire(context: Context): Promise<readonly Talk[]> {
  const place = await openPlace(context, {
    name: "history",
    options: { num_predict: 4, stand_in_token_ms: 0 },
  });
  await generationsFor(context, "");
  return await Promise.all(
    ["one", "other"].map(async (name): Promise<Talk> => {
      const word = wordFrom(context.canary(name));
      const talk = await beginTalk(context, place);
      const rows: Pick<SeenRow, "content">[] = [];
      let asked = "";
      for (const turn of TURNS) {
        const { sent, stream } = await converseIn(context, talk, `canary-${word} ${turn}`);
        asked = sent.text;
        rows.push({ content: asked }, { content: textOf(stream).trim() });
      }
      return {
        isForeign: true,
        word,
        sessionId: talk.conversation,
        rows,
        generations: await generationsFor(context, asked),
      };
    }),
  );
}

function judgeOne(talk: Talk, talks: readonly Talk[]): Broken | undefined {
  // Without the last reply, which this prompt asked for.
  const streamed = talk.rows.slice(0, 2 * TURNS.length - 1).map(({ content }) => content);
  if (streamed.length < 2 * TURNS.length - 1 || streamed.includes("")) {
    throw new CouldNotRun(`${conversationInWords(talk.sessionId)} does not hold ${TURNS.length} turns`);
  }
  requireAsked(talk.generations);
  const [generation] = talk.generations;
  const given = generation === undefined ? [] : textsOf(generation);
  // A reply whose stream or row lost a part of it is in the prompt all the same, as the back end has it.
  const said = streamed.map((text) =>
    given.some((each) => each.includes(text))
      ? text
      : (given.find((each) => isDamagedText(each, text)) ?? text),
  );
  const missing = said.filter((text) => !given.some((each) => each.includes(text)));
  const isInOrder = isOrdered(given.join("\n"), said);
  const foreign = talks.filter(({ word }) => word !== talk.word && given.join("\n").includes(word));
  const twice = twiceIn(generation?.messages ?? [], streamed);
  const otherwise = [
    ...(isInOrder ? [] : ["not in order"]),
    ...rolesIn(generation?.messages ?? [], streamed),
  ];
  const wrong = [...twice, ...otherwise];
  if (missing.length === 0 && wrong.length === 0 && foreign.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: `a prompt with the ${said.length} messages of ${conversationInWords(talk.sessionId)}, in order, each once and by who said it`,
    found: [
      `messages missing: ${missing.length}`,
      ...wrong,
      `other conversations in it: ${foreign.length}`,
    ].join(", "),
    seen: `turn ${TURNS.length} of ${conversationInWords(talk.sessionId)}`,
    rows: talk.generations,
    ...(talk.isForeign === true && otherwise.length === 0 && causeOf()),
  };

  function causeOf(): Pick<Broken, "cause"> {
    if (twice.length > 0) {
      if (missing.length + foreign.length === 0) return messagesSentTwice();
      return foreign.length === 0 && areCrowdedOut(missing, streamed) ? turnsOutOfStep() : {};
    }
    const areOnlyReplies =
      areReplies(missing, streamed) && haveOnlyReplies(generation?.messages ?? [], foreign);
    if (areOnlyReplies) return unsentReplies();
    return foreign.length > 0 ? mixedPrompts() : {};
  }
}

/** Whether these are all that the model has said before. */
function areReplies(missing: readonly string[], streamed: readonly string[]): boolean {
  return String(missing) === String(streamed.filter((_, index) => index % 2 === 1));
}

/** Whether these are replies that were not written yet, or the oldest, for which there was no room any more. */
function areCrowdedOut(missing: readonly string[], streamed: readonly string[]): boolean {
  const isOldest = String(missing) === String(streamed.slice(0, missing.length));
  return isOldest || missing.every((text) => streamed.some((each, at) => at % 2 === 1 && each === text));
}

/** Whether all that the engine was given of these other conversations is what it has said in them, as its own turns. */
function haveOnlyReplies(given: Given, others: readonly Talk[]): boolean {
  return others.every(({ word, rows }) =>
    given
      .filter(({ content }) => content.includes(word))
      .every(
        ({ role, content }) =>
          role === "assistant" &&
          rows.some((row, index) => index % 2 === 1 && isSameText(row.content, content)),
      ),
  );
}

type Given = NonNullable<SeenGeneration["messages"]>;

/** Which of the person's messages, of which no two are alike, the engine was given more than once. */
function twiceIn(given: Given, said: readonly string[]): string[] {
  const times = said.flatMap((text, index) => {
    const count = given.filter(({ content }) => isSameText(content, text)).length;
    return index % 2 === 0 && count > 1 ? [`message ${index / 2 + 1} of the person ${count} times`] : [];
  });
  return times;
}

/** Which turn the engine was given under other roles than it was said in. */
function rolesIn(given: Given, said: readonly string[]): string[] {
  return said.flatMap((asked, index) => {
    if (index % 2 === 1) return [];
    const wrong = wrongRolesIn(given, { asked, text: said[index + 1] ?? "" });
    return wrong === undefined ? [] : [`of turn ${index / 2 + 1} ${wrong}`];
  });
}

/** Whether these texts stand one after the other in the whole; those that are missing are not looked at. */
function isOrdered(whole: string, texts: readonly string[]): boolean {
  let at = 0;
  for (const text of texts.filter((each) => whole.includes(each))) {
    const found = whole.indexOf(text, at);
    if (found === -1) return false;
    at = found + text.length;
  }
  return true;
}
