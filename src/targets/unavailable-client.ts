import { NotObservable } from "../harness/target-errors.ts";
import type { HttpClient } from "./http-client.ts";

/** A client of a service that the target does not have, or that speaks otherwise: each call throws {@link NotObservable}. */
export function createUnavailableClient(url: string, why: string): HttpClient {
  const refuse = async (): Promise<never> => {
    throw new NotObservable(why);
  };
  return { url, call: refuse, stream: refuse, openStream: refuse, close: async () => undefined };
}
