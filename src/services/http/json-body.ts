import type { FastifyInstance } from "fastify";
import { WireError } from "../../contract/wire-error.ts";

/** Far more than the contract's bodies have, and far less than what writing JSON has stack for. */
const MOST_LEVELS = 100;

/** Lets a server take bodies in JSON, and no others. */
export function takeJsonBodies(app: FastifyInstance): void {
  // A page of any site may send text/plain without asking first; JSON it may not.
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    parse(request, String(text), (error, body) => {
      if (error === null && isDeeper(body, MOST_LEVELS)) {
        done(new WireError("bad_request", `The body is nested deeper than ${MOST_LEVELS} levels.`));
      } else done(error, body);
    });
  });
}

/**
 * Lets a part of a server take JSON as the text that it is: what is wrong in a part of it is to cost that part alone, see
 * {@link jsonFault}.
 */
export function takeJsonText(part: FastifyInstance): void {
  part.removeAllContentTypeParsers();
  part.addContentTypeParser("application/json", { parseAs: "string" }, (_, text, done) => done(null, text));
}

/** What no body may have, in words; undefined where it has nothing of that. */
export function jsonFault(value: unknown): string | undefined {
  if (isDeeper(value, MOST_LEVELS)) return `is nested deeper than ${MOST_LEVELS} levels`;
  return hasPrototypeKey(value) ? "has a key that is never allowed, such as __proto__" : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}
