import type { FastifyInstance } from "fastify";
import { WireError } from "../../errors.ts";

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

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}
