import { DEFAULTS } from "../contract/contract-defaults.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { isSameText } from "../targets/compare-texts.ts";
import { deviationsOf } from "../targets/contract-deviations.ts";
import { bearerTokenOfWire } from "../targets/drivers/bearer-token-of-wire.ts";
import { type Caller, callersOf, type KnownPeople, tokenAsItIs } from "../targets/drivers/caller-session.ts";
import type { ChatClient, OutgoingMessage, Sent } from "../targets/drivers/chat-client.ts";
import { createContractChat } from "../targets/drivers/contract-chat.ts";
import { connectDriver } from "../targets/drivers/define-driver.ts";
import { hasPlaceholder } from "../targets/drivers/has-placeholder.ts";
import { Refusal } from "../targets/drivers/refusal.ts";
import { failureOf, lastFact, type SeenRow, textOf } from "../targets/drivers/reply-facts.ts";
import { findDriver } from "../targets/drivers/shipped-drivers.ts";
import { createHttpClient, type HttpClient } from "../targets/http-client.ts";
import { pollUntil } from "../targets/poll-until.ts";
import type { LearnedWire } from "./learned-wire.ts";

/** What became of one message that was sent as a learned wire says. */
export interface TriedWire {
  readonly said: string;
  /** Null where it did not come to one. */
  readonly reply: TriedReply | null;
  /** How many rows its conversation has; null where none can be listed. */
  readonly rows: number | null;
  /** What is left at the back end: the conversation's id; null where nothing is. */
  readonly left: string | null;
  /** What was not as it was learned; none: it works. */
  readonly problems: readonly string[];
}

export interface TriedReply {
  readonly text: string;
  /** Until the first piece of text, in milliseconds; null where none came. */
  readonly first_ms: number | null;
  readonly duration_ms: number;
  /** Whether its end was told. */
  readonly isDone: boolean;
  /** Whether tokens were counted. */
  readonly isCounted: boolean;
}

export interface TryOptions extends KnownPeople {
  readonly signal: AbortSignal;
}

/** Short, and one that any model has an answer to. */
const SAID = "Say hello in three words.";
/** What one message shows may be so once: a word that must be another one each time, a conversation that only begins. */
const SAID_LATER = "Say goodbye in three words.";

/** Longest wait for a reply, in milliseconds: an engine may have to load its model. */
const PATIENCE_MS = 120_000;

/**
 * Sends two messages as a learned wire says, reads their replies and lists them, and deletes what it made where it can: it is
 * said to be deleted where it is not to be seen any more.
 */
export async function tryWire(learned: LearnedWire, { signal, ...people }: TryOptions): Promise<TriedWire> {
  const { self } = callersOf(people);
  const client = createHttpClient(
    learned.url,
    bearerTokenOfWire(learned.wire, tokenAsItIs(learned.wire, self)),
  );
  const within = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const problems: string[] = [];
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    await act().catch((error: unknown) => {
      signal.throwIfAborted();
      problems.push(`${what}: ${messageOf(error)}`);
    });
  };
  let reply: TriedReply | null = null;
  let rows: number | null = null;
  let conversation: string | null = null;
  try {
    await attempt("it went wrong", async () => {
      const chat = await connect(learned, client, self, within());
      const place = await chat.openPlace(
        { name: "stack init", description: "", instructions: "", options: {}, think: false },
        within(),
      );
      await attempt("it went wrong", async () => {
        const until = within();
        conversation = await chat.openConversation(place, until);
        const sent = await chat.send({ place, conversation, text: SAID }, until);
        // Whose id is made up here is nowhere, where the message that would begin it was refused.
        if (!sent.isTaken && learned.wire.conversation === "own") conversation = null;
        reply = await readReply(sent, until, problems, (told) => {
          conversation ??= told;
        });
        conversation ??= sent.conversation;
        const isLater = await sayLater(chat, { place, conversation }, learned, within(), problems);
        if (chat.missingAbilities["show rows"] === undefined) {
          rows = await readRows(
            chat,
            { learned, conversation, turns: isLater ? 2 : 1, reply },
            within(),
            problems,
          );
        }
      });
      const made = conversation;
      if (made !== null && chat.missingAbilities["delete conversations"] === undefined) {
        await attempt("it could not be deleted", async () => {
          const isGone = await deleteAndLook(chat, { learned, conversation: made, rows }, within());
          if (isGone) conversation = null;
          else
            problems.push(
              "its conversation is still there after it was deleted: that call deletes something else",
            );
        });
      }
      await chat.closePlace(place, within());
    });
  } finally {
    await client.close();
  }
  return { said: SAID, reply, rows, left: conversation, problems };
}

interface Talked {
  readonly learned: LearnedWire;
  readonly conversation: string | null;
  /** How many messages were sent. */
  readonly turns: number;
  readonly reply: TriedReply;
}

/** A back end may save a reply a moment after it has told its end, in milliseconds. */
const SAVED_WITHIN_MS = 3_000;

/** Looks whether what was said is listed, and how many rows there are; null where none can be asked for. */
async function readRows(
  chat: ChatClient,
  { learned, conversation, turns, reply }: Talked,
  signal: AbortSignal,
  problems: string[],
): Promise<number | null> {
  const request = learned.wire.rows?.request;
  // A back end without conversations has one list for all that was said.
  const isOfAll = request !== undefined && !hasPlaceholder(request, "conversation");
  if (conversation === null && !isOfAll) {
    problems.push(
      "the answer to the message did not tell which conversation it began: its rows cannot be listed",
    );
    return null;
  }
  const isListed = (rows: readonly SeenRow[]): boolean =>
    [SAID, reply.text].every((text) => rows.some(({ content }) => isSameText(content, text)));
  const hasAll = (rows: readonly SeenRow[]): boolean => rows.length >= 2 * turns;
  const rows = await pollUntil(
    { signal, pauseMs: 100 },
    SAVED_WITHIN_MS,
    () => chat.rows(conversation ?? "", signal),
    (seen) => isListed(seen) && hasAll(seen),
  );
  if (!isListed(rows)) {
    problems.push(`what was said, or its reply, is not among the ${rows.length} rows that are listed`);
  } else if (!hasAll(rows)) {
    problems.push(`its conversation lists ${rows.length} rows, not each message and its reply`);
  }
  return rows.length;
}

/** Says something in a conversation that has begun. Returns whether there is one to say it in. */
async function sayLater(
  chat: ChatClient,
  { place, conversation }: Pick<OutgoingMessage, "place" | "conversation">,
  { wire }: LearnedWire,
  signal: AbortSignal,
  problems: string[],
): Promise<boolean> {
  if (conversation === null && wire.send_first !== undefined) {
    problems.push("the first message's answer did not tell which conversation it began");
  }
  if (conversation === null && (wire.send_first ?? wire.conversation) !== undefined) return false;
  const own: string[] = [];
  try {
    const sent = await chat.send({ place, conversation, text: SAID_LATER }, signal);
    await readReply(sent, signal, own, () => undefined);
  } catch (error) {
    own.push(messageOf(error));
  }
  problems.push(...own.map((problem) => `its second message, "${SAID_LATER}": ${problem}`));
  return true;
}

/** What is deleted may be listed a moment longer, in milliseconds. */
const GONE_WITHIN_MS = 3_000;

/** Deletes what was made, and looks whether it is gone: from the list of conversations, or else with what was said in it. */
async function deleteAndLook(
  chat: ChatClient,
  {
    learned,
    conversation,
    rows,
  }: { readonly learned: LearnedWire; readonly conversation: string; readonly rows: number | null },
  signal: AbortSignal,
): Promise<boolean> {
  const isListed = async (): Promise<boolean> =>
    chat.missingAbilities["list conversations"] === undefined &&
    (await chat.conversations(signal)).includes(conversation);
  const hasRows = async (): Promise<boolean> =>
    await chat.rows(conversation, signal).then(
      (left) => left.length > 0,
      // What is gone is answered in many ways.
      () => false,
    );
  const wasListed = await isListed().catch(() => false);
  await chat.deleteConversation(conversation, signal);
  const isOfAll = !hasPlaceholder(learned.wire.rows?.request ?? "{conversation}", "conversation");
  if (!wasListed && ((rows ?? 0) === 0 || isOfAll)) return true;
  const isLeft = await pollUntil(
    { signal, pauseMs: 100 },
    GONE_WITHIN_MS,
    wasListed ? isListed : hasRows,
    (isThere) => !isThere,
  );
  return !isLeft;
}

async function connect(
  { driver, wire }: LearnedWire,
  client: HttpClient,
  { name: user, secret: token }: Caller,
  signal: AbortSignal,
): Promise<ChatClient> {
  if (driver === "ours") return createContractChat(client, deviationsOf(undefined));
  const make = (model: string | null) =>
    connectDriver(findDriver(driver), {
      client,
      settings: wire,
      model,
      agent: DEFAULTS.agentId,
      user,
      token,
      isStandIn: false,
    });
  const chat = await make(null);
  if (
    chat.missingAbilities["choose a model"] !== undefined ||
    chat.missingAbilities["list models"] !== undefined
  )
    return chat;
  const [first] = await chat.models(signal);
  return await make(first ?? null);
}

async function readReply(
  sent: Sent,
  signal: AbortSignal,
  problems: string[],
  onConversation: (id: string) => void,
): Promise<TriedReply> {
  if (!sent.isTaken) throw new Refusal(sent.call);
  const seen = await sent.read({ signal }).ended;
  const started = lastFact(seen, "started")?.conversation;
  if (started) onConversation(started);
  const text = textOf(seen);
  const failure = failureOf(seen);
  if (seen.status >= 300) throw new Refusal(seen);
  if (failure !== undefined) problems.push(`it failed: ${failure.message}`);
  if (text.trim() === "") problems.push("no text was heard in its reply");
  const isDone = lastFact(seen, "done") !== undefined;
  if (!isDone) problems.push(`the end of its reply was not told (the stream was ${seen.end})`);
  return {
    text,
    first_ms: seen.facts.find(({ kind }) => kind === "text")?.at_ms ?? null,
    duration_ms: seen.duration_ms,
    isDone,
    isCounted: lastFact(seen, "usage") !== undefined,
  };
}
