import type { Route } from "../../contract/routes.ts";
import type { Rewrite, TappedRequest } from "../../tap/tap-rewrite.ts";
import { paramsOf } from "./route-params.ts";

/** A JSON body as it was sent. */
export type SentBody = Readonly<Record<string, unknown>>;

/** Changes the JSON that these endpoints are sent; the same object lets it pass as it is. */
export function rewriteBody(routes: readonly Route[], change: (body: SentBody) => SentBody): Rewrite {
  return {
    request(request) {
      if (routes.every((route) => paramsOf(route, request) === undefined)) return request;
      const body = parseObject(request.body.toString("utf8"));
      if (body === undefined) return request;
      const changed = change(body);
      return changed === body ? request : { ...request, body: Buffer.from(JSON.stringify(changed)) };
    },
  };
}

/** A body without these fields; the same object where it has none of them. */
export function without(body: SentBody, isIt: (field: string) => boolean): SentBody {
  const left = Object.entries(body).filter(([field]) => !isIt(field));
  return left.length === Object.keys(body).length ? body : Object.fromEntries(left);
}

/** The conversation that a message is sent to; undefined where it names none. */
export function sessionIn({ body }: TappedRequest): string | undefined {
  const sessionId = parseObject(body.toString("utf8"))?.["session_id"];
  return typeof sessionId === "string" ? sessionId : undefined;
}

/** What is no JSON object is for the service to refuse. */
function parseObject(text: string): SentBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as SentBody) : undefined;
  } catch {
    return undefined;
  }
}
