import type { WireSettings } from "../contract/wire-description.ts";
import { placeholderOfLogin } from "../contract/wire-placeholders.ts";
import type { JsonLeaf } from "./json-leaves.ts";
import { type LearnedProof, learnProofs } from "./learn-proof.ts";
import { hasPassword, isPasswordOf, isUserOf, omittedIn } from "./login-fields.ts";
import type { LoggedExchange } from "./network-log.ts";
import { pathOf } from "./network-log-words.ts";
import { bodyTypeOf } from "./request-body.ts";

/** One of the calls by which somebody is let in. */
export type LoginCall = Omit<NonNullable<WireSettings["login"]>, "before">;

/** A call by which somebody is let in, with what it shows of what those before it told, and what later ones show of its own. */
export interface SignInStep {
  readonly call: LoggedExchange;
  readonly shown: readonly NamedProof[];
  readonly told: Readonly<Record<string, string>>;
}

type NamedProof = LearnedProof & {
  /** `{token}`, or `{login.csrf}` where more than one value is told. */
  readonly placeholder: string;
};

interface WholeLogin {
  /** The one that lets somebody in is the last. */
  readonly steps: readonly SignInStep[];
  /** Headers of the message that show what the calls told beside its token. */
  readonly shownByMessage: Readonly<Record<string, string>>;
}

/** What there is beside a login in its log. */
interface BesideLogin {
  readonly message: LoggedExchange;
  readonly exchanges: readonly LoggedExchange[];
  /** Where it tells what messages show; undefined where cookies do. */
  readonly token: string | undefined;
}

/** The calls that are made until somebody is in: the one with the password, where that is another, and those that tell a proof. */
export function stepsTo(exchange: LoggedExchange, { message, exchanges, token }: BesideLogin): WholeLogin {
  const earlier = exchanges.filter(
    (each) =>
      each.origin === exchange.origin &&
      each.began_ms < exchange.began_ms &&
      each.method !== "GET" &&
      each.status < 400 &&
      hasPassword(each),
  );
  const entered = hasPassword(exchange) ? undefined : earlier.at(-1);
  const showing = [...(entered === undefined ? [] : [entered]), exchange];
  const proofs = new Map(showing.map((call) => [call, proofsIn(call, exchanges)] as const));
  const ofMessage = learnProofs(message, exchanges).filter(
    ({ teller, place, shownAt }) =>
      "header" in shownAt &&
      shownAt.header !== "authorization" &&
      teller.began_ms <= exchange.began_ms &&
      !(teller === exchange && place === token),
  );
  const all = [...proofs.values()].flat();
  const calls = [...new Set([...[...all, ...ofMessage].map(({ teller }) => teller), ...showing])].toSorted(
    (a, b) => a.began_ms - b.began_ms,
  );
  const isOne = ofMessage.length === 0 && isToldByOneBefore(calls, proofs);
  const names = namesOf([...all, ...ofMessage]);
  const nameOf = (proof: LearnedProof): string => (isOne ? "token" : (names.get(keyOf(proof)) ?? "token"));
  const named = (proof: LearnedProof): NamedProof => ({
    ...proof,
    placeholder: isOne ? "{token}" : `{${placeholderOfLogin(nameOf(proof))}}`,
  });
  return {
    steps: calls.map((call) => ({
      call,
      shown: (proofs.get(call) ?? []).map(named),
      told: Object.fromEntries(
        [...all, ...ofMessage]
          .filter(({ teller }) => teller === call)
          .map((proof) => [nameOf(proof), proof.place]),
      ),
    })),
    shownByMessage: Object.fromEntries(
      ofMessage.map((proof) => {
        const { placeholder, shownAt } = named(proof);
        return "header" in shownAt ? [shownAt.header, `${shownAt.scheme}${placeholder}`] : [];
      }),
    ),
  };
}

/** The proofs that a call shows which lets somebody in. */
export function proofsIn(call: LoggedExchange, exchanges: readonly LoggedExchange[]): LearnedProof[] {
  return learnProofs(call, exchanges, (leaf) => isPasswordOf(call, leaf) || isUserOf(call, leaf));
}

/** Whether each call shows one value at most, which is the one that was told last: then all are called the token. */
function isToldByOneBefore(
  calls: readonly LoggedExchange[],
  proofs: ReadonlyMap<LoggedExchange, readonly LearnedProof[]>,
): boolean {
  const told = new Map([...proofs.values()].flat().map((proof) => [keyOf(proof), proof.teller]));
  const tellers = [...told.values()];
  return [...proofs].every(([call, shown]) => {
    const last = calls.findLast((each) => each.began_ms < call.began_ms && tellers.includes(each));
    return (
      shown.length === 0 ||
      (shown.length === 1 &&
        shown[0]?.teller === last &&
        tellers.filter((teller) => teller === last).length === 1)
    );
  });
}

/** A name for each value that is told: as it is called where it is shown. */
function namesOf(proofs: readonly LearnedProof[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const proof of proofs) {
    if (names.has(keyOf(proof))) continue;
    const word = proof.name
      .replace(/^x-/i, "")
      .replace(/\W+/g, "_")
      .replace(/^(?=\d)|^token$/, "$&_");
    const taken = new Set(names.values());
    let name = word;
    for (let number = 2; taken.has(name); number += 1) name = `${word}_${number}`;
    names.set(keyOf(proof), name);
  }
  return names;
}

function keyOf({ teller, place }: LearnedProof): string {
  return `${teller.where} ${place}`;
}

/** A step as a template without a secret. */
export function loginCallOf({ call, shown, told }: SignInStep): LoginCall {
  const { requestBody, requestHeaders, method } = call;
  const inBody = new Map(
    shown.flatMap(({ shownAt, placeholder }) => ("body" in shownAt ? [[shownAt.body, placeholder]] : [])),
  );
  const headers = shown.flatMap(({ shownAt, placeholder }) =>
    "header" in shownAt ? [[shownAt.header, `${shownAt.scheme}${placeholder}`]] : [],
  );
  const omitted = omittedIn(call, shown);
  const body = filled(requestBody, (leaf) => {
    if (isPasswordOf(call, leaf)) return "{password}";
    if (isUserOf(call, leaf)) return "{user}";
    const proof = inBody.get(leaf.place);
    if (proof !== undefined) return proof;
    return omitted.some((each) => each.place === leaf.place) ? undefined : leaf.value;
  });
  const type = bodyTypeOf(requestHeaders["content-type"] ?? "");
  return {
    request: `${method} ${pathOf(call)}`,
    ...(requestBody !== undefined && { body }),
    ...(type !== undefined && { content_type: type }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(Object.keys(told).length > 0 && { told }),
  };
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
