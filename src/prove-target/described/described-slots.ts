/** What stands in the slots of a described call that passes a tap, and how it is changed there. */
import { methodAndPath } from "../../contract/method-and-path.ts";
import type { TappedRequest } from "../../tap/tap-rewrite.ts";
import { idAt } from "../../targets/drivers/json-place.ts";
import { type DescribedRequest, readBody } from "./is-described-call.ts";

/** `delta` of `choices.0.delta`. */
export function lastSegment(place: string): string {
  return place.split(".").at(-1) ?? "";
}

/** The conversation that a call names; undefined where its description has no place for one, or the call none. */
export function conversationIn(call: DescribedRequest, request: TappedRequest): string | undefined {
  const [wanted, given] = [methodAndPath(call.request).path, request.path].map(partsOfPath);
  for (const [index, part] of (wanted?.segments ?? []).entries()) {
    const found = part.includes(SLOT) ? textInSlot(part, given?.segments[index] ?? "") : undefined;
    if (found !== undefined) return found;
  }
  for (const [name, part] of wanted?.query ?? []) {
    if (part.includes(SLOT)) return given?.query.get(name) ?? undefined;
  }
  const place = placeOfSlot(call.body);
  return place === undefined ? undefined : (idAt(readBody(request.body.toString()), place) ?? undefined);
}

/** The same call about another conversation. */
export function withConversation(
  call: DescribedRequest,
  request: TappedRequest,
  [given, other]: readonly [given: string, other: string],
): TappedRequest {
  const isInPath = methodAndPath(call.request).path.includes(SLOT);
  if (isInPath) {
    return {
      ...request,
      path: request.path.replaceAll(encodeURIComponent(given), encodeURIComponent(other)),
    };
  }
  const body = Buffer.from(request.body.toString().replaceAll(given, other));
  const headers = { ...request.headers, "content-length": String(body.length) };
  return { ...request, body, headers };
}

const SLOT = "{conversation";

function partsOfPath(path: string): {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
} {
  const [before = "", query = ""] = path.split("?");
  return { segments: before.split("/"), query: new URLSearchParams(query) };
}

/** What stands at the slot of `{conversation}.json`. */
function textInSlot(template: string, text: string): string | undefined {
  const [before = "", after = ""] = template.split(/\{conversation[^}]*\}/);
  const isFilled =
    text.startsWith(before) && text.endsWith(after) && text.length > before.length + after.length;
  return isFilled ? decodeURIComponent(text.slice(before.length, text.length - after.length)) : undefined;
}

function placeOfSlot(template: unknown, place = ""): string | undefined {
  if (typeof template === "string") return template.startsWith(SLOT) ? place : undefined;
  if (typeof template !== "object" || template === null) return undefined;
  for (const [name, inner] of Object.entries(template)) {
    const found = placeOfSlot(inner, place === "" ? name : `${place}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
