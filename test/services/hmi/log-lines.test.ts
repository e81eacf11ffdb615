import { pino } from "pino";
import { expect, test } from "vitest";
import {
  COMPLETE,
  EXECUTING,
  type FakeGateway,
  PLANNING,
  stackBeforeGateway,
  thought,
  token,
} from "../../support/fake-gateway.ts";
import { eventually } from "../../support/streams.ts";

interface Line {
  readonly level: number;
  readonly msg: string;
}

const [DEBUG, INFO, WARN] = [20, 30, 40];
const SECRET = "ANANAS-7734";

/** A stack before this gateway, whose HMI's log is kept. */
async function startLogged(reply: FakeGateway["reply"], level = "debug") {
  const text: string[] = [];
  const logger = pino({ level }, { write: (line: string) => text.push(line) });
  const { stack } = await stackBeforeGateway({ reply }, { logger });
  const lines = (of: number) =>
    text
      .map((line) => JSON.parse(line) as Line)
      .filter(({ level: at, msg }) => at === of && !msg.startsWith("Server"));
  return { stack, lines, whole: () => text.join("") };
}

test("a reply has one line: conversation, reply, model, status, tokens and milliseconds; each step with debug", async () => {
  const { stack, lines } = await startLogged(({ send }) =>
    send(PLANNING, EXECUTING, token("Hello"), ...COMPLETE),
  );
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  const names = { conversation: sent.session_id, reply: sent.assistant_message_id };
  await eventually(() =>
    expect(lines(INFO).filter(({ msg }) => msg === "reply")).toEqual([
      expect.objectContaining({
        ...names,
        model: "m",
        status: "complete",
        tokens: 2,
        ms: expect.any(Number),
      }),
    ]),
  );
  expect(lines(DEBUG)).toMatchObject([
    { ...names, msg: "message saved" },
    { ...names, msg: "gateway heard" },
  ]);
  expect(lines(WARN)).toEqual([]);
});

test("one that failed is a warning with its code, and one that was cancelled is none", async () => {
  let isFirst = true;
  const { stack, lines } = await startLogged(({ send }) => {
    send(PLANNING, EXECUTING, ...(isFirst ? COMPLETE : []));
    isFirst = false;
  }, "info");
  const failed = await stack.send({ message: "Hi" });
  await failed.reader.ended;
  await eventually(() =>
    expect(lines(WARN)).toMatchObject([
      { reply: failed.sent.assistant_message_id, status: "error", code: "empty_reply", msg: "reply failed" },
    ]),
  );
  const cancelled = await stack.send({ message: "Hi" });
  await stack.cancel(cancelled.sent.session_id);
  await eventually(() =>
    expect(lines(INFO)).toContainEqual(
      expect.objectContaining({ reply: cancelled.sent.assistant_message_id, status: "cancelled" }),
    ),
  );
  expect(lines(WARN)).toHaveLength(1);
  expect(lines(DEBUG)).toEqual([]);
});

test("no line has a word of what was said, thought or answered, at any level", async () => {
  const { stack, lines, whole } = await startLogged(
    ({ send }) => send(PLANNING, EXECUTING, thought(SECRET), token(SECRET), ...COMPLETE),
    "trace",
  );
  await (await stack.send({ message: `My name is ${SECRET}` })).reader.ended;
  await eventually(() => expect(lines(INFO).map(({ msg }) => msg)).toContain("reply"));
  expect(whole()).not.toContain(SECRET);
});
