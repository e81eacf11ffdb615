import type { ServerResponse } from "node:http";

/** Resolves when more can be written, or never will be. */
export async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  await promise;
  // Whichever did not happen would stay, one for every wait.
  response.off("drain", resolve).off("close", resolve);
}
