import { firstList, type LearnedCall, type ListRest } from "./find-list.ts";
import { exchangesOf, type LearnedTalk } from "./find-message-and-reply.ts";
import { idsUsedBy, isSameEndpoint } from "./id-uses.ts";
import { isInList, lastName, leavesOf } from "./json-leaves.ts";
import { type LearnedCancel, learnCancelCall } from "./learn-cancel-call.ts";
import { learnDeletions } from "./learn-deletion.ts";
import type { IdPlaceholder, LearnedId } from "./learn-ids.ts";
import { type LearnedModels, learnModels } from "./learn-models.ts";
import { jsonAnswer, type LoggedExchange, mayList, type NetworkLog } from "./network-log.ts";
import { callNameOf, isHidden } from "./network-log-words.ts";

/** What may be beside a talk in a log. */
export interface LearnedCalls {
  readonly cancel: LearnedCancel | undefined;
  readonly deletion: LoggedExchange | undefined;
  readonly conversations: LearnedCall<ListRest> | undefined;
  readonly models: LearnedModels | undefined;
  readonly account: LearnedCall<{ readonly id: string }> | undefined;
  readonly health: LoggedExchange | undefined;
  readonly page: LoggedExchange | undefined;
}

interface Known {
  readonly talk: LearnedTalk;
  /** Also those of other conversations, and of other replies. */
  readonly ids: readonly LearnedId[];
  /** What the page made up for its messages: by that it may name their replies. */
  readonly keys: ReadonlySet<string>;
  /** What listed the rows: it is no list of conversations. */
  readonly rows: LoggedExchange | undefined;
}

/** Finds the calls beside the talk, each by what it is asked or by what it tells. */
export function learnCalls({ exchanges }: NetworkLog, { talk, ids, keys, rows }: Known): LearnedCalls {
  const ofMessages = exchangesOf(talk);
  const [send = talk.said.exchange] = ofMessages;
  const conversation = ids.find(({ placeholder }) => placeholder === "conversation");
  const here = exchanges.filter(
    (each) => each.origin === send.origin && !ofMessages.includes(each) && each !== rows && each.status < 400,
  );
  const later = here.filter(({ began_ms }) => began_ms >= send.began_ms);
  const names = (exchange: LoggedExchange, pattern: RegExp): boolean => pattern.test(callNameOf(exchange));
  const idsOf = (placeholder: IdPlaceholder): Set<string> =>
    new Set(ids.filter((id) => id.placeholder === placeholder).map(({ value }) => value));
  const [conversations, replies] = [idsOf("conversation"), new Set([...idsOf("reply"), ...keys])];
  const isOf = (exchange: LoggedExchange, values: ReadonlySet<string>): boolean =>
    idsUsedBy(exchange).some(({ value }) => values.has(value));
  const lists = here.filter(mayList);
  // What is asked of one conversation lists something of it.
  const listing =
    conversation &&
    firstList(
      lists.filter(
        (each) =>
          each !== conversation.told?.exchange &&
          !idsUsedBy(each).some(({ value }) => value === conversation.value),
      ),
      (leaf) => String(leaf.value) === conversation.value,
    );
  const listed = lists.filter((each) => listing !== undefined && isSameEndpoint(each, listing.exchange));
  const { isDeletion, isOfConversation, best } = learnDeletions({ conversations, replies, lists: listed });
  const cancel = learnCancelCall(
    here.filter((each) => !isOfConversation(each)),
    { talk, replies, conversations },
  );
  const pages = exchanges.filter(
    ({ method, contentType, status, origin }) =>
      method === "GET" && contentType === "text/html" && status === 200 && origin === send.origin,
  );
  return {
    cancel,
    deletion: best(later.filter((each) => each !== cancel?.exchange && isDeletion(each))),
    conversations: listing,
    models: learnModels(lists, talk.said),
    // Where nobody says who he is, everybody is one.
    account: showsCaller(talk.said.exchange) ? learnAccount(lists) : undefined,
    // The status of a reply, or of a conversation, says nothing of the service.
    health: here.find(
      (each) =>
        each.method === "GET" &&
        names(each, /\/(?:health(?:z|check)?|ready|ping|status)$/i) &&
        !isOf(each, new Set(ids.map(({ value }) => value))),
    ),
    // Before it there may have been the page of a login.
    page:
      pages.findLast((each) => each.began_ms <= send.began_ms && !LOGIN_PAGE.test(callNameOf(each))) ??
      pages.findLast(({ began_ms }) => began_ms <= send.began_ms) ??
      pages[0],
  };
}

/** A page that lets people in may lead to the chat without loading another one. */
const LOGIN_PAGE = /\/(?:log-?in|sign-?in|auth)\/?$/i;

function showsCaller({ requestHeaders }: LoggedExchange): boolean {
  return ["authorization", "cookie"].some((name) => requestHeaders[name] !== undefined);
}

/** What a page asks to know who is there. */
const ACCOUNT_NAME = /[/.](?:me|who-?am-?i|user-?info|current[-_]?user|user|account)$/i;

/** Where such an answer names an account, the surest first. */
const ACCOUNT_IDS = [
  /^(?:id|_id|sub|uid|uuid|user_?id|account_?id)$/i,
  /^(?:e-?mail|user_?name|login|me|name)$/i,
];

/** The call that told who is there. A secret, or what is hidden, is nobody's name. */
function learnAccount(lists: readonly LoggedExchange[]): LearnedCalls["account"] {
  for (const exchange of lists.filter((each) => ACCOUNT_NAME.test(callNameOf(each)))) {
    const leaves = leavesOf(jsonAnswer(exchange)).filter(
      ({ place, value }) =>
        !isInList(place) && ["string", "number"].includes(typeof value) && !isHidden(String(value)),
    );
    const named = ACCOUNT_IDS.flatMap((name) => leaves.find(({ place }) => name.test(lastName(place))) ?? []);
    const [id] = named;
    if (id !== undefined) return { exchange, rest: { id: id.place } };
  }
  return undefined;
}
