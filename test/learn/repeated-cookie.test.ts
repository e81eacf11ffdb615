import { expect, test } from "vitest";
import { eventsOf } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const COOKIES = "sid=77ea060bf95e; csrf=19f44ae1529a";

test.each([
  ["as they were sent", COOKIES, "19f44ae1529a"],
  ["hidden, as by a tap", "sid=…; csrf=…", "…"],
])(
  "a cookie that only the calls which change something repeat in a header goes with every call: %s",
  (_, cookie, proof) => {
    const { wire } = learn(
      {
        request: `POST ${AT}/api/sign-in`,
        body: { email: "ada@example.org", secret: "hush" },
        answerHeaders: { "Set-Cookie": "sid=77ea060bf95e; HttpOnly" },
        answer: { me: "ada" },
      },
      {
        request: `POST ${AT}/say`,
        headers: { cookie },
        body: { text: "Why is the sea salty?" },
        type: "text/event-stream",
        answer: eventsOf({ chat: "c-7a1", piece: "Rivers " }, { piece: "bring it." }, { over: true }),
      },
      { request: `DELETE ${AT}/chats/c-7a1`, headers: { cookie, "X-CSRF-Token": proof }, status: 204 },
    );
    expect(wire).toMatchObject({
      login: {
        request: "POST /api/sign-in",
        body: { email: "{user}", secret: "{password}" },
        told: { token: "@cookie.csrf" },
      },
      headers: { "x-csrf-token": "{token}" },
    });
  },
);
