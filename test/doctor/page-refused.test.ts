import { createServer, request } from "node:http";
import { expect, test } from "vitest";
import { pageRoutes } from "../../src/contract/routes.ts";
import { examineUrls, rungOf } from "../support/doctor.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { startTestStack } from "../support/stack.ts";

test("an HMI that answers its page's address in JSON is told in its own words", async () => {
  const stack = await startTestStack();
  const withoutPage = createServer((asked, answer) => {
    if (asked.url === pageRoutes.llm.path()) {
      answer
        .writeHead(404, { "content-type": "application/json" })
        .end('{"detail":"There is no page here."}');
      return;
    }
    const { method, url, headers } = asked;
    const passedOn = request(stack.hmi + url, {
      method,
      headers: { ...headers, host: new URL(stack.hmi).host },
    });
    passedOn.on("response", (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    asked.pipe(passedOn);
  });
  const report = await examineUrls({ ...stack, hmi: await listenOnAnyPort(withoutPage) });
  expect(rungOf(report, "hmi/page")).toMatchObject({
    status: "broken",
    text: 'GET /llm answered 404: {"detail":"There is no page here."}',
  });
});
