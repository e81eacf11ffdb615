/** A service that is killed in mid-reply: what its reader was shown, what is saved of it, and how the stack goes on. */
import { optionsAsText } from "../../contract/options-as-text.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { Sent } from "../../targets/drivers/chat-client.ts";
import type { ReplyFact, SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { KeptServiceState, KillableService, ServiceKiller } from "../../targets/service-killer.ts";
import { startTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { conversationRows } from "../conversation-rows.ts";
import { type Hearing, hear, hearAgain } from "../hear-reply.ts";
import { sayIn } from "../say-and-hear.ts";

/** One reply during which a service was killed. */
export interface KilledReply {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  readonly victim: KillableService;
  readonly asked: string;
  /** What the engine was told to say; null where it says what it likes. */
  readonly script: string | null;
  /** The reply as its reader saw it, before the kill and after it. */
  readonly stream: SeenStream;
  /** What had come {@link SAVED_WITHIN_MS} before the kill. */
  readonly shown_before: string;
  /** The reply had ended before the service was dead. */
  readonly ended_before: boolean;
  /** Text came after the service was up again: somebody went on with the reply. */
  readonly went_on: boolean;
  /** From the kill until the service was up again; null where it was not. */
  readonly back_after_ms: number | null;
  /**
   * The conversation, once nothing in it changed any more, and before anybody read it again. Null where the target shows
   * none, and where the HMI was not up again.
   */
  readonly rows: readonly SeenRow[] | null;
  /** The reply's stream, asked for again, as a page does that is loaded again; null as for the rows. */
  readonly replay: SeenStream | null;
  /** The conversation after that, as it is shown; null as for the rows. */
  readonly history: readonly SeenRow[] | null;
  /** The next message of the conversation; null where the service was not up again. */
  readonly next: NextMessage | null;
  /** All services before the kill, and after the next message. */
  readonly before: readonly KeptServiceState[];
  readonly after: readonly KeptServiceState[];
}

/** A message that was sent after the kill. */
export interface NextMessage {
  /** The call, and what it was answered where it was refused. */
  readonly call: Sent["call"];
  /** Its reply; null where it was refused. */
  readonly stream: SeenStream | null;
  /** Null where the target shows none. */
  readonly rows: readonly SeenRow[] | null;
}

/** A reply grows on disk at least every 250 ms (contract, section 1); a busy machine may take as long again. */
export const SAVED_WITHIN_MS = 500;

/** A service is up again within this time, or counts as lost: pauses before a restart grow to half of it. */
const BACK_WITHIN_MS = 60_000;

/** This long nothing may happen to a reply whose service is gone: the contract's longest wait is 10 s. */
const LONGEST_SILENCE_MS = 15_000;

/** One number a token, at the pace of a real engine: 2.4 s, longer than a service is gone. */
const SCRIPT = Array.from({ length: 120 }, (_, index) => index + 1).join(" ");
/** Which the stand-in says where it is told to begin so, and to go on for this many tokens. */
const PACE = { stand_in_reply: "1", stand_in_tokens: 120, stand_in_token_ms: 20 };
const QUICKLY = { stand_in_reply: "All is well.", stand_in_tokens: 4, stand_in_token_ms: 0 };

/** For an engine that says what it likes: enough to be killed in the middle of it. */
const NUM_PREDICT = 200;

/** Kills this service in mid-reply, once a run. */
export async function killedReply(context: Context, victim: KillableService): Promise<KilledReply> {
  return await context.share(`killed ${victim}`, () => killInMidReply(context, victim));
}

async function killInMidReply(context: Context, victim: KillableService): Promise<KilledReply> {
  const killer = killerOf(context);
  const canDirect = context.target.capabilities.has("direct the engine");
  const directed = (text: string, options: typeof PACE): string =>
    canDirect ? `${text}\n${optionsAsText(options)}` : text;
  const before = await killer.look();
  const talk = await startTalk(context, { name: "drill", options: { num_predict: NUM_PREDICT } });
  // What is to be undone after this needs the service.
  let isKilled = false;
  context.defer(`waiting for the ${victim}`, async (signal) => {
    if (isKilled) await untilBack(killer, victim, before, signal);
  });
  const sent = await sayIn(context, talk, directed(`Count from 1 to 300. ${context.canary(victim)}`, PACE));
  const { hearing, heard } = listen(hear(context, talk, sent));
  // What is to be on disk by now must have been shown a while before.
  if (victim === "hmi") await hearing.until(`text for ${SAVED_WITHIN_MS} ms`, heard.isOldEnough);
  else await hearing.until("its third piece of text", heard.hasBegun);
  const killedAt = performance.now();
  await kill(killer, victim, context.signal);
  isKilled = true;
  const ended_before = heard.ended;
  const stream = await endOf(context, { hearing, heard });
  const backAt = await untilBack(killer, victim, before, context.signal);
  const isThere = backAt !== null || victim !== context.target.front;
  const rows = isThere ? await ifShown(context, () => quietRows(context, talk)) : null;
  const isReadAgain = isThere && context.target.capabilities.has("read a reply again");
  const replay = isReadAgain ? await endOf(context, listen(hearAgain(context, talk, sent))) : null;
  return {
    isForeign: !context.target.capabilities.has("speak the contract"),
    victim,
    asked: sent.text,
    script: canDirect ? SCRIPT : null,
    stream,
    shown_before: heard.textUntil(killedAt - SAVED_WITHIN_MS),
    ended_before,
    went_on: backAt !== null && heard.lastTextAt > backAt,
    back_after_ms: backAt === null ? null : Math.round(backAt - killedAt),
    rows,
    replay,
    history: isThere ? await ifShown(context, () => shownRows(context, talk)) : null,
    next: backAt === null ? null : await sendNext(context, talk, directed("And now?", QUICKLY)),
    before,
    after: await killer.look(),
  };
}

/** What kills; throws {@link CouldNotRun} where nothing may be killed. */
function killerOf({ target }: Context): ServiceKiller {
  if (target.killer !== undefined) return target.killer;
  throw new CouldNotRun("no service of this target may be killed");
}

async function kill(killer: ServiceKiller, victim: KillableService, signal: AbortSignal): Promise<void> {
  try {
    await killer.kill(victim, signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new CouldNotRun([messageOf(error), error.hint].filter(Boolean).join(" "));
  }
}

/** When it was up again, by `performance.now()`; null where that did not come. */
async function untilBack(
  killer: ServiceKiller,
  victim: KillableService,
  before: readonly KeptServiceState[],
  signal: AbortSignal,
): Promise<number | null> {
  const restarts = before.find(({ name }) => name === victim)?.restarts ?? 0;
  const isBack = (now: KeptServiceState | undefined): boolean =>
    now?.state === "up" && now.restarts > restarts;
  const look = async () => (await killer.look()).find(({ name }) => name === victim);
  const last = await pollUntil(
    { signal },
    BACK_WITHIN_MS,
    look,
    (now) => isBack(now) || now?.state === "down",
  );
  return isBack(last) ? performance.now() : null;
}

/** A reply that is heard, with what has come of it. */
interface Listening {
  readonly hearing: Hearing;
  readonly heard: Heard;
}

function listen(hearing: Hearing): Listening {
  const heard = new Heard();
  // Never true: it is told of every fact.
  hearing.until("anything else", heard.note).catch(() => undefined);
  return { hearing, heard };
}

/** The stream once it has ended; left, and so `given-up`, where nothing comes for too long. */
async function endOf(context: Context, { hearing, heard }: Listening): Promise<SeenStream> {
  const patienceMs = silenceOf(context);
  const begun = performance.now();
  await pollUntil(
    context,
    Number.POSITIVE_INFINITY,
    async () => performance.now() - Math.max(begun, heard.lastAt),
    (silentMs) => hearing.hasEnded || silentMs > patienceMs,
  );
  hearing.leave();
  return await hearing.ended;
}

/** Null where the target shows no rows. */
async function ifShown<Rows>({ target }: Context, look: () => Promise<Rows>): Promise<Rows | null> {
  return target.capabilities.has("show rows") ? await look() : null;
}

/** The rows once no reply is written any more, or nothing has changed for too long. */
async function quietRows(context: Context, talk: Talk): Promise<readonly SeenRow[]> {
  const patienceMs = silenceOf(context);
  let seen = "";
  let changedAt = performance.now();
  return await pollUntil(
    context,
    Number.POSITIVE_INFINITY,
    async () => {
      const rows = await conversationRows(context, talk);
      const now = JSON.stringify(rows.map(({ status, content }) => [status, content.length]));
      if (now !== seen) changedAt = performance.now();
      seen = now;
      return rows;
    },
    (rows) =>
      rows.every(({ status }) => status !== "streaming") || performance.now() - changedAt > patienceMs,
  );
}

/** As people are shown it, also where there is a store to look into. */
async function shownRows(context: Context, talk: Talk): Promise<readonly SeenRow[]> {
  const { chat, store } = context.target;
  const { conversation } = talk;
  const isShown = chat.missingAbilities["show rows"] === undefined;
  if (store === undefined || conversation === null || !isShown) return await conversationRows(context, talk);
  const rows = await chat.rows(conversation, context.signal);
  return rows.filter(({ message_type = "chat" }) => message_type === "chat");
}

function silenceOf({ target }: Context): number {
  return Math.min(patienceOf(target), LONGEST_SILENCE_MS);
}

async function sendNext(context: Context, talk: Talk, text: string): Promise<NextMessage> {
  const { place, conversation } = talk;
  const sent = await context.target.chat.send({ place, conversation, text }, context.signal);
  const stream = sent.isTaken ? await hear(context, talk, sent).ended : null;
  return { call: sent.call, stream, rows: await ifShown(context, () => quietRows(context, talk)) };
}

/** What has come of a reply so far, and when. */
class Heard {
  readonly #pieces: { readonly at: number; readonly text: string }[] = [];
  /** Whether its end has come. */
  ended = false;
  /** When anything came last, by `performance.now()`. */
  lastAt = 0;

  /** Notes a fact, and is never the one that is waited for. */
  readonly note = (fact: ReplyFact): boolean => {
    this.lastAt = performance.now();
    if (fact.kind === "text") this.#pieces.push({ at: this.lastAt, text: fact.text });
    if (fact.kind === "done") this.ended = true;
    return false;
  };

  /** Whether it is in the middle of its text. */
  readonly hasBegun = (): boolean => this.#pieces.length >= 3;

  /** The same, and the first of it came longer ago than it may take to be saved. */
  readonly isOldEnough = (): boolean => {
    const [first] = this.#pieces;
    return this.hasBegun() && first !== undefined && performance.now() - first.at > SAVED_WITHIN_MS;
  };

  /** When text came last, by `performance.now()`. */
  get lastTextAt(): number {
    return this.#pieces.at(-1)?.at ?? 0;
  }

  textUntil(time: number): string {
    return this.#pieces.flatMap(({ at, text }) => (at <= time ? text : [])).join("");
  }
}
