import { randomUUID } from "node:crypto";
import type { BodyType } from "../../contract/wire-description.ts";
import type { CallOptions } from "../http-client.ts";

type EncodedBody = Pick<CallOptions, "body" | "rawBody" | "form" | "headers">;

/** A filled body as a client is to send it: JSON, unless a description names another type. */
export function encodeBody(filled: unknown, type: BodyType = "application/json"): EncodedBody {
  if (filled === undefined) return {};
  switch (type) {
    case "application/json":
      return { body: filled };
    case "text/plain":
      return { rawBody: asText(filled), headers: { "content-type": type } };
    case "application/x-www-form-urlencoded": {
      const fields = fieldsOf(filled);
      return {
        rawBody: String(new URLSearchParams(fields)),
        form: fields,
        headers: { "content-type": type },
      };
    }
    case "multipart/form-data": {
      const form = fieldsOf(filled);
      const boundary = `----stack-${randomUUID()}`;
      return {
        rawBody: `${form.map(([name, value]) => partOf(name, value, boundary)).join("")}--${boundary}--\r\n`,
        form,
        headers: { "content-type": `${type}; boundary=${boundary}` },
      };
    }
  }
}

/** One field, as RFC 7578 has it. Its value goes as it is: the platform's own encoder would make each line's end another one. */
function partOf(name: string, value: string, boundary: string): string {
  const shown = name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
  return `--${boundary}\r\nContent-Disposition: form-data; name="${shown}"\r\n\r\n${value}\r\n`;
}

/** The fields of a form: JSON's null is a field that is not sent. */
function fieldsOf(filled: unknown): [name: string, value: string][] {
  if (typeof filled !== "object" || filled === null) return [];
  return Object.entries(filled)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, asText(value)]);
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
