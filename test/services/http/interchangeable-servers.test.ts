import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { InterchangeableServers } from "../../../src/services/http/interchangeable-servers.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { freePorts } from "../../support/ports.ts";

/** A server that answers with its name, or breaks off once it has read a request. */
async function serve(name: string, seen: string[], breaksOff = false): Promise<string> {
  return await listenOnAnyPort(
    createServer((request, response) => {
      seen.push(`${name} ${request.headers.host}`);
      if (breaksOff) request.socket.destroy();
      else response.end(name);
    }),
  );
}

function among(urls: readonly string[]): (signal?: AbortSignal) => Promise<string> {
  const servers = new InterchangeableServers(urls, { connect: { timeout: 5_000 } });
  onTestFinished(() => servers.destroy());
  return async (signal) => {
    const { body } = await servers.request({ method: "GET", path: "/", ...(signal && { signal }) });
    return await body.text();
  };
}

const nowhere = async (): Promise<string> => `http://127.0.0.1:${(await freePorts(1))[0]}`;

test("each request goes to the next, under the name that this one has", async () => {
  const seen: string[] = [];
  const urls = [await serve("a", seen), await serve("b", seen)];
  const ask = among(urls);
  expect([await ask(), await ask(), await ask()]).toEqual(["a", "b", "a"]);
  expect(seen.slice(0, 2)).toEqual(urls.map((url, index) => `${"ab"[index]} ${new URL(url).host}`));
});

test("one that is not there is passed over, wherever the turn is", async () => {
  const ask = among([await nowhere(), await serve("b", []), await nowhere()]);
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual(["b", "b", "b", "b"]);
});

test("where none is there, the last one's error is told", async () => {
  await expect(among([await nowhere(), await nowhere()])()).rejects.toThrow(/ECONNREFUSED/);
});

test("what a server has received is never sent to another one", async () => {
  const seen: string[] = [];
  const ask = among([await serve("a", seen, true), await serve("b", seen)]);
  await expect(ask()).rejects.toThrow();
  expect(seen).toHaveLength(1);
});

test("who gives up asks no other", async () => {
  const ask = among([await nowhere(), await serve("b", [])]);
  await expect(ask(AbortSignal.abort(new Error("given up")))).rejects.toThrow("given up");
});
