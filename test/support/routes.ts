import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { listenOnAnyPort } from "./listen.ts";

/** One call at a back end of a test's own. */
export interface RoutedCall {
  /** By the names in the route: `id` of `/chats/:id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** As it was sent. */
  readonly body: string;
  /** Of the call: `multipart/form-data; boundary=...`. */
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
}

/** Answers with what it returns, as JSON; with undefined it has answered itself. */
export type Route = (call: RoutedCall) => unknown;

/** A back end of these routes (`POST /chats/:id/turns`); any other call is 404. It ends with the test. Gives its URL. */
export async function serveRoutes(routes: Readonly<Record<string, Route>>): Promise<string> {
  const known = Object.entries(routes).map(([name, answer]) => {
    const [method = "", path = ""] = name.split(" ");
    return { method, path: new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`), answer };
  });
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const route = known.find(({ method, path }) => method === request.method && path.test(pathname));
    if (route === undefined) return response.writeHead(404).end();
    const names = Object.entries(route.path.exec(pathname)?.groups ?? {});
    const answer = await route.answer({
      params: Object.fromEntries(names.map(([name, value]) => [name, decodeURIComponent(value)])),
      query: searchParams,
      body: await text(request),
      contentType: request.headers["content-type"] ?? "",
      headers: request.headers,
      response,
    });
    if (answer === undefined) return;
    return response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  return await listenOnAnyPort(server);
}
