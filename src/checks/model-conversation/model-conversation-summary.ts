import { LIMITS } from "../../contract/contract-defaults.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck, type Verdict } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { readAllRows, readRows } from "../contract-replies.ts";
import { place } from "./first-exchanges.ts";
import { importHistory } from "./imported-history.ts";
import { exchangeByModel } from "./model-exchange.ts";
import { promptOf } from "./seen-prompt.ts";
import { type Context, createSession, getStage, listOwnSessions } from "./staged-profiles.ts";

interface Evidence {
  readonly sessionId: string;
  readonly modelId: number;
  /** Summaries that appeared, in whatever conversation they are. */
  readonly summaries: readonly WholeRow[];
  /** For how long it was waited for one, in milliseconds. */
  readonly waitedMs: number;
  /** What an exchange took before that, in milliseconds: the engine's pace. */
  readonly exchangeMs: number;
  /** The dialogue before the last message. */
  readonly dialogue: readonly WholeRow[];
  /** What the engine was given for the message after the summary; undefined where it cannot be seen. */
  readonly nextPrompt: readonly SeenGeneration[] | undefined;
}

/** How long it is waited for a summary after the reply that made it due, in milliseconds. */
const LEAST_PATIENCE_MS = 10_000;
/** As long as a stack may try for one (contract, section 3). */
const MOST_PATIENCE_MS = 60_000;
/** The engine reads what is summarised, which is as much as this many short exchanges, and writes more than for one. */
const EXCHANGES_LONG = 60;

export const summary = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/summary",
  claim: "the summary past 60 messages is written to that conversation; the last 30 stay verbatim",
  why: "BUG-016, fourth place: the summarisation section wrote with model_id=None.",
  lookAt: "the call that saves the summary: a literal None where model_id belongs (BUG-016)",
  needs: ["speak the contract", "keep profiles"],
  isAlone: true,
  async collect(context) {
    const { canary, profileA, generalSessionId } = await getStage(context);
    const { modelId } = profileA;
    const empty = await createSession(context, modelId, canary);
    const sessionId = await beginLongTalk(context, { sessionId: empty, modelId, canary });
    // What loses its model_id goes to whichever general conversation is the active one by now.
    const general = (await listOwnSessions(context, "none")).sessions.find(({ active }) => active);
    const places = [sessionId, general?.session_id ?? generalSessionId] as const;
    const start = performance.now();
    const { dialogue, turns } = await talkPastTheLimit(context, places, modelId, canary);
    const exchangeMs = Math.round((performance.now() - start) / turns);
    const { summaries, waitedMs } = await waitForSummary(context, places, exchangeMs);
    const nextPrompt = await promptAfter(context, { modelId, sessionId });
    return { sessionId, modelId, summaries, waitedMs, exchangeMs, dialogue, nextPrompt };
  },
  judge: (evidence) => judgePlace(evidence) ?? judgePrompt(evidence) ?? holds(evidence),
});

/** A real engine takes a minute to write what is only there to be summarised: its history is imported. */
async function beginLongTalk(
  context: Context,
  talk: { readonly sessionId: string; readonly modelId: number; readonly canary: string },
): Promise<string> {
  if (context.target.capabilities.has("direct the engine")) return talk.sessionId;
  const messages = LIMITS.summaryAfterMessages;
  return (await importHistory(context, { ...talk, messages })) ?? talk.sessionId;
}

/** What was said in the end, and in how many exchanges of this run. */
interface LongConversation {
  readonly dialogue: readonly WholeRow[];
  readonly turns: number;
}

/**
 * Sends messages until the conversation itself holds more than 60. Returns its dialogue; of a target that
 * saves all of them elsewhere, the dialogue that grew there.
 */
async function talkPastTheLimit(
  context: Context,
  [sessionId, elsewhere]: readonly [string, string],
  modelId: number,
  canary: string,
): Promise<LongConversation> {
  const already = (await readRows(context, sessionId)).length;
  // A target that saves only half of an exchange here needs twice the messages; more would never end.
  for (let turn = 1; turn <= LIMITS.summaryAfterMessages + 2; turn++) {
    const query = { message: `Next turn ${turn} ${canary}`, model_id: modelId, session_id: sessionId };
    const path = hmiRoutes.generalStream.path(undefined, query);
    const stream = await context.target.hmi.stream("GET", path, { signal: context.signal });
    if (stream.status !== 200) throw new CouldNotRun(`turn ${turn} was answered ${stream.status}`);
    if (already + turn * 2 <= LIMITS.summaryAfterMessages) continue;
    const dialogue = await readRows(context, sessionId);
    if (dialogue.length > LIMITS.summaryAfterMessages) return { dialogue, turns: turn };
  }
  const astray = await readRows(context, elsewhere);
  if (astray.length > LIMITS.summaryAfterMessages) {
    return { dialogue: astray, turns: LIMITS.summaryAfterMessages + 2 };
  }
  throw new CouldNotRun(
    `conversation ${sessionId} did not grow past ${LIMITS.summaryAfterMessages} messages`,
  );
}

/** What the engine is given for one more message, which is sent only where that can be seen. */
async function promptAfter(
  context: Context,
  { modelId, sessionId }: { readonly modelId: number; readonly sessionId: string },
): Promise<Evidence["nextPrompt"]> {
  if (!context.target.capabilities.has("show what reached the engine")) return undefined;
  const { canary } = await getStage(context);
  const message = `After the summary, ${canary}`;
  return (await exchangeByModel(context, { endpoint: "general-stream", message, modelId, sessionId }))
    .generations;
}

/** A slow engine's summary cannot be waited for for ever. */
async function waitForSummary(
  context: Context,
  sessionIds: readonly string[],
  exchangeMs: number,
): Promise<Pick<Evidence, "summaries" | "waitedMs">> {
  const start = performance.now();
  const patienceMs = Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, EXCHANGES_LONG * exchangeMs));
  const look = async (): Promise<readonly WholeRow[]> => {
    const rows = await Promise.all(sessionIds.map((sessionId) => readAllRows(context, sessionId)));
    return rows.flat().filter((row) => row.message_type === "summary");
  };
  const summaries = await pollUntil({ signal: context.signal }, patienceMs, look, ({ length }) => length > 0);
  return { summaries, waitedMs: Math.round(performance.now() - start) };
}

function judgePlace({ sessionId, modelId, summaries, dialogue, ...pace }: Evidence): Broken | undefined {
  const [first] = summaries;
  if (first === undefined) throw notInTime(pace);
  if (first.session_id === sessionId && first.model_id === modelId) return undefined;
  return {
    verdict: "broken",
    expected: `a summary in ${place(sessionId, modelId)}`,
    found: `a summary in ${place(first.session_id, first.model_id)}`,
    seen: `messages to conversation ${sessionId}; conversation ${dialogue[0]?.session_id} grew to ${dialogue.length}`,
    rows: summaries,
  };
}

function notInTime({ waitedMs, exchangeMs }: Pick<Evidence, "waitedMs" | "exchangeMs">): NotObservable {
  const waited = `no summary came within ${Math.round(waitedMs / 1000)} s`;
  return new NotObservable(
    `${waited}, where an exchange takes ${exchangeMs} ms: nothing is known of where one is written`,
  );
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
