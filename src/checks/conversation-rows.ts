import { NotObservable } from "../harness/target-errors.ts";
import { conversationNotNamed } from "../targets/drivers/conversation-not-named.ts";
import { type SeenRow, textOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { beginningNotRead, isWithoutBeginning } from "../targets/late-reading.ts";
import { haveOneReplyEach } from "../targets/reply-rows.ts";
import { rowsAtRest } from "../targets/rows-at-rest.ts";
import { type Talk, understood } from "./any-wire-conversation.ts";
import type { Context } from "./contract-conversations.ts";
import { patienceOf } from "./contract-replies.ts";
import { foundOn } from "./found-in-run.ts";
import { type LeftReply, watchLeft } from "./left-replies.ts";
import { areRolesWrong, requireRightRoles } from "./require-right-roles.ts";
import { requireKnownRoles } from "./rows-lack-field.ts";

/** The stream of a reply that has more at its beginning, by its row, than was read where it was opened late. */
function lateStreamOf({ lateStreams = [] }: Talk, rows: readonly SeenRow[]): SeenStream | undefined {
  return lateStreams.find((stream) =>
    rows.some(({ role, content }) => role === "assistant" && isWithoutBeginning(textOf(stream), content)),
  );
}

/** How rows are looked at. */
export interface RowsOptions {
  /** True where under which role each stands is judged: else {@link WrongRoles} are thrown, where that is not as it was said. */
  readonly judgesRoles?: boolean;
  /** The reply that they are to have, where its reader has left: it may be written to its end with nothing of it saved before. */
  readonly left?: LeftReply;
}

/** What was said in a conversation, oldest first: from the store where there is one to look into, else as it is shown. */
export async function conversationRows(
  context: Context,
  talk: Talk,
  { judgesRoles = false }: RowsOptions = {},
): Promise<readonly SeenRow[]> {
  const { store, chat, capabilities } = context.target;
  const { conversation } = talk;
  if (conversation === null) throw conversationNotNamed();
  const rows =
    (await store?.messagesOf(conversation)) ?? (await understood(chat.rows(conversation, context.signal)));
  if (!capabilities.has("speak the contract")) {
    requireKnownRoles(rows);
    if (!judgesRoles) requireRightRoles(rows, talk.said);
  }
  // Summaries and titles are no part of what was said.
  return rows.filter(({ message_type = "chat" }) => message_type === "chat");
}

/** What the HMI shows of it, where {@link conversationRows} looks into the store; null where it does not, or nothing is shown. */
export async function shownRowsOf(context: Context, talk: Talk): Promise<readonly SeenRow[] | null> {
  const { store, chat } = context.target;
  const { conversation } = talk;
  if (store === undefined || conversation === null || chat.missingAbilities["show rows"] !== undefined)
    return null;
  return await understood(chat.rows(conversation, context.signal));
}

/** What is saved of a reply had not come to rest: how it ends was not seen. */
export class StillWritten extends NotObservable {}

/**
 * The same, as soon as no reply is being written any more; as it is then, where one is for too long. Where a back end
 * promises nothing of its rows, they are looked at until they are also enough for whoever asks, each message with one reply;
 * or at rest. What changes is written at the engine's own pace, and waited for; throws {@link StillWritten} where that
 * takes too long.
 */
export async function settledRowsOf(
  context: Context,
  talk: Talk,
  isEnough: (rows: readonly SeenRow[]) => boolean = () => true,
  options: RowsOptions = {},
): Promise<readonly SeenRow[]> {
  const { target, signal } = context;
  const isPromised = target.capabilities.has("speak the contract");
  const isSettled = (rows: readonly SeenRow[]): boolean => rows.every((row) => row.status !== "streaming");
  const isWell = (rows: readonly SeenRow[]): boolean =>
    isSettled(rows) &&
    (isPromised ||
      lateStreamOf(talk, rows) !== undefined ||
      areRolesWrong(rows, talk.said) ||
      (isEnough(rows) && (foundOn(target).hasDoubledRows === true || haveOneReplyEach(rows))));
  const left = options.left && watchLeft(context, options.left);
  const { rows, unrest } = await rowsAtRest({
    signal,
    look: () => conversationRows(context, talk, options),
    isWell,
    restMs(seen, { haveChanged }) {
      if (isPromised) return patienceOf(target);
      const { unsettled = 0 } = foundOn(target);
      if (unsettled > 0 && !haveChanged) return unsettled < OFTEN ? AGAIN_MS : OFTEN_AGAIN_MS;
      return isSettled(seen) ? ENOUGH_MS : Math.min(patienceOf(target), SETTLING_MS);
    },
    ...(left !== undefined && { isWritten: left.isWritten }),
    leastMs: Math.max(WRITING_MS, patienceOf(target), (left?.mostMs ?? 0) + SETTLING_MS),
  });
  const late = lateStreamOf(talk, rows);
  if (late !== undefined) throw beginningNotRead(late);
  if (unrest !== undefined) throw new StillWritten(unrest);
  if (rows.length === 0)
    await understood((async () => target.chat.requireShownRows?.(talk.conversation ?? ""))());
  if (!isPromised) {
    // What was not made one in all that time will not be the next time.
    if (isSettled(rows) && isEnough(rows) && !haveOneReplyEach(rows)) foundOn(target).hasDoubledRows = true;
    noteIfUnsettled(context, isWell(rows));
  }
  return rows;
}

/** A reply that is written is waited for for at least this long, in milliseconds, or longer where a silence may be longer. */
const WRITING_MS = 30_000;

/** What is not shown this long after the end of its stream will not be, in milliseconds. */
const ENOUGH_MS = 3_000;

/** This long after that a back end that promises nothing may still be writing, in milliseconds; ... */
const SETTLING_MS = 10_000;

/** ... and this long where its rows were waited for in vain: that is done once; ... */
const AGAIN_MS = 1_500;

/** ... or, after so many times one after the other, this long. */
const OFTEN = 4;
const OFTEN_AGAIN_MS = 750;

function noteIfUnsettled({ target }: Context, isWell: boolean): void {
  const found = foundOn(target);
  const { unsettled = 0 } = found;
  found.unsettled = isWell ? Math.min(unsettled, 1) : unsettled + 1;
}
