import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";

/** How an answer's bytes are cut when they are sent again. */
export type Cut = "whole" | "each byte";

/**
 * A server that answers every request with the recorded bytes of one answer, head and framing included, and then
 * closes the connection.
 *
 * @param name such as `ollama/v1-reply`: a file of `fixtures/recorded`
 */
export async function startReplay(name: string, cut: Cut = "whole"): Promise<string> {
  const bytes = await readFile(new URL(`../../fixtures/recorded/${name}.raw`, import.meta.url));
  const server = createServer((socket) => {
    socket.setNoDelay(true).on("error", () => undefined);
    // The request is short: its head and body come together, or the rest is of no interest here.
    socket.once("data", () => {
      if (cut === "whole") return socket.end(bytes);
      const next = (index: number): void => {
        if (index === bytes.length) socket.end();
        else socket.write(bytes.subarray(index, index + 1), () => setImmediate(next, index + 1));
      };
      return next(0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return `http://127.0.0.1:${address.port}`;
}
