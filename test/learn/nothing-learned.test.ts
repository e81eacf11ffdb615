import { expect, test } from "vitest";
import type { UserError } from "../../src/errors/user-error.ts";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { eventsOf, type HarEntry, harOf } from "../support/har.ts";

const AT = "http://127.0.0.1:8000";

/** What is said where nothing can be learned. */
function refusalOf(entries: readonly HarEntry[], said?: string): Pick<UserError, "message" | "hint"> {
  try {
    learnWire(readHar("chat.har", harOf(...entries)), said);
  } catch (error) {
    return error as UserError;
  }
  throw new Error("something was learned");
}

const page: HarEntry = { request: `GET ${AT}/?theme=dark`, type: "text/html", answer: "<p>" };
const list: HarEntry = { request: `GET ${AT}/chats?sort=newest&limit=20`, answer: { chats: [] } };

test("GETs without a message have no message, whatever their queries say, and also where something streams", () => {
  const news: HarEntry = {
    request: `GET ${AT}/events?channel=main`,
    type: "text/event-stream",
    answer: eventsOf({ text: "Somebody came. " }, { text: "Somebody left." }, { done: true }),
  };
  for (const entries of [
    [page, list],
    [page, list, news],
  ]) {
    expect(refusalOf(entries)).toMatchObject({
      message: "In chat.har is no message.",
      hint: expect.stringMatching(/^Open the page with the network tab open, send one message/),
    });
  }
});

test("a form that the browser has not kept, since there is a file in it, is named", () => {
  const form: HarEntry = {
    request: `POST ${AT}/ask`,
    headers: { "Content-Type": "multipart/form-data; boundary=x" },
    type: "text/plain",
    answer: "Rivers bring salt.",
  };
  expect(refusalOf([page, list, form])).toMatchObject({
    message: "In chat.har is no message: what POST /ask (entry 3) sent, a form, is not in it.",
    hint: expect.stringContaining(`stack tap --to ${AT} --record`),
  });
});

test("a message with an answer that is none is named, with what it was answered", () => {
  const form: HarEntry = {
    request: `POST ${AT}/chat`,
    body: { message: "Why is the sea salty?", password: "s3cr3t" },
    type: "text/html",
    answer: "<div>Rivers bring salt.</div>",
  };
  const { message, hint } = refusalOf([page, form]);
  expect(message).toBe(
    'In chat.har is no reply: no event stream, no lines of JSON, no WebSocket that answers. POST /chat (entry 2), which carried "Why is the sea salty?", was answered 200 with text/html.',
  );
  expect(hint).toMatch(/^No description reads a reply out of HTML: a driver in code can/);
});

test("a stream that the browser has not kept is named, of a GET that carried the message too", () => {
  const asked: HarEntry = {
    request: `GET ${AT}/stream/Why%20is%20the%20sea%20salty%3F`,
    type: "text/event-stream",
  };
  expect(refusalOf([page, asked])).toMatchObject({
    message: "In chat.har is no reply.",
    hint: expect.stringMatching(/^The body of GET \/stream\/Why.* \(entry 2\), which streams, is not in it/),
  });
});

test("what was said, as a person says, and is not there", () => {
  const { message } = refusalOf(
    [page, { request: `POST ${AT}/chat`, body: { text: "Hello" }, answer: "{}" }],
    "Bye",
  );
  expect(message).toBe('In chat.har is no message "Bye".');
});

test("ids that a call answers, and a list shows, are no reply: the stream that the browser has not kept is named", () => {
  const push: HarEntry = { request: `GET ${AT}/push`, type: "text/event-stream" };
  const say = (text: string, turn: string): HarEntry => ({
    request: `POST ${AT}/rpc`,
    body: { do: "say", chat: "c_GTWvoYw1", text },
    answer: { ok: true, turn },
  });
  const lines: HarEntry = {
    request: `GET ${AT}/chats/c_GTWvoYw1.json`,
    answer: {
      cid: "c_GTWvoYw1",
      lines: [
        { lid: "l_ask", who: "me", say: "Why is the sea salty?" },
        { lid: "l_WGcUcSmk", who: "it", say: "Rivers bring salt." },
      ],
    },
  };
  const stop: HarEntry = {
    request: `POST ${AT}/rpc`,
    body: { do: "halt", turn: "l_WGcUcSmk" },
    answer: { ok: true },
  };
  const open: HarEntry = {
    request: `POST ${AT}/rpc`,
    body: { do: "open" },
    answer: { ok: true, chat: "c_GTWvoYw1" },
  };
  const said = say("Why is the sea salty?", "l_WGcUcSmk");
  expect(refusalOf([page, push, open, said, push, lines, stop])).toMatchObject({
    message: "In chat.har is no reply.",
    hint: expect.stringMatching(/^The body of GET \/push \(entry 2\), which streams, is not in it/),
  });
});

test("plain text that a page has read piece by piece, and the browser has not kept, is named as that", () => {
  const asked: HarEntry = {
    request: `POST ${AT}/ask`,
    body: { prompt: "Why is the sea salty?" },
    type: "text/plain; charset=utf-8",
    answerHeaders: { "Transfer-Encoding": "chunked" },
  };
  expect(refusalOf([page, asked])).toMatchObject({
    message: "In chat.har is no reply.",
    hint: expect.stringMatching(
      /^The body of POST \/ask \(entry 2\), which streams, is not in it.*stack tap --to/,
    ),
  });
});
