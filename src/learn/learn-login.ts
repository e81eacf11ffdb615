import type { WireSettings } from "../contract/wire-description.ts";
import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretField, isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { isProofLeaf, type LearnedProof, learnProof } from "./learn-proof.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { isHidden, pathOf } from "./network-log-words.ts";
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
  const steps = stepsTo(exchange, exchanges);
  const calls = steps.map(({ call, proof, tells }) => ({
    ...signInCallOf(call, proof),
    ...(tells !== undefined && { told: { token: tells } }),
  }));
  const proof = learnProof(exchange, exchanges);
  const { request, body, ...rest } = signInCallOf(exchange, proof);
  const login: Login = {
    ...(calls.length > 0 && { before: calls }),
    request,
    ...(body !== undefined && { body }),
    ...rest,
    ...(place !== undefined && { told: { token: place } }),
  };
  const all = [...steps, { call: exchange, proof }];
  const isForPeople = all.some(({ call }) => hasPerson(call));
  const omitted = all.flatMap(({ call, proof }) => omittedIn(call, proof));
  const what = place === undefined ? "sets cookies" : `tells ${place}`;
  const sent =
    body === undefined ? "" : `${JSON.stringify(body).replace(/\{(?:user|password|token)\}/g, "…")}, `;
  return {
    exchange,
    login,
    bytes: bytesInLine(`${sent}answered ${exchange.status} and ${what}`),
    isByCookies: place === undefined || place.startsWith(COOKIE_PLACE),
    notes: [
      ...(isForPeople ? peopleWords(people) : []),
      ...(isSeen ? [] : [unseenWords(place, message)]),
      ...omitted.map(
        ({ place }) => `the login sends a secret at ${place} that no answer before it told: it is left out`,
      ),
    ],
  };
}

/** A call before the last one by which somebody is let in. */
interface SignInStep {
  readonly call: LoggedExchange;
  readonly proof: LearnedProof | undefined;
  /** Where it tells what a later one shows. */
  readonly tells: string | undefined;
}

/** The calls that have to be made before the last one: the one with the password, where that is another, and those that tell a proof. */
function stepsTo(exchange: LoggedExchange, exchanges: readonly LoggedExchange[]): SignInStep[] {
  const hasPassword = (each: LoggedExchange): boolean => leavesOf(each.requestBody).some(isPassword);
  const earlier = exchanges.filter(
    (each) =>
      each.origin === exchange.origin &&
      each.began_ms < exchange.began_ms &&
      each.method !== "GET" &&
      each.status < 400 &&
      hasPassword(each),
  );
  const entered = hasPassword(exchange) ? undefined : earlier.at(-1);
  const shown = [...(entered === undefined ? [] : [entered]), exchange];
  const proofs = shown.flatMap((each) => learnProof(each, exchanges) ?? []);
  const calls = new Set([...proofs.map(({ teller }) => teller), ...(entered === undefined ? [] : [entered])]);
  return [...calls]
    .filter((call) => call !== exchange)
    .toSorted((a, b) => a.began_ms - b.began_ms)
    .map((call) => ({
      call,
      proof: call === entered ? learnProof(call, exchanges) : undefined,
      tells: proofs.find(({ teller }) => teller === call)?.place,
    }));
}

type SignInCall = Omit<Login, "before" | "told">;

/** A call by which somebody is let in, as a template without a secret. */
function signInCallOf(exchange: LoggedExchange, proof: LearnedProof | undefined): SignInCall {
  const { requestBody, requestHeaders, method } = exchange;
  const user = userIn(exchange);
  const shownAt = proof?.shownAt;
  const omitted = omittedIn(exchange, proof);
  const body = filled(requestBody, (leaf) => {
    if (isPassword(leaf)) return "{password}";
    if (leaf.place === user?.place) return "{user}";
    if (shownAt !== undefined && "body" in shownAt && shownAt.body === leaf.place) return "{token}";
    return omitted.some((each) => each.place === leaf.place) ? undefined : leaf.value;
  });
  const type = bodyTypeOf(requestHeaders["content-type"] ?? "");
  return {
    request: `${method} ${pathOf(exchange)}`,
    ...(requestBody !== undefined && { body }),
    ...(type !== undefined && { content_type: type }),
    ...(shownAt !== undefined && "header" in shownAt && { headers: { [shownAt.header]: "{token}" } }),
  };
}

function userIn({ requestBody }: LoggedExchange): JsonLeaf | undefined {
  return leavesOf(requestBody).find(
    (leaf) => typeof leaf.value === "string" && !isPassword(leaf) && USER.test(lastName(leaf.place)),
  );
}

function hasPerson(exchange: LoggedExchange): boolean {
  return leavesOf(exchange.requestBody).some(isPassword) || userIn(exchange) !== undefined;
}

/** The secrets in a body that nobody told: a contract has no word for them. */
function omittedIn(exchange: LoggedExchange, proof: LearnedProof | undefined): JsonLeaf[] {
  const user = userIn(exchange);
  const shownAt = proof?.shownAt;
  return leavesOf(exchange.requestBody).filter(
    (leaf) =>
      isProofLeaf(leaf) &&
      !isPassword(leaf) &&
      leaf.place !== user?.place &&
      !(shownAt !== undefined && "body" in shownAt && shownAt.body === leaf.place),
  );
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
