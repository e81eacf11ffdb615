import type { WireSettings } from "../contract/wire-description.ts";
import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretField, isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { idsToldBy, idsUsedBy, OWN_HEADER } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { type LoginCall, loginCallOf, proofsIn, stepsTo } from "./learn-login-steps.ts";
import { guessLoginFields, hasPassword, omittedIn } from "./login-fields.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { callNameOf, isHidden } from "./network-log-words.ts";
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
  /** Headers by which a message shows the token itself, whatever they are called. */
  readonly tokenHeaders: readonly string[];
  /** What a person has to know or to do, in words. */
  readonly notes: readonly string[];
}

const LETS_IN = /log-?in|sign-?in|auth|session|token|guest|anonymous/i;

/** What an answer gave that the message shows. */
interface Given {
  readonly place: string | undefined;
  /** Whether it was seen to go on into the message. */
  readonly isSeen: boolean;
  /** Headers of the message in which it stands by itself. */
  readonly headers?: readonly string[];
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
    const isForPerson = hasPassword(exchange);
    if (!isForPerson && (!LETS_IN.test(callNameOf(exchange)) || makesWhatIsNamed(exchange, message)))
      return [];
    const given = givenBy(exchange, message, exchanges);
    return given === undefined || (!given.isSeen && !isForPerson) ? [] : [{ exchange, given }];
  });
  const best = found.findLast(({ given }) => given.isSeen) ?? found.at(-1);
  if (best === undefined) return undefined;
  const beside = { message, exchanges, people };
  const guessed = withGuessedFields(best.exchange, beside);
  return loginOf(guessed ?? best.exchange, best.given, { ...beside, isGuessed: guessed !== undefined });
}

/** A call for one in person of which nothing says where the password is: none must be written as it is. */
function withGuessedFields(
  exchange: LoggedExchange,
  { exchanges }: Pick<Beside, "exchanges">,
): LoggedExchange | undefined {
  const isOfSomebody =
    exchange.login !== undefined ||
    FOR_ANYBODY.test(callNameOf(exchange)) ||
    exchanges.some((each) => each.began_ms < exchange.began_ms && hasPassword(each));
  const login = isOfSomebody ? undefined : guessLoginFields(exchange, proofsIn(exchange, exchanges));
  return login && { ...exchange, login };
}

const FOR_ANYBODY = /guest|anonymous/i;

/** What there is beside a login in its log. */
interface Beside {
  readonly message: LoggedExchange;
  readonly exchanges: readonly LoggedExchange[];
  readonly people: number;
  /** Whether which fields are the name and the password is guessed. */
  readonly isGuessed?: boolean;
}

/** Whether an answer tells an id that the message has: it made the conversation, whatever else it gave. */
function makesWhatIsNamed(exchange: LoggedExchange, message: LoggedExchange): boolean {
  const used = new Set(idsUsedBy(message).map(({ value }) => value));
  return idsToldBy(exchange).some(({ value }) => used.has(value));
}

function givenBy(
  login: LoggedExchange,
  message: LoggedExchange,
  exchanges: readonly LoggedExchange[],
): Given | undefined {
  const { answer, answerHeaders } = login;
  const shown = secretsShownBy(message);
  const tokens = leavesOf(jsonAnswer({ answer })).filter(
    ({ place, value }) => typeof value === "string" && value !== "" && !/refresh/i.test(lastName(place)),
  );
  const token = tokens.find((leaf) => shown.some(({ value }) => isShownAs(value, leaf)));
  if (token !== undefined) {
    const headers = shown.flatMap(({ header, value }) =>
      header !== undefined && header !== "authorization" && isShownAs(value, token) ? [header] : [],
    );
    return { place: token.place, isSeen: true, headers };
  }
  if (answerHeaders["set-cookie"] !== undefined && message.requestHeaders["cookie"] !== undefined) {
    const repeated = repeatedCookieIn([
      message,
      ...exchanges.filter(({ origin }) => origin === message.origin),
    ]);
    return { place: repeated && `${COOKIE_PLACE}${repeated.cookie}`, isSeen: true };
  }
  if (!hasPassword(login)) return undefined;
  // Of what browsers and taps leave out, only the name of the field is left.
  const named = tokens.find(({ place }) => isSecretName(lastName(place)));
  return { place: named?.place, isSeen: false };
}

interface ShownSecret {
  /** Undefined for a field of the query. */
  readonly header: string | undefined;
  readonly value: string;
}

/** What a message may show of whoever sends it: headers that are secrets, or of the page's own, and fields of its query. */
function secretsShownBy({ requestHeaders, path, origin }: LoggedExchange): ShownSecret[] {
  const headers = Object.entries(requestHeaders)
    .filter(([name]) => name !== "cookie" && (isSecretHeader(name) || OWN_HEADER.test(name)))
    .map(([header, value]) => ({ header, value }));
  const query = [...new URL(path, origin).searchParams]
    .filter(([name]) => isSecretField(name))
    .map(([, value]) => ({ header: undefined, value }));
  return [...headers, ...query];
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
  { place, isSeen, headers = [] }: Given,
  { message, exchanges, people, isGuessed = false }: Beside,
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
  const isForPeople = steps.some(({ call }) => call.login !== undefined);
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
    tokenHeaders: headers,
    notes: [
      ...(isGuessed ? [guessedWords(exchange)] : []),
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

function guessedWords({ login }: LoggedExchange): string {
  return `which of its fields are a name and a password nothing in the log says: ${login?.user} is taken for the name, and ${login?.passwords.join(", ")} for the password`;
}

function unseenWords(place: string | undefined, { requestHeaders }: LoggedExchange): string {
  const shows = ["cookie", "authorization"].some((name) => requestHeaders[name] !== undefined);
  const left = shows
    ? "the message shows nothing that its answer gave"
    : "what its answer gave is not in the log, since browsers leave cookies and tokens out of what they save";
  const taken = place === undefined ? "its cookies are taken to do" : `${place} is taken for the token`;
  return `${left}: ${taken}`;
}
