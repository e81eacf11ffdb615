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
  if (type === "multipart/form-data") return fieldsOf(text, contentType);
  return jsonOrText(text);
}

/** What a contract has to say of a body's type; undefined for JSON, which needs no telling, and for what it cannot say. */
export function bodyTypeOf(contentType: string): Exclude<BodyType, "application/json"> | undefined {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  return TYPES.find((known) => known === type);
}

const TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] as const;

/** The fields of a multipart form, as RFC 7578 has them. */
function fieldsOf(text: string, contentType: string): Record<string, string> {
  const [, boundary = text.split("\r\n")[0]?.slice(2) ?? ""] = /boundary="?([^";]+)/i.exec(contentType) ?? [];
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1);
  return Object.fromEntries(
    parts.flatMap((part) => {
      const end = part.indexOf("\r\n\r\n");
      const head = part.slice(0, end);
      const [, name] = /;\s*name="([^"]*)"/i.exec(head) ?? [];
      const isField = end >= 0 && name !== undefined && !/;\s*filename/i.test(head);
      return isField ? [[name, part.slice(end + 4)]] : [];
    }),
  );
}
