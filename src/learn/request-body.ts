import { multipartFields } from "../contract/multipart-fields.ts";
import type { BodyType } from "../contract/wire-description.ts";
import { jsonOrText } from "./network-log.ts";

/**
 * A request's body as it was meant: the fields of a form by their names (files left out), else the parsed JSON, or the
 * text where it is none. Undefined where there was no body.
 *
 * @param contentType with its parameters, of which a boundary is one
 */
export function readRequestBody(text: string | undefined, contentType: string): unknown {
  if (text === undefined || text === "") return undefined;
  const type = bodyTypeOf(contentType);
  if (type === "application/x-www-form-urlencoded") return Object.fromEntries(new URLSearchParams(text));
  if (type === "multipart/form-data") return multipartFields(text, contentType);
  return jsonOrText(text);
}

/** What a contract has to say of a body's type; undefined for JSON, which needs no telling, and for what it cannot say. */
export function bodyTypeOf(contentType: string): Exclude<BodyType, "application/json"> | undefined {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  return TYPES.find((known) => known === type);
}

const TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] as const;
