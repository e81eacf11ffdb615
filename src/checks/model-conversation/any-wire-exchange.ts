import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
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
  const message = `${context.canary(name)}: say hello, in one word.`;
  const before = talk.conversation === null ? [] : await conversationRows(context, talk, ANY_ROLES);
  const elsewhere = await countElsewhere(context, talk);
  const sent = await sayIn(context, talk, message);
  const stream = await hear(context, talk, sent).ended;
  requireText(stream);
  const streamedText = textOf(stream);
  const isThere = (rows: readonly SeenRow[]): boolean =>
    rows.some(({ role, content }) => role === "assistant" && content !== "") &&
    rows.some(({ role }) => role === "user");
  const addedIn = (rows: readonly SeenRow[]): readonly SeenRow[] => rows.slice(before.length);
  const added = addedIn(await settledRowsOf(context, talk, (rows) => isThere(addedIn(rows)), ANY_ROLES));
  return {
    asked: { endpoint: "message", message: sent.text, sessionId: talk.conversation ?? undefined },
    isForeign: true,
    lacksProfiles: context.target.capabilities.has("speak the contract"),
    isSoughtElsewhere: context.target.capabilities.has("list conversations"),
    status: sent.call.status,
    refusal: undefined,
    seen: `${sent.call.request}; ${describeEnding(stream)}`,
    stream,
    streamedText,
    ended: lastWord(stream),
    isCut: false,
    sessionId: talk.conversation,
    newRows: isThere(added) ? added : [...added, ...(await addedElsewhere(context, talk, elsewhere))],
    profileOf: {},
    generations: undefined,
  };
}

/** Of the newest conversations, this many rows are counted: what goes astray lands in one of them. */
const MOST_LOOKED_INTO = 8;

type RowCounts = ReadonlyMap<string, number>;

async function countElsewhere(context: Context, talk: Talk): Promise<RowCounts> {
  const counted = (await othersOf(context, talk)).map(async (conversation) => {
    const rows = await conversationRows(context, { ...talk, conversation }, ANY_ROLES);
    return [conversation, rows.length] as const;
  });
  return new Map(await Promise.all(counted));
}

/** What has come to other conversations since they were counted. */
async function addedElsewhere(context: Context, talk: Talk, before: RowCounts): Promise<readonly SeenRow[]> {
  const added = (await othersOf(context, talk)).map(async (conversation) => {
    const rows = await conversationRows(context, { ...talk, conversation }, ANY_ROLES);
    return rows.slice(before.get(conversation) ?? 0);
  });
  return (await Promise.all(added)).flat();
}

async function othersOf({ target, signal }: Context, { conversation }: Talk): Promise<readonly string[]> {
  if (!target.capabilities.has("list conversations")) return [];
  const listed = await target.chat.conversations(signal);
  // Nobody tells which end of the list is the newer one.
  const chosen = new Set([...listed.slice(0, MOST_LOOKED_INTO), ...listed.slice(-MOST_LOOKED_INTO)]);
  chosen.delete(conversation ?? "");
  return [...chosen];
}
