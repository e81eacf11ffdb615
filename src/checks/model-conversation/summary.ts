import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "../../contract/defaults.ts";
import type { GenerationRecord } from "../../contract/engine.ts";
import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck, type Verdict } from "../../harness/check.ts";
import { readAllRows, readRows } from "../reading.ts";
import { converse } from "./exchange.ts";
import { place } from "./first-exchanges.ts";
import { promptOf } from "./prompt.ts";
import { type Context, createSession, getStage, listSessions } from "./stage.ts";

interface Evidence {
  readonly sessionId: string;
  readonly modelId: number;
  /** Summaries that appeared, in whatever conversation they are. */
  readonly summaries: readonly Message[];
  /** The dialogue before the last message. */
  readonly dialogue: readonly Message[];
  /** What the engine was given for the message after the summary; undefined where it cannot be seen. */
  readonly nextPrompt: readonly GenerationRecord[] | undefined;
}

/** How long a summary may take to appear after the reply that made it due. */
const SUMMARY_DEADLINE_MS = 60_000;
const LOOK_AGAIN_MS = 10;

export const summary = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/summary",
  claim: "the summary past 60 messages is written to that conversation; the last 30 stay verbatim",
  why: "BUG-016, fourth place: the summarisation section wrote with model_id=None.",
  lookAt: "the call that saves the summary: a literal None where model_id belongs (BUG-016)",
  needs: ["speak the contract"],
  async collect(context) {
    const { canary, profileA, generalSessionId } = await getStage(context);
    const { modelId } = profileA;
    const sessionId = await createSession(context, modelId, canary);
    // What loses its model_id goes to whichever general conversation is the active one by now.
    const general = (await listSessions(context, "none")).sessions.find(({ active }) => active);
    const places = [sessionId, general?.session_id ?? generalSessionId] as const;
    const dialogue = await talkPastTheLimit(context, places, modelId, canary);
    const summaries = await waitForSummary(context, places);
    const last = await converse(context, {
      endpoint: "general-stream",
      message: `After the summary, ${canary}`,
      modelId,
      sessionId,
    });
    return { sessionId, modelId, summaries, dialogue, nextPrompt: last.generations };
  },
  judge: (evidence) => judgePlace(evidence) ?? judgePrompt(evidence) ?? holds(evidence),
});

/**
 * Sends messages until the conversation itself holds more than 60. Returns its dialogue; of a target that
 * saves all of them elsewhere, the dialogue that grew there.
 */
async function talkPastTheLimit(
  context: Context,
  [sessionId, elsewhere]: readonly [string, string],
  modelId: number,
  canary: string,
): Promise<readonly Message[]> {
  // A target that saves only half of an exchange here needs twice the messages; more would never end.
  for (let turn = 1; turn <= LIMITS.summaryAfterMessages + 2; turn++) {
    const query = { message: `Turn ${turn} ${canary}`, model_id: modelId, session_id: sessionId };
    const path = hmiRoutes.generalStream.path(undefined, query);
    const stream = await context.target.hmi.stream("GET", path, { signal: context.signal });
    if (stream.status !== 200) throw new CouldNotRun(`turn ${turn} was answered ${stream.status}`);
    if (turn * 2 <= LIMITS.summaryAfterMessages) continue;
    const dialogue = await readRows(context, sessionId);
    if (dialogue.length > LIMITS.summaryAfterMessages) return dialogue;
  }
  const astray = await readRows(context, elsewhere);
  if (astray.length > LIMITS.summaryAfterMessages) return astray;
  throw new CouldNotRun(
    `conversation ${sessionId} did not grow past ${LIMITS.summaryAfterMessages} messages`,
  );
}

async function waitForSummary(context: Context, sessionIds: readonly string[]): Promise<Message[]> {
  const deadline = performance.now() + SUMMARY_DEADLINE_MS;
  while (performance.now() < deadline) {
    const rows = await Promise.all(sessionIds.map((sessionId) => readAllRows(context, sessionId)));
    const summaries = rows.flat().filter((row) => row.message_type === "summary");
    if (summaries.length > 0) return summaries;
    await sleep(LOOK_AGAIN_MS, undefined, { signal: context.signal });
  }
  return [];
}

function judgePlace({ sessionId, modelId, summaries, dialogue }: Evidence): Broken | undefined {
  const [first] = summaries;
  if (first?.session_id === sessionId && first.model_id === modelId) return undefined;
  return {
    verdict: "broken",
    expected: `a summary in ${place(sessionId, modelId)}`,
    found: first === undefined ? "no summary" : `a summary in ${place(first.session_id, first.model_id)}`,
    seen: `messages to conversation ${sessionId}; conversation ${dialogue[0]?.session_id} grew to ${dialogue.length}`,
    rows: summaries,
  };
}

function judgePrompt({ summaries, dialogue, nextPrompt }: Evidence): Broken | undefined {
  if (nextPrompt === undefined) return undefined;
  const prompt = promptOf(nextPrompt);
  const missing = dialogue.slice(-LIMITS.verbatimMessages).filter((row) => !prompt.holds(row.content));
  const hasSummary = prompt.mentions(summaries[0]?.content ?? "\0");
  if (missing.length === 0 && hasSummary) return undefined;
  return {
    verdict: "broken",
    expected: `the next prompt holds the summary and the last ${LIMITS.verbatimMessages} messages verbatim`,
    found: `${hasSummary ? "the summary" : "no summary"}, ${missing.length} of the last messages missing`,
    seen: `${prompt.size} texts reached the engine`,
    rows: missing,
  };
}

function holds({ sessionId, dialogue, nextPrompt }: Evidence): Verdict {
  const unseen = nextPrompt === undefined ? "; the prompt after it cannot be seen at this engine" : "";
  const seen = `conversation ${sessionId} grew to ${dialogue.length} messages and got its summary${unseen}`;
  return { verdict: "holds", seen };
}
