import { isSameText } from "../../targets/compare-texts.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { otherConversations } from "../../targets/find-astray-reply.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationRows, settledRowsOf } from "../conversation-rows.ts";
import { hear } from "../hear-reply.ts";
import { sayIn } from "../say-and-hear.ts";
import { lastWord, requireText } from "../stream-endings.ts";
import { describeEnding, type ModelExchange } from "./model-exchange.ts";

/** Short and quick: what is said does not matter here. */
const OPTIONS = { num_predict: 8, stand_in_token_ms: 0 } as const;

/** Where the rows went is looked at whoever they say has spoken; model-conversation/reload judges that too. */
const ANY_ROLES = { judgesRoles: true } as const;

/** Exchanges on a target without profiles: the first ones of two conversations, and another one in the older of them. */
export interface ExchangesOnAnyWire {
  readonly first: readonly ModelExchange[];
  readonly given: ModelExchange;
}

/** Has them once a run. Nothing is known there of any `model_id`. */
export async function exchangesOnAnyWire(context: Context): Promise<ExchangesOnAnyWire> {
  return await context.share("exchanges on any wire", async () => {
    const place = await openPlace(context, { name: "conversation", options: OPTIONS });
    const one = await beginTalk(context, place);
    const first = await exchangeIn(context, one, "one");
    const other = await beginTalk(context, place);
    const second = await exchangeIn(context, other, "other");
    return { first: [first, second], given: await exchangeIn(context, one, "one again") };
  });
}

/** Says something, hears its reply to the end, and looks where the rows went. */
async function exchangeIn(context: Context, talk: Talk, name: string): Promise<ModelExchange> {
  // What only repeats its message begins with what is its own, so that no two replies are alike.
  const word = context.canary(name);
  const message = `${word}: say hello, in one word.`;
  const before = talk.conversation === null ? [] : await conversationRows(context, talk, ANY_ROLES);
  const elsewhere = await rowsElsewhere(context, talk);
  const sent = await sayIn(context, talk, message);
  const stream = await hear(context, talk, sent).ended;
  requireText(stream);
  const streamedText = textOf(stream);
  const isThere = (rows: readonly SeenRow[]): boolean =>
    rows.some(({ role, content }) => role === "assistant" && content !== "") &&
    rows.some(({ role }) => role === "user");
  const addedIn = (rows: readonly SeenRow[]): readonly SeenRow[] => rows.slice(before.length);
  const isOwn = ({ content }: SeenRow): boolean =>
    content.includes(word) || isSameText(content, streamedText);
  const added = addedIn(await settledRowsOf(context, talk, (rows) => isThere(addedIn(rows)), ANY_ROLES));
  return {
    asked: { endpoint: "message", message: sent.text, sessionId: talk.conversation ?? undefined },
    isForeign: true,
    lacksProfiles: context.target.capabilities.has("speak the contract"),
    othersSought: elsewhere.size,
    status: sent.call.status,
    refusal: undefined,
    seen: `${sent.call.request}; ${describeEnding(stream)}`,
    stream,
    streamedText,
    ended: lastWord(stream),
    isCut: false,
    sessionId: talk.conversation,
    newRows: isThere(added)
      ? added
      : [...added, ...addedElsewhere(elsewhere, await rowsElsewhere(context, talk), isOwn)],
    profileOf: {},
    generations: undefined,
  };
}

/** The rows of other conversations, by what they are called. */
type OtherRows = ReadonlyMap<string, readonly SeenRow[]>;

/** Of the newest others: what goes astray lands in one of them. */
async function rowsElsewhere(context: Context, talk: Talk): Promise<OtherRows> {
  const { target, signal } = context;
  const others = await otherConversations(target.chat, talk.conversation, signal);
  const looked = others.map(async (conversation) => {
    const rows = await conversationRows(context, { ...talk, conversation }, ANY_ROLES);
    return [conversation, rows] as const;
  });
  return new Map(await Promise.all(looked));
}

/**
 * What of this exchange has come to other conversations since they were looked into: somebody may chat there meanwhile. Of a tree
 * only one branch is shown, so that there may be fewer rows than before.
 */
export function addedElsewhere(
  before: OtherRows,
  after: OtherRows,
  isOwn: (row: SeenRow) => boolean,
): SeenRow[] {
  return [...after].flatMap(([conversation, rows]) => {
    const known = (before.get(conversation) ?? []).map(rowKey);
    return rows.filter((row) => {
      const place = known.indexOf(rowKey(row));
      if (place !== -1) known.splice(place, 1);
      return place === -1 && isOwn(row);
    });
  });
}

/** A row that grows is the same one, where it has an id. */
function rowKey({ message_id, role, content }: SeenRow): string {
  return message_id === undefined ? `${role} ${content}` : String(message_id);
}
