import type { WireSettings } from "../contract/wire-description.ts";
import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretField, isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { type LoginCall, loginCallOf, stepsTo } from "./learn-login-steps.ts";
import { hasPerson, isPassword, omittedIn } from "./login-fields.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { isHidden, pathOf } from "./network-log-words.ts";
import { repeatedCookieIn } from "./repeated-cookie.ts";
import { bytesInLine } from "./stream-findings.ts";

type Login = NonNullable<WireSettings["login"]>;

/** The call by which the person of a log got in. */
export interface LearnedLogin {
  readonly exchange: LoggedExchange;
  readonly login: Login;
  readonly bytes: string;
  /** Whether cookies alone say who calls. */
  readonly isByCookies: boolean;
  /** Headers by which a message shows what the login told beside its token, as templates. */
  readonly shownByMessage: Readonly<Record<string, string>>;
  /** What a person has to know or to do, in words. */
  readonly notes: readonly string[];
}

const LETS_IN = /log-?in|sign-?in|auth|session|token|guest|anonymous/i;

/** What an answer gave that the message shows. */
interface Given {
  readonly place: string | undefined;
  /** Whether it was seen to go on into the message. */
  readonly isSeen: boolean;
}

/**
 * Finds the call that let the person in: one with a password, or one whose answer the message shows. No secret of the log is
 * in the result. Undefined where there is none.
 *
 * @param people how many are known by name already
 */
export function learnLogin(
  { exchanges }: NetworkLog,
  message: LoggedExchange,
  people: number,
): LearnedLogin | undefined {
  const found = exchanges.flatMap((exchange) => {
    const isCall = exchange.method !== "GET" && exchange.method !== "WS" && exchange.status < 400;
    if (!isCall || exchange.origin !== message.origin || exchange.began_ms >= message.began_ms) return [];
    const hasPassword = leavesOf(exchange.requestBody).some(isPassword);
    if (!hasPassword && (!LETS_IN.test(pathOf(exchange)) || makesWhatIsNamed(exchange, message))) return [];
    const given = givenBy(exchange, message, { hasPassword, exchanges });
    return given === undefined || (!given.isSeen && !hasPassword) ? [] : [{ exchange, given }];
  });
  const best = found.findLast(({ given }) => given.isSeen) ?? found.at(-1);
  if (best === undefined) return undefined;
  return loginOf(best.exchange, best.given, { message, exchanges, people });
}

/** What there is beside a login in its log. */
interface Beside {
  readonly message: LoggedExchange;
  readonly exchanges: readonly LoggedExchange[];
  readonly people: number;
}

/** Whether an answer tells an id that the message has: it made the conversation, whatever else it gave. */
function makesWhatIsNamed(exchange: LoggedExchange, message: LoggedExchange): boolean {
  const used = new Set(idsUsedBy(message).map(({ value }) => value));
  return idsToldBy(exchange).some(({ value }) => used.has(value));
}

function givenBy(
  { answer, answerHeaders }: LoggedExchange,
  message: LoggedExchange,
  {
    hasPassword,
    exchanges,
  }: { readonly hasPassword: boolean; readonly exchanges: readonly LoggedExchange[] },
): Given | undefined {
  const shown = secretsShownBy(message);
  const tokens = leavesOf(jsonAnswer({ answer })).filter(
    ({ place, value }) => typeof value === "string" && value !== "" && !/refresh/i.test(lastName(place)),
  );
  const token = tokens.find((leaf) => shown.some((each) => isShownAs(each, leaf)));
  if (token !== undefined) return { place: token.place, isSeen: true };
  if (answerHeaders["set-cookie"] !== undefined && message.requestHeaders["cookie"] !== undefined) {
    const repeated = repeatedCookieIn([
      message,
      ...exchanges.filter(({ origin }) => origin === message.origin),
    ]);
    return { place: repeated && `${COOKIE_PLACE}${repeated.cookie}`, isSeen: true };
  }
  if (!hasPassword) return undefined;
  // Of what browsers and taps leave out, only the name of the field is left.
  const named = tokens.find(({ place }) => isSecretName(lastName(place)));
  return { place: named?.place, isSeen: false };
}

/** What a message shows of whoever sends it: the values of headers that are secrets, and of its query. */
function secretsShownBy({ requestHeaders, path, origin }: LoggedExchange): string[] {
  const headers = Object.entries(requestHeaders).filter(
    ([name]) => name !== "cookie" && isSecretHeader(name),
  );
  const query = [...new URL(path, origin).searchParams].filter(([name]) => isSecretField(name));
  return [...headers, ...query].map(([, value]) => value);
}

/** A token by itself, or behind its scheme. One that a record hides looks like every other: there its name has to do. */
function isShownAs(shown: string, { place, value }: JsonLeaf): boolean {
  const token = String(value);
  const secret = shown.replace(/^[A-Za-z]+ (?=\S)/, "");
  if (isHidden(token)) return isHidden(secret) && isSecretName(lastName(place));
  return token.length >= MIN_TOKEN && secret === token;
}

/** Shorter values stand at many places. */
const MIN_TOKEN = 6;

function loginOf(
  exchange: LoggedExchange,
  { place, isSeen }: Given,
  { message, exchanges, people }: Beside,
): LearnedLogin {
  const { steps, shownByMessage } = stepsTo(exchange, { message, exchanges, token: place });
  const calls: LoginCall[] = steps.map(loginCallOf);
  const before = calls.slice(0, -1);
  const { request, body, told = {}, ...rest } = calls.at(-1) ?? { request: requestOf(exchange) };
  const allTold = { ...(place !== undefined && { token: place }), ...told };
  const login: Login = {
    ...(before.length > 0 && { before }),
    request,
    ...(body !== undefined && { body }),
    ...rest,
    ...(Object.keys(allTold).length > 0 && { told: allTold }),
  };
  const isForPeople = steps.some(({ call }) => hasPerson(call));
  const omitted = steps.flatMap(({ call, shown }) => omittedIn(call, shown));
  const what = place === undefined ? "sets cookies" : `tells ${place}`;
  const sent =
    body === undefined
      ? ""
      : `${JSON.stringify(body).replace(/\{(?:user|password|token|login\.\w+)\}/g, "…")}, `;
  return {
    exchange,
    login,
    bytes: bytesInLine(`${sent}answered ${exchange.status} and ${what}`),
    isByCookies: place === undefined || place.startsWith(COOKIE_PLACE),
    shownByMessage,
    notes: [
      ...(isForPeople ? peopleWords(people) : []),
      ...(isSeen ? [] : [unseenWords(place, message)]),
      ...omitted.map(
        ({ place }) => `the login sends a secret at ${place} that no answer before it told: it is left out`,
      ),
    ],
  };
}

/** What there is to name: whoever is tried, and another one. */
function peopleWords(known: number): string[] {
  const another = "has it judged whether people are kept apart";
  if (known === 0) {
    return [
      `the page logs in: name who you are there by STACK_AUTH_USERS='{"NAME": "PASSWORD"}', or in auth.users; a second name ${another}`,
    ];
  }
  return known === 1 ? [`a second name in auth.users ${another}`] : [];
}

function unseenWords(place: string | undefined, { requestHeaders }: LoggedExchange): string {
  const shows = ["cookie", "authorization"].some((name) => requestHeaders[name] !== undefined);
  const left = shows
    ? "the message shows nothing that its answer gave"
    : "what its answer gave is not in the log, since browsers leave cookies and tokens out of what they save";
  const taken = place === undefined ? "its cookies are taken to do" : `${place} is taken for the token`;
  return `${left}: ${taken}`;
}
