import { expect, test } from "vitest";
import {
  isSecretField,
  isSecretHeader,
  isSecretName,
  withoutSecretForm,
  withoutSecretHeader,
  withoutSecretJson,
  withoutSecretQuery,
} from "../../src/text/secret-names.ts";

test.each([
  "token",
  "OPENAI_API_KEY",
  "apiKey",
  "api-key",
  "HF_TOKEN",
  "API_TOKENS",
  "clientSecret",
  "DB_PASSWORD",
  "AWS_ACCESS_KEY_ID",
  "credentials",
])("%s names a secret, wherever it stands", (name) => {
  expect([isSecretName(name), isSecretHeader(name), isSecretField(name)]).toEqual([true, true, true]);
});

test.each(["max_tokens", "prompt_tokens", "session_id", "content", "HOME", "keep", "model", "keywords"])(
  "%s names none",
  (name) => {
    expect([isSecretName(name), isSecretHeader(name), isSecretField(name)]).toEqual([false, false, false]);
  },
);

test.each([
  ["authorization", true],
  ["Proxy-Authorization", true],
  ["cookie", true],
  ["set-cookie", true],
  ["x-api-key", true],
  ["x-goog-api-key", true],
  ["x-functions-key", true],
  ["ocp-apim-subscription-key", true],
  ["x-auth-token", true],
  ["x-amz-security-token", true],
  ["x-stack-writer", true],
  ["idempotency-key", false],
  ["sec-websocket-key", false],
  ["x-ratelimit-remaining-tokens", false],
  ["www-authenticate", false],
  ["access-control-allow-credentials", false],
  ["content-type", false],
])("the header %s: %s", (name, expected) => {
  expect(isSecretHeader(name)).toBe(expected);
});

test.each([
  ["authorization", "Bearer sk-1234", "Bearer …"],
  ["authorization", "sk-1234", "…"],
  ["x-api-key", "sk 1234", "…"],
  ["x-api-key", "sk-1234", "…"],
  ["cookie", "sid=abc; theme=dark", "sid=…; theme=…"],
  ["cookie", "abc; sid=d=e", "…; sid=…"],
  ["set-cookie", "sid=abc; Path=/", "…"],
  ["x-tenant", "acme", "acme"],
])("%s: %s is shown as %s", (name, value, shown) => {
  expect(withoutSecretHeader(name, value)).toBe(shown);
});

test.each([
  ["/a?key=sk-1&b=2", "/a?key=…&b=2"],
  ["/a?b=2&access_token=sk%201", "/a?b=2&access_token=…"],
  ["/a?api%5Fkey=sk-1", "/a?api%5Fkey=…"],
  ["/a?b=2&sort_key=name", "/a?b=2&sort_key=name"],
  ["/a?max_tokens=5", "/a?max_tokens=5"],
  ["/token=1", "/token=1"],
])("%s is shown as %s", (path, shown) => {
  expect(withoutSecretQuery(path)).toBe(shown);
});

test("fields of a form and of JSON are hidden by their names, and nothing else is", () => {
  expect(withoutSecretForm("password=a+b&user=ada")).toBe("password=…&user=ada");
  const body = { api_key: 'a"b\\', max_tokens: 5, deep: [{ token: "sk-1" }], text: 'say "token": "x"' };
  expect(JSON.parse(withoutSecretJson(JSON.stringify(body)))).toEqual({
    ...body,
    api_key: "…",
    deep: [{ token: "…" }],
  });
});
