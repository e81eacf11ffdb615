import { expect, test } from "vitest";
import { ErrorBody } from "../../src/contract/common-schemas.ts";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import { assetRoute, pageRoutes } from "../../src/contract/routes.ts";
import { ENDPOINTS, pathOf } from "../support/endpoints.ts";
import { call } from "../support/http.ts";
import { startTestStack } from "../support/stack.ts";

const withBody = ENDPOINTS.filter(({ body }) => body.length > 0);
const withQuery = ENDPOINTS.filter(({ query }) => query.length > 0);

test("of a body in which every field is wrong, every field is named", async () => {
  const stack = await startTestStack();
  for (const { service, route, body: names } of withBody) {
    // No other field of the contract takes an empty list.
    const body = Object.fromEntries(names.map((name) => [name, name === "images" ? {} : []]));
    const { status, json } = await call(stack[service], pathOf(route), { method: route.method, body });
    const { message } = ErrorBody.parse(json).error;
    expect([route.pattern, status, names.filter((name) => !message.includes(`${name}: `))]).toEqual([
      route.pattern,
      400,
      [],
    ]);
  }
});

test("of a query in which every parameter is wrong, every parameter is named", async () => {
  const stack = await startTestStack();
  for (const { service, route, query: names } of withQuery) {
    // Given twice, a parameter is a list, and none may be one.
    const query = names.map((name) => `${name}=1&${name}=2`).join("&");
    const { status, json } = await call(stack[service], `${pathOf(route)}?${query}`);
    const { message } = ErrorBody.parse(json).error;
    expect([route.pattern, status, names.filter((name) => !message.includes(`${name}: `))]).toEqual([
      route.pattern,
      400,
      [],
    ]);
  }
});

test.each<[string, object, number, string]>([
  ["that is cut off", { body: '{"message":' }, 400, "bad_request"],
  ["with a key that pollutes", { body: '{"__proto__":{"admin":true}}' }, 400, "bad_request"],
  [
    "that is a form",
    { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported_media_type",
  ],
  ["over 1 MiB", { body: { more: " ".repeat(LIMITS.bodyBytes) } }, 413, "payload_too_large"],
])("a body %s is refused by every call that takes one", async (_, sent, status, code) => {
  const stack = await startTestStack();
  for (const { service, route } of withBody) {
    const answer = await call(stack[service], pathOf(route), { method: route.method, ...sent });
    expect([route.pattern, answer.status, answer.json.error?.code]).toEqual([route.pattern, status, code]);
  }
});

test.each(["PATCH", "OPTIONS", "TRACE"])(
  "%s is 405 everywhere, with the methods that there are",
  async (method) => {
    const stack = await startTestStack();
    const pages = [...Object.values(pageRoutes), assetRoute].map((route) => ({
      service: "hmi" as const,
      route,
    }));
    for (const { service, route } of [...ENDPOINTS, ...pages]) {
      const { status, headers, json } = await call(stack[service], pathOf(route), { method });
      expect([route.pattern, status, json.error?.code]).toEqual([route.pattern, 405, "method_not_allowed"]);
      expect(headers.allow?.split(", ")).toContain(route.method);
    }
  },
);
