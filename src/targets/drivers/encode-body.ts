import type { BodyType } from "../../contract/wire-description.ts";
import type { CallOptions } from "../http-client.ts";

type EncodedBody = Pick<CallOptions, "body" | "rawBody" | "form" | "headers">;

/** A filled body as a client is to send it: JSON, unless a description names another type. */
export async function encodeBody(filled: unknown, type: BodyType = "application/json"): Promise<EncodedBody> {
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
      const form = new FormData();
      const fields = fieldsOf(filled);
      for (const [name, value] of fields) form.append(name, value);
      // Only the platform's own encoder knows the boundary that it chose.
      const encoded = new Response(form);
      return {
        rawBody: await encoded.text(),
        form: fields,
        headers: { "content-type": encoded.headers.get("content-type") ?? type },
      };
    }
  }
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
