import type { WireSettings } from "../contract/wire-description.ts";
import { isSecretField, isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { pathOf } from "./network-log-words.ts";
import { repeatedCookieIn } from "./repeated-cookie.ts";
import { bodyTypeOf } from "./request-body.ts";
import { bytesInLine } from "./stream-findings.ts";

type Login = NonNullable<WireSettings["login"]>;

/** The call by which the person of a log got in. */
export interface LearnedLogin {
  readonly exchange: LoggedExchange;
  readonly login: Login;
  readonly bytes: string;
  /** Whether cookies alone say who calls. */
  readonly isByCookies: boolean;
  /** What a person has to know or to do, in words. */
  readonly notes: readonly string[];
}

const PASSWORD = /passw|passphrase|passcode|^pwd?$|^pin$|^secret$/i;
const USER =
  /^(?:user|login|account|handle|identifier|nick|e?-?mail|phone|name)(?:_?(?:name|id|address|number))?$/i;
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
 */
export function learnLogin({ exchanges }: NetworkLog, message: LoggedExchange): LearnedLogin | undefined {
  const found = exchanges.flatMap((exchange) => {
    const isCall = exchange.method !== "GET" && exchange.method !== "WS" && exchange.status < 400;
    if (!isCall || exchange.origin !== message.origin || exchange.began_ms >= message.began_ms) return [];
    const hasPassword = leavesOf(exchange.requestBody).some(isPassword);
    if (!hasPassword && (!LETS_IN.test(pathOf(exchange)) || makesWhatIsNamed(exchange, message))) return [];
    const given = givenBy(exchange, message, { hasPassword, exchanges });
    return given === undefined || (!given.isSeen && !hasPassword) ? [] : [{ exchange, given }];
  });
  const best = found.findLast(({ given }) => given.isSeen) ?? found.at(-1);
  return best && loginOf(best.exchange, best.given, message);
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
  const token = tokens.find(({ value }) => shown.some((each) => isShownAs(each, String(value))));
  if (token !== undefined) return { place: token.place, isSeen: true };
  if (answerHeaders["set-cookie"] !== undefined && message.requestHeaders["cookie"] !== undefined) {
    const repeated = repeatedCookieIn([
      message,
      ...exchanges.filter(({ origin }) => origin === message.origin),
    ]);
    return { place: repeated && `@cookie.${repeated.cookie}`, isSeen: true };
  }
  if (!hasPassword) return undefined;
  // Of what browsers and taps leave out, only the name of the field is left.
  const named = tokens.find(({ place }) => isSecretName(lastName(place)) || /^jwt$/i.test(lastName(place)));
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

/** A token by itself, or behind its scheme. One that a record hides looks like every other one that it hides. */
function isShownAs(shown: string, token: string): boolean {
  return token.length >= MIN_TOKEN && shown.replace(/^[A-Za-z]+ (?=\S)/, "") === token;
}

/** Shorter values stand at many places. */
const MIN_TOKEN = 6;

function loginOf(exchange: LoggedExchange, { place, isSeen }: Given, message: LoggedExchange): LearnedLogin {
  const { requestBody, requestHeaders, method } = exchange;
  const leaves = leavesOf(requestBody);
  const others = leaves.filter((leaf) => typeof leaf.value === "string" && !isPassword(leaf));
  const user = others.find(({ place }) => USER.test(lastName(place)));
  const omitted = others.filter((leaf) => leaf !== user && isSecretName(lastName(leaf.place)));
  const body = filled(requestBody, (leaf) => {
    if (isPassword(leaf)) return "{password}";
    if (leaf.place === user?.place) return "{user}";
    return omitted.some((each) => each.place === leaf.place) ? undefined : leaf.value;
  });
  const type = bodyTypeOf(requestHeaders["content-type"] ?? "");
  const login: Login = {
    request: `${method} ${pathOf(exchange)}`,
    ...(requestBody !== undefined && { body }),
    ...(type !== undefined && { content_type: type }),
    ...(place !== undefined && { told: { token: place } }),
  };
  const isForPeople = leaves.some(isPassword) || user !== undefined;
  const what = place === undefined ? "sets cookies" : `tells ${place}`;
  const sent =
    requestBody === undefined ? "" : `${JSON.stringify(body).replace(/\{(?:user|password)\}/g, "…")}, `;
  return {
    exchange,
    login,
    bytes: bytesInLine(`${sent}answered ${exchange.status} and ${what}`),
    isByCookies: place === undefined || place.startsWith("@cookie."),
    notes: [
      ...(isForPeople ? [NAME_YOURSELF] : []),
      ...(isSeen ? [] : [unseenWords(place, message)]),
      ...omitted.map(
        ({ place }) => `the login sends a secret at ${place} that a contract has no word for: it is left out`,
      ),
    ],
  };
}

const NAME_YOURSELF = `the page logs in: name who you are there by STACK_AUTH_USERS='{"NAME": "PASSWORD"}', or in auth.users; a second name has it judged whether people are kept apart`;

function unseenWords(place: string | undefined, { requestHeaders }: LoggedExchange): string {
  const shows = ["cookie", "authorization"].some((name) => requestHeaders[name] !== undefined);
  const left = shows
    ? "the message shows nothing that its answer gave"
    : "what its answer gave is not in the log, since browsers leave cookies and tokens out of what they save";
  const taken = place === undefined ? "its cookies are taken to do" : `${place} is taken for the token`;
  return `${left}: ${taken}`;
}

function isPassword({ place, value }: JsonLeaf): boolean {
  return typeof value === "string" && PASSWORD.test(lastName(place));
}

/** JSON with another value for each leaf; one that has none is left out. */
function filled(value: unknown, fill: (leaf: JsonLeaf) => unknown, place = ""): unknown {
  if (Array.isArray(value)) return value.map((each, index) => filled(each, fill, `${place}.${index}`));
  if (typeof value !== "object" || value === null) {
    return fill({ place: place.slice(1), value: value as JsonLeaf["value"] });
  }
  const fields = Object.entries(value).map(([name, each]) => [name, filled(each, fill, `${place}.${name}`)]);
  return Object.fromEntries(fields.filter(([, each]) => each !== undefined));
}
