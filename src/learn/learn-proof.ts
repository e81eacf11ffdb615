import { HTML_PLACE, htmlFields } from "../targets/drivers/html-field.ts";
import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretName } from "../text/secret-names.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";
import { isHidden } from "./network-log-words.ts";

/** What a call by which somebody is let in shows, and an answer before it told: a proof against requests by others' pages. */
export interface LearnedProof {
  /** The call that told it. */
  readonly teller: LoggedExchange;
  /** Where it told it: in JSON, `@cookie.csrftoken`, or `@html.csrf_token`. */
  readonly place: string;
  /** Where it is shown: a place in the body, or a header. */
  readonly shownAt: { readonly body: string } | { readonly header: string };
}

/** What such a proof is called. */
const PROOF_NAME = /csrf|xsrf|authenticity/i;

/** Whether a leaf of a body holds a proof, or another secret that is none of the person's. */
export function isProofLeaf({ place, value }: JsonLeaf): boolean {
  const name = lastName(place);
  return typeof value === "string" && (isSecretName(name) || PROOF_NAME.test(name));
}

/** The proof that a call shows; undefined where it shows none that an answer before it told. */
export function learnProof(
  call: LoggedExchange,
  exchanges: readonly LoggedExchange[],
): LearnedProof | undefined {
  const before = exchanges.filter(
    ({ origin, began_ms }) => origin === call.origin && began_ms < call.began_ms,
  );
  const inBody = leavesOf(call.requestBody)
    .filter(isProofLeaf)
    .map(({ place, value }) => ({ value: String(value), name: lastName(place), shownAt: { body: place } }));
  const inHeaders = Object.entries(call.requestHeaders)
    .filter(([name]) => PROOF_NAME.test(name))
    .map(([name, value]) => ({ value, name, shownAt: { header: name } }));
  for (const { value, name, shownAt } of [...inBody, ...inHeaders]) {
    // What a record hides looks like every other secret: there the name has to do.
    const isIt = (told: Told): boolean =>
      isHidden(value) || isHidden(told.value)
        ? PROOF_NAME.test(name) && PROOF_NAME.test(told.name)
        : told.value === value;
    const found = before
      .flatMap((teller) => toldBy(teller, call).map((told) => ({ teller, told })))
      .findLast(({ told }) => isIt(told));
    if (found !== undefined) return { teller: found.teller, place: found.told.place, shownAt };
  }
  return undefined;
}

/** A value that an answer told, with its name and its place. */
interface Told {
  readonly name: string;
  readonly value: string;
  readonly place: string;
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
      ? htmlFields(answer ?? "").map((field) => ({ ...field, place: `${HTML_PLACE}${field.name}` }))
      : [];
  // Where one answer tells it twice, the last one is taken.
  return [...cookies, ...inPage, ...inJson];
}
