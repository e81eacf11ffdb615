import { NotTold } from "../errors.ts";
import type { HttpClient } from "./http.ts";

/** A client of a service that the target does not have, or that speaks otherwise: each call throws {@link NotTold}. */
export function createAbsentClient(url: string, why: (call: string) => string): HttpClient {
  const refuse = async (method: string, path: string): Promise<never> => {
    throw new NotTold(why(`${method} ${path.split("?")[0]}`));
  };
  return { url, call: refuse, stream: refuse, openStream: refuse, close: async () => undefined };
}
