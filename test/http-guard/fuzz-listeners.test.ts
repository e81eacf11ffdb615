import { randomInt } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { throwDice } from "../support/fuzz/dice.ts";
import { junkBody, junkHeaders, junkQuery, junkText } from "../support/fuzz/junk.ts";
import { call } from "../support/http.ts";
import { type Listener, startListeners } from "../support/listeners.ts";
import { rounds } from "../support/rounds.ts";

const REQUESTS = rounds(2_000, 20_000);
const AT_ONCE = 16;
const TOKEN = "a-token-that-nobody-guesses";

/** As in the fuzz test of HMI and gateway: FUZZ_SEED=1234 npx vitest run test/http-guard/fuzz-listeners */
const SEED = Number(process.env["FUZZ_SEED"] ?? randomInt(2 ** 31));

// HMI and gateway have 20,000 of their own, against every endpoint: test/services/fuzz.test.ts.
test("mutated requests harm no listener, and what is guarded stays so", async () => {
  const { all } = await startListeners({ token: TOKEN });
  const faults: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let number = next++; number < REQUESTS; number = next++) {
      const listener = all[number % all.length];
      const fault = listener && (await tryMutation(listener, number));
      if (fault !== undefined) faults.push(`request ${number}, ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(faults, `seed ${SEED}`).toEqual([]);
  for (const { name, url, reads } of all) {
    const { status } = await call(url, reads, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([name, status]).toEqual([name, 200]);
  }
}, 300_000);

/** The reading call of a listener with something wrong in it, sent byte by byte as it is; what is wrong with the answer. */
async function tryMutation(listener: Listener, number: number): Promise<string | undefined> {
  const dice = throwDice(SEED, number);
  const isForeign = dice.chance(50);
  const host = isForeign
    ? dice.pick(["evil.example", "localhost.evil.example", "evil.example:80"])
    : "localhost";
  const target = dice.chance(40) ? dice.pick(TARGETS)(listener.reads, junkText(dice)) : listener.reads;
  const query = dice.chance(40) ? `?${junkQuery(dice, ["after"])}` : "";
  const method = dice.chance(70) ? "GET" : dice.pick(["POST", "HEAD", "OPTIONS", "DELETE", "TRACE", "QUERY"]);
  const junk = Object.entries(dice.chance(60) ? junkHeaders(dice) : {})
    .filter(([name]) => name !== "host" && name !== "transfer-encoding")
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  const body = method === "POST" ? Buffer.from(junkBody(dice)) : Buffer.alloc(0);
  const lines = [
    `${method} ${target}${query} HTTP/1.1`,
    `Host: ${host}`,
    ...junk,
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const sent = mutated(head, dice);
  const answer = await exchange(listener.url, Buffer.concat([sent, body]));
  const fault = faultIn(listener, answer, isForeign && sent === head && listener.kind !== "ollama");
  return fault && `${listener.name}, ${JSON.stringify(sent.toString("latin1").slice(0, 300))}: ${fault}`;
}

const TARGETS: readonly ((path: string, junk: string) => string)[] = [
  (path, junk) => `${path}${junk}`,
  (path, junk) => `${path}/${junk}`,
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => `/\\evil.example${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `http://localhost${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replaceAll("/", "%2f"),
  () => "*",
  () => "http://[",
];

/** The same bytes, or in a quarter of the cases some of them changed, lost or doubled. */
function mutated(bytes: Buffer, dice: ReturnType<typeof throwDice>): Buffer {
  if (!dice.chance(25)) return bytes;
  const at = dice.number(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  return dice.pick([
    () => Buffer.concat([before, Buffer.from([dice.number(256)]), after.subarray(1)]),
    () => Buffer.concat([before, after.subarray(1 + dice.number(20))]),
    () => Buffer.concat([before, after.subarray(0, 20), after]),
    () => Buffer.concat([before, Buffer.from("\r\n"), after]),
  ])();
}

function faultIn({ kind, asksToken }: Listener, answer: string, isForeign: boolean): string | undefined {
  if (answer.includes(TOKEN)) return "the token is in the answer";
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
  // Of a request whose end was lost no more comes, and nobody waits for it for ever.
  if (status === 0)
    return answer === "" ? undefined : `no answer but ${JSON.stringify(answer.slice(0, 100))}`;
  if (status >= 500) return answer.slice(0, 300);
  if (status < 300 && isForeign) return `${status} for a foreign Host`;
  if (status === 200 && kind === "record" && asksToken && /"(?:exchanges|generations)"/.test(answer))
    return "the record without its token";
  return undefined;
}

/** Everything that is answered; a server that waits for more is not waited for. */
async function exchange(url: string, bytes: Buffer): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  socket.on("error", () => undefined);
  socket.end(bytes);
  const answer = await text(socket).catch(() => "");
  // Said by Node, before anybody looks at the request.
  return answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
}
