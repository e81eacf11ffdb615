import type { CallOptions, HttpClient } from "./http-client.ts";

/** The same client with these headers on every call that has none of the same name itself. */
export function withHeaders(client: HttpClient, headers: Readonly<Record<string, string>>): HttpClient {
  const more = (options: CallOptions): CallOptions => ({
    ...options,
    headers: { ...headers, ...options.headers },
  });
  return {
    url: client.url,
    call: (method, path, options) => client.call(method, path, more(options)),
    stream: (method, path, options) => client.stream(method, path, more(options)),
    openStream: (method, path, options) => client.openStream(method, path, more(options)),
    close: () => client.close(),
  };
}
