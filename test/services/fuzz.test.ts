import { randomInt } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import pino from "pino";
import { expect, test } from "vitest";
import { gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import type { ConversationStore } from "../../src/services/conversations/conversation-store.ts";
import { sendBroken } from "../support/fuzz/broken.ts";
import { throwDice } from "../support/fuzz/dice.ts";
import { type FuzzRequest, fuzzRequest } from "../support/fuzz/requests.ts";
import { type FuzzAnswer, faultIn, faultInBytes } from "../support/fuzz/verdict.ts";
import { call } from "../support/http.ts";
import { rounds } from "../support/rounds.ts";
import { startTestStack } from "../support/stack.ts";
import { eventually, wholeStream } from "../support/streams.ts";

const REQUESTS = rounds(8_000, 20_000);
const AT_ONCE = 16;
const TOKEN = "a-token-that-nobody-guesses";

/** Half of the requests are a person's, who has nothing to do with the other one's conversation. */
const PEOPLE = { mallory: "a-token-of-mallory", alice: "a-token-of-alice" };
const SECRET = "a word that Alice alone has heard";

/** What failed can be had again by the seed of its message: FUZZ_SEED=1234 npx vitest run test/services/fuzz */
const SEED = Number(process.env["FUZZ_SEED"] ?? randomInt(2 ** 31));

test("however malformed a request is, it gets an error of the contract, and harms nobody", async () => {
  const log: string[] = [];
  let store: ConversationStore | undefined;
  const stack = await startTestStack({
    auth: { token: TOKEN, users: PEOPLE },
    logger: pino({ level: "trace" }, { write: (line: string) => log.push(line) }),
    overrides: {
      store: (opened) => {
        store = opened;
        return opened;
      },
    },
  });
  const alice = { headers: { authorization: `Bearer ${PEOPLE.alice}` } };
  const said = await call(stack.hmi, hmiRoutes.sendMessage.path(), {
    ...alice,
    body: { message: `Say: ${SECRET}` },
  });
  const read = hmiRoutes.messages.path({ session_id: said.json.session_id });
  await eventually(async () => {
    expect((await call(stack.hmi, read, alice)).json.messages.at(-1).content).toBe(SECRET);
  });
  const before = await call(stack.hmi, read, alice);

  expect(await attack(stack), `seed ${SEED}`).toEqual([]);

  expect((await call(stack.hmi, read, alice)).json).toEqual(before.json);

  const headers = { authorization: `Bearer ${TOKEN}` };
  const general = hmiRoutes.generalStream.path(undefined, {
    message: "Count to 3",
    client_message_id: "last",
    // The conversation may have been made with a model that nobody has.
    model: "llama3.1:8b",
  });
  expect((await wholeStream(stack.hmi, general, { headers })).text).toBe("1, 2, 3");
  for (const url of [stack.gateway, stack.hmi]) {
    await eventually(async () => {
      const health = await call(url, gatewayRoutes.health.path(), { headers });
      expect(health.json).toMatchObject({ status: "ok", active_streams: 0 });
    });
  }
  await store?.replies.release();
  expect((await store?.replies.takeOver())?.replies, "rows left streaming").toEqual([]);
  expect(log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  for (const secret of [TOKEN, ...Object.values(PEOPLE), SECRET]) {
    expect(log.filter((line) => line.includes(secret))).toEqual([]);
  }
}, 300_000);

/** Sends all requests, some at once; gives what was wrong with the answers. */
async function attack(stack: Record<FuzzRequest["service"], string>): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const faults: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let number = next++; number < REQUESTS; number = next++) {
      const fault = await (number % 50 === 0 ? tryBroken(stack, number) : tryRequest(stack, number, agent));
      if (fault !== undefined) faults.push(`request ${number}, ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
  return faults;
}

async function tryBroken(
  stack: Record<FuzzRequest["service"], string>,
  number: number,
): Promise<string | undefined> {
  const dice = throwDice(SEED, number);
  const { sent, answer } = await sendBroken(dice.pick([stack.gateway, stack.hmi]), dice);
  const fault = faultInBytes(answer);
  return fault && `${JSON.stringify(sent)}: ${fault}`;
}

async function tryRequest(
  stack: Record<FuzzRequest["service"], string>,
  number: number,
  agent: Agent,
): Promise<string | undefined> {
  const token = number % 2 === 0 ? TOKEN : PEOPLE.mallory;
  const asked = fuzzRequest(SEED, number, token);
  // At the gateway whoever has the token of the house acts for all.
  const isForeign = token !== TOKEN || asked.service === "hmi";
  const fault = await send(stack[asked.service], asked, agent).then(
    (answer) => {
      if (answer.body.includes(token)) return "the token is in the answer";
      if (isForeign && answer.body.includes(SECRET)) return "another person's words are in the answer";
      return faultIn(asked, answer);
    },
    (error: Error) => `no answer: ${error.message}`,
  );
  return fault && `${JSON.stringify(asked).slice(0, 500)}: ${fault}`;
}

async function send(
  base: string,
  { method, path, headers, body, isEndless }: FuzzRequest,
  agent: Agent,
): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(base);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent, timeout: 20_000 }, resolve);
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error("nothing came for 20 s")));
    outgoing.end(body);
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await bodyOf(response, isEndless),
  };
}

/** The whole of a body, or the beginning of one that does not end by itself. */
async function bodyOf(response: IncomingMessage, isEndless: boolean): Promise<string> {
  if (!isEndless || response.statusCode !== 200) return await text(response);
  const [first] = await once(response, "data");
  response.destroy();
  return String(first);
}
