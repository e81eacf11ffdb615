import { type PasswordForm, passwordForms } from "../targets/drivers/html-field.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { isProofLeaf, type LearnedProof } from "./learn-proof.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

const PASSWORD =
  /passw|passphrase|passcode|^pwd?$|^pin$|^secret$|kennwort|losung|contrase|mot_?de_?passe|^mdp$|^senha$|wachtwoord/i;
const USER =
  /^(?:user|login|account|handle|identifier|nick|e?-?mail|phone|name)(?:_?(?:name|id|address|number))?$/i;

/** Where the body of a call says who wants to be let in, and by what. */
export interface LoginFields {
  readonly user: string | undefined;
  readonly passwords: readonly string[];
}

/** People that are known, each with what lets them in: the setting `auth.users`. */
export type KnownPeople = Readonly<Record<string, string>>;

/**
 * A log whose calls say which of their fields are somebody's name and password: what the form of a page before says of them,
 * what is known of people, and else what they are called.
 */
export function withLoginFields({ name, exchanges }: NetworkLog, people: KnownPeople): NetworkLog {
  return {
    name,
    exchanges: exchanges.map((exchange) => {
      if (exchange.method === "GET" || exchange.method === "WS") return exchange;
      const login = loginFieldsOf(exchange, formsBefore(exchange, exchanges), people);
      return login.passwords.length === 0 && login.user === undefined ? exchange : { ...exchange, login };
    }),
  };
}

function formsBefore(call: LoggedExchange, exchanges: readonly LoggedExchange[]): PasswordForm[] {
  return exchanges
    .filter(
      ({ contentType, origin, began_ms }) =>
        contentType === "text/html" && origin === call.origin && began_ms < call.began_ms,
    )
    .flatMap(({ answer }) => passwordForms(answer ?? ""));
}

function loginFieldsOf(
  { requestBody }: LoggedExchange,
  forms: readonly PasswordForm[],
  people: KnownPeople,
): LoginFields {
  const texts = typedIn(requestBody);
  const known = Object.entries(people);
  const person = known.find(([user, password]) =>
    [user, password].every((value) => texts.some((leaf) => String(leaf.value) === value)),
  );
  const form = forms.findLast(({ password }) => texts.some(({ place }) => lastName(place) === password));
  const isPassword = ({ place, value }: JsonLeaf): boolean =>
    PASSWORD.test(lastName(place)) || lastName(place) === form?.password || String(value) === person?.[1];
  const passwords = texts.filter(isPassword).map(({ place }) => place);
  const others = texts.filter(({ place }) => !passwords.includes(place));
  const user =
    others.find(({ value }) => String(value) === person?.[0]) ??
    others.find(({ place }) => form?.texts.includes(lastName(place))) ??
    others.find(({ place }) => USER.test(lastName(place)));
  return { user: user?.place, passwords };
}

/**
 * The fields of a call that let somebody in, though nothing says which is which: of several texts that nothing before told the
 * first is taken for the name, the last for the password. Undefined where there are no two.
 */
export function guessLoginFields(
  { requestBody }: LoggedExchange,
  proofs: readonly LearnedProof[],
): LoginFields | undefined {
  const told = proofs.flatMap(({ shownAt }) => ("body" in shownAt ? [shownAt.body] : []));
  const texts = typedIn(requestBody).filter(
    (leaf) =>
      typeof leaf.value === "string" &&
      !told.includes(leaf.place) &&
      !isProofLeaf(leaf) &&
      !MACHINE_MADE.test(leaf.value),
  );
  const [first, last] = [texts[0], texts.at(-1)];
  return first === last || first === undefined || last === undefined
    ? undefined
    : { user: first.place, passwords: [last.place] };
}

/** What nobody types: long words of digits and letters. */
const MACHINE_MADE = /^(?=[\w-]*\d)[\w-]{20,}$/;

/** What somebody may have typed: a number too, as a PIN is one. */
function typedIn(body: unknown): JsonLeaf[] {
  return leavesOf(body).filter(
    ({ value }) => (typeof value === "string" && value !== "") || typeof value === "number",
  );
}

/** Whether a call shows somebody's password. */
export function hasPassword({ login }: LoggedExchange): boolean {
  return login !== undefined && login.passwords.length > 0;
}

/** Whether what stands in the body of a call is somebody's password. */
export function isPasswordOf({ login }: LoggedExchange, { place }: JsonLeaf): boolean {
  return login?.passwords.includes(place) === true;
}

/** Whether what stands in the body of a call names whoever wants to be let in. */
export function isUserOf({ login }: LoggedExchange, { place }: JsonLeaf): boolean {
  return login?.user === place;
}

/** The secrets in a body that nobody told: a contract has no word for them. */
export function omittedIn(exchange: LoggedExchange, proofs: readonly LearnedProof[]): JsonLeaf[] {
  const shown = proofs.flatMap(({ shownAt }) => ("body" in shownAt ? [shownAt.body] : []));
  return leavesOf(exchange.requestBody).filter(
    (leaf) =>
      isProofLeaf(leaf) &&
      !isPasswordOf(exchange, leaf) &&
      !isUserOf(exchange, leaf) &&
      !shown.includes(leaf.place),
  );
}
