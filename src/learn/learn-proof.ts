import { HTML_PLACE, htmlFields } from "../targets/drivers/html-field.ts";
import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { isMadeForOne, OWN_HEADER } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";
import { isHidden } from "./network-log-words.ts";

/**
 * What a call shows, and an answer before it told: a proof against requests by others' pages, a nonce, a token that is good for
 * the next step alone.
 */
export interface LearnedProof {
  /** The call that told it. */
  readonly teller: LoggedExchange;
  /** Where it told it: in JSON, `@cookie.csrftoken`, or `@html.csrf_token`. */
  readonly place: string;
  /** What it is called where it is shown. */
  readonly name: string;
  /** Where it is shown: a place in the body, or a header, behind a scheme or by itself. */
  readonly shownAt: { readonly body: string } | { readonly header: string; readonly scheme: string };
}

/** What such a proof is called. */
const PROOF_NAME = /csrf|xsrf|authenticity/i;

/** Whether a leaf of a body holds a proof, or another secret that is none of the person's. */
export function isProofLeaf({ place, value }: JsonLeaf): boolean {
  const name = lastName(place);
  return typeof value === "string" && (isSecretName(name) || PROOF_NAME.test(name));
}

/**
 * The proofs that a call shows, each with where an answer before it told it.
 *
 * @param isOther what in its body is known to be something else, such as a person's name
 */
export function learnProofs(
  call: LoggedExchange,
  exchanges: readonly LoggedExchange[],
  isOther: (leaf: JsonLeaf) => boolean = () => false,
): LearnedProof[] {
  const told = exchanges
    .filter(({ origin, began_ms }) => origin === call.origin && began_ms < call.began_ms)
    .flatMap((teller) => toldBy(teller, call).map((each) => ({ ...each, teller })));
  // What a page has in a hidden field is there to be shown, whatever it looks like.
  const isFromForm = ({ name, value }: Shown): boolean =>
    told.some((each) => each.isInPage && each.name === name && each.value === value);
  const shown = shownBy(call, isOther).filter(
    (each) => each.isNamed || isHidden(each.value) || isMadeForOne(each.value) || isFromForm(each),
  );
  return shown.flatMap(({ value, name, isNamed, shownAt }) => {
    // What a record hides looks like every other secret: there the names have to do.
    const isIt = (each: Told): boolean =>
      isHidden(value) || isHidden(each.value) ? isNamed && isSameName(name, each.name) : each.value === value;
    const found = told.findLast(isIt);
    return found === undefined ? [] : [{ teller: found.teller, place: found.place, name, shownAt }];
  });
}

interface Shown {
  readonly value: string;
  readonly name: string;
  /** Whether its name says that it is one; else it only looks made for one thing. */
  readonly isNamed: boolean;
  readonly shownAt: LearnedProof["shownAt"];
}

function shownBy(call: LoggedExchange, isOther: (leaf: JsonLeaf) => boolean): Shown[] {
  const inBody = leavesOf(call.requestBody)
    .filter((leaf) => !isOther(leaf))
    .map((leaf) => ({
      value: String(leaf.value),
      name: lastName(leaf.place),
      isNamed: isProofLeaf(leaf),
      shownAt: { body: leaf.place },
    }));
  const inHeaders = Object.entries(call.requestHeaders)
    .filter(
      ([name]) =>
        name !== "cookie" && (OWN_HEADER.test(name) || isSecretHeader(name) || PROOF_NAME.test(name)),
    )
    .map(([name, shown]) => {
      const [scheme] = /^[A-Za-z]+ (?=\S)/.exec(name === "authorization" ? shown : "") ?? [""];
      const isNamed = PROOF_NAME.test(name);
      return { value: shown.slice(scheme.length), name, isNamed, shownAt: { header: name, scheme } };
    });
  return [...inBody, ...inHeaders];
}

/** Names that differ in how they are written, or are both those of proofs against others' pages. */
function isSameName(shown: string, told: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/^x-|[^a-z]/g, "");
  return plain(shown) === plain(told) || (PROOF_NAME.test(shown) && PROOF_NAME.test(told));
}

/** A value that an answer told, with its name and its place. */
interface Told {
  readonly name: string;
  readonly value: string;
  readonly place: string;
  readonly isInPage?: true;
}

function toldBy({ answer, answerHeaders, contentType }: LoggedExchange, call: LoggedExchange): Told[] {
  const inJson = leavesOf(jsonAnswer({ answer }))
    .filter(({ value }) => typeof value === "string" && value !== "")
    .map(({ place, value }) => ({ name: lastName(place), value: String(value), place }));
  const set = answerHeaders["set-cookie"] ?? "";
  // Where what is set is hidden, what is shown afterwards has its name.
  const pairs = isHidden(set) ? (call.requestHeaders["cookie"] ?? "").split(";") : set.split("\n");
  const cookies = pairs.flatMap((each) => {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]+)/.exec(each) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ name, value, place: `${COOKIE_PLACE}${name}` }];
  });
  const inPage =
    contentType === "text/html"
      ? htmlFields(answer ?? "").map((field) => ({
          ...field,
          place: `${HTML_PLACE}${field.name}`,
          isInPage: true as const,
        }))
      : [];
  // Where one answer tells it twice, the last one is taken.
  return [...cookies, ...inPage, ...inJson];
}
