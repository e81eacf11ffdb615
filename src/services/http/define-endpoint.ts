import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import { LIMITS } from "../../contract/contract-defaults.ts";
import type { Route } from "../../contract/routes.ts";
import { WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import { bodyTooLarge } from "./send-error.ts";

/** A request whose parts have passed their schemas. */
export interface EndpointCall<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  /** The parameters of the path, as text. */
  readonly params: Readonly<Record<string, string>>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface Schemas<Body extends z.ZodType, Query extends z.ZodType> {
  body?: Body;
  query?: Query;
  /** Bodies with one of these fields may be so large, in bytes; all others as large as usual. */
  largeWith?: { readonly fields: readonly string[]; readonly bytes: number };
  /** All bodies may be so large, in bytes. */
  largeBody?: number;
}

/** Serves one endpoint of the contract: what it returns is sent as JSON, unless it took the reply over. */
export function endpoint<Body extends z.ZodType, Query extends z.ZodType>(
  app: FastifyInstance,
  route: Route,
  schemas: Schemas<Body, Query>,
  handler: (call: EndpointCall<z.output<Body>, z.output<Query>>) => unknown,
): void {
  app.route({
    method: route.method,
    url: route.pattern,
    // A HEAD would run the handler, and a handler may save or stream.
    exposeHeadRoute: false,
    ...(schemas.largeWith && { bodyLimit: schemas.largeWith.bytes }),
    ...(schemas.largeBody !== undefined && { bodyLimit: schemas.largeBody }),
    handler: async (request, reply) => {
      if (schemas.largeWith !== undefined) refuseTooLarge(request, schemas.largeWith.fields);
      return await handler({
        body: validate(schemas.body, request.body ?? {}),
        query: validate(schemas.query, request.query),
        params: request.params as Record<string, string>,
        request,
        reply,
      });
    },
  });
}

/** Throws `payload_too_large` where a body is larger than usual, without that which may make it so. */
function refuseTooLarge({ body, headers }: FastifyRequest, fields: readonly string[]): void {
  const isLarge = Number(headers["content-length"] ?? JSON.stringify(body ?? null).length) > LIMITS.bodyBytes;
  if (isLarge && !fields.some((field) => typeof body === "object" && body !== null && field in body))
    throw bodyTooLarge(LIMITS.bodyBytes);
}

function validate<Schema extends z.ZodType>(schema: Schema | undefined, value: unknown): z.output<Schema> {
  // Where no schema was given, nothing reads the value either.
  if (schema === undefined) return undefined as z.output<Schema>;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error.issues);
}

/** Names every bad field at once; a field with an error code of its own decides the code. */
function invalidInput(issues: readonly z.core.$ZodIssue[]): WireError {
  const code = issues.map(codeOf).find((each) => each !== "bad_request") ?? "bad_request";
  const fields = issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  return new WireError(code, fields.join("; "));
}

function codeOf(issue: z.core.$ZodIssue): WireErrorCode {
  const field = issue.path[0];
  if (field === "tools") return "not_supported";
  if (field === "model_id") return "invalid_model_id";
  if (issue.code === "too_big" && (field === "message" || field === "content")) return "message_too_long";
  return "bad_request";
}
