import { readFileSync } from "node:fs";
import type { Transform } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import type { WireSettings } from "../../src/contract/wire-description.ts";
import { describedFaults } from "../../src/prove-target/described/described-faults.ts";
import { isDescribedCall } from "../../src/prove-target/described/is-described-call.ts";
import type { TappedAnswer, TappedRequest } from "../../src/tap/tap-rewrite.ts";

const DOC = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");

test("each stands in the table of the documents, with what catches it, and names checks that there are", () => {
  const [, section = ""] = DOC.split("## On wires that contract.wire describes");
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| /gm)].map(([, name, cell = ""]) => ({
    name,
    caughtBy: [...cell.matchAll(/`([^`]+)`/g)].map(([, id]) => id),
  }));
  expect(rows).toEqual(describedFaults.map(({ name, caughtBy }) => ({ name, caughtBy })));
  const known = everySuite.flatMap(({ name, checks }) =>
    checks.map(({ id }) => (id.includes("/") ? id : `${name}/${id}`)),
  );
  for (const { caughtBy } of describedFaults) expect(known).toEqual(expect.arrayContaining([...caughtBy]));
});

const requestOf = (method: string, path: string, body = ""): TappedRequest => ({
  ...{ method, path, headers: {}, hosts: [], body: Buffer.from(body) },
});
const answerTo = (request: TappedRequest, headers: TappedAnswer["headers"] = {}): TappedAnswer => ({
  ...{ request, status: 200, headers },
});

const WIRE: WireSettings = {
  send: { request: "POST /chats/{conversation}/say", body: { text: "{text}" } },
  stream: {
    framing: "sse",
    text: { at: "d" },
    usage: { prompt: "use.in", completion: "use.out" },
    done: { has: "end" },
  },
  rows: { request: "GET /chats/{conversation}/lines", list: "lines", text: "body", role: "who" },
};

async function changed(name: string, request: TappedRequest, pieces: readonly string[]) {
  let applied = 0;
  const change = describedFaults
    .find((fault) => fault.name === name)
    ?.begin(WIRE, () => {
      applied += 1;
    });
  const through = [change?.body?.(answerTo(request)) ?? []].flat()[0] as Transform;
  for (const piece of pieces) through.write(piece);
  through.end();
  return { text: await text(through), applied };
}

const SAID = { who: "user", body: "Why?" };
const REPLIED = { who: "assistant", body: "Because of rivers." };

test.each([
  ["reply-row-lost", [SAID]],
  ["reply-row-doubled", [SAID, REPLIED, REPLIED]],
  ["rows-reversed", [REPLIED, SAID]],
  [
    "roles-swapped",
    [
      { ...SAID, who: "assistant" },
      { ...REPLIED, who: "user" },
    ],
  ],
  ["saved-text-cut", [SAID, { ...REPLIED, body: "Because of r" }]],
  ["done-before-commit", [SAID]],
])("%s changes what the call for rows is answered with", async (name, lines) => {
  const body = JSON.stringify({ more: false, lines: [SAID, REPLIED] });
  const seen = await changed(name, requestOf("GET", "/chats/7/lines?all=1"), [
    body.slice(0, 9),
    body.slice(9),
  ]);
  expect(seen).toEqual({ text: JSON.stringify({ more: false, lines }), applied: 1 });
});

test.each([
  ["done-missing", ["a", "b", "c", "d"], true, false],
  ["piece-lost", ["a", "b", "d"], true, true],
  ["usage-zero", ["a", "b", "c", "d"], false, true],
])("%s changes the events of a reply, wherever they are cut", async (name, pieces, isCounted, isEnded) => {
  const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
  const stream = (words: readonly string[], hasUsage: boolean, hasEnd: boolean): string =>
    [
      ...words.map((d) => event({ d })),
      event({ use: hasUsage ? { in: 12, out: 4 } : { in: 0, out: 0 } }),
      hasEnd ? event({ end: 1 }) : "",
    ].join("");
  const whole = stream(["a", "b", "c", "d"], true, true);
  for (const at of [1, 7, 20]) {
    const parts = [whole.slice(0, at), whole.slice(at)];
    const seen = await changed(name, requestOf("POST", "/chats/7/say", '{"text":"Why?"}'), parts);
    expect(seen).toEqual({ text: stream(pieces, isCounted, isEnded), applied: 1 });
  }
});

test.each([
  ["JSON", '{"action":"stop","run":"7"}'],
  ["a form", "action=stop&run=7"],
  ["a form in parts", ["action", "stop", "run", "7"]],
])("a cancel is known by what stands in its body as it is: %s", (_, given) => {
  const parts = (fields: readonly string[]): string =>
    [0, 2]
      .map(
        (at) => `--x1\r\nContent-Disposition: form-data; name="${fields[at]}"\r\n\r\n${fields[at + 1]}\r\n`,
      )
      .join("")
      .concat("--x1--\r\n");
  const call = { request: "POST /do", body: { action: "stop", run: "{reply}" } };
  const body = typeof given === "string" ? given : parts(given);
  expect(isDescribedCall(call, requestOf("POST", "/do", body))).toBe(true);
  expect(isDescribedCall(call, requestOf("POST", "/do", body.replace("stop", "edit")))).toBe(false);
});
