import type { IncomingMessage, ServerResponse } from "node:http";

/** The headers that OpenAI's own clients send. */
const STAINLESS = [
  ...["Arch", "Async", "Custom-Poll-Interval", "Helper-Method", "Lang", "Os", "Package-Version"],
  ...["Poll-Helper", "Retry-Count", "Runtime", "Runtime-Version", "Timeout"],
].map((name) => `X-Stainless-${name}`);

const ALLOWED_HEADERS = [
  ...["Authorization", "Content-Type", "User-Agent", "Accept", "X-Requested-With", "Openai-Beta"],
  ...STAINLESS,
];

/**
 * What Ollama tells a browser whose page has another origin, and may call (its settings of CORS in server/routes.go).
 * Whether it may was decided before.
 */
export function setCrossOriginHeaders(request: IncomingMessage, response: ServerResponse): void {
  const { origin, host = "" } = request.headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  response.setHeader("access-control-allow-origin", origin);
  if (request.method !== "OPTIONS") {
    response.setHeader("vary", "Origin");
    return;
  }
  response.setHeader("vary", ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]);
  response.setHeader("access-control-allow-methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
  response.setHeader("access-control-allow-headers", ALLOWED_HEADERS.join(","));
  response.setHeader("access-control-max-age", "43200");
}
