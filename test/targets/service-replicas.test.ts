import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, type HttpClient } from "../../src/targets/http-client.ts";
import { createSpreadClient, replicaThatAnswered, whyOnlyOne } from "../../src/targets/service-replicas.ts";
import { listenOnAnyPort } from "../support/listen.ts";

const signal = AbortSignal.timeout(60_000);

/** A server that says that it is these copies, one a connection, and notes how often it was called on each. */
async function startReplicas(names: readonly (string | undefined)[]) {
  const calls: number[] = [];
  let connections = 0;
  const server = createServer((request, answer) => {
    const index = (request.socket as unknown as { number: number }).number;
    calls[index] = (calls[index] ?? 0) + 1;
    const name = names[index % names.length];
    answer.writeHead(200, name === undefined ? {} : { "x-stack-copy": name }).end("{}");
  });
  server.on("connection", (socket) => {
    Object.assign(socket, { number: connections });
    connections += 1;
  });
  const client = createHttpClient(await listenOnAnyPort(server));
  onTestFinished(() => client.close());
  return { client, calls };
}

const spread = (client: HttpClient, ...others: HttpClient[]) => createSpreadClient([client, ...others]);

test("each call goes out on a connection of its own, so that whatever spreads connections spreads calls", async () => {
  const { client, calls } = await startReplicas(["one", "two"]);
  const one = spread(client);
  const met: (string | undefined)[] = [];
  for (let call = 0; call < 4; call += 1)
    met.push(replicaThatAnswered(await one.call("GET", "/", { signal })));
  expect(met).toEqual(["one", "two", "one", "two"]);
  expect(calls).toEqual([1, 1, 1, 1]);
});

test("copies whose addresses are known are called in turn", async () => {
  const [one, two] = await Promise.all([startReplicas(["one"]), startReplicas(["two"])]);
  const client = spread(one.client, two.client);
  const met: (string | undefined)[] = [];
  for (let call = 0; call < 3; call += 1)
    met.push(replicaThatAnswered(await client.stream("GET", "/", { signal })));
  expect(met).toEqual(["one", "two", "one"]);
});

test.each([
  ["two are met", ["one", "one", "two"], undefined],
  ["one is met", ["one"], /^12 calls of .*, each on a connection of its own, met one copy of the HMI/],
  ["nobody says who answers", [undefined], /does not tell which copy answers: .*store\.url/],
])("why only one, where %s", async (_, names, why) => {
  const { client } = await startReplicas(names);
  const reason = await whyOnlyOne(spread(client), "HMI", signal);
  if (why === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(why);
});
