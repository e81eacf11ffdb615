import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { urlOf } from "../../../src/contract/address.ts";
import { ErrorBody, ModelId } from "../../../src/contract/common-schemas.ts";
import { LIMITS } from "../../../src/contract/contract-defaults.ts";
import type { Route } from "../../../src/contract/routes.ts";
import { WIRE_ERRORS, WireError } from "../../../src/contract/wire-error.ts";
import { endpoint } from "../../../src/services/http/define-endpoint.ts";
import { createServer, listen } from "../../../src/services/http/http-server.ts";
import { call } from "../../support/http.ts";

const Body = z.object({
  message: z.string().max(5),
  count: z.int(),
  model_id: ModelId.optional(),
});

/** A server with one endpoint of each kind. */
async function startServer(): Promise<string> {
  const app = createServer({ host: "127.0.0.1" });
  app.get("/page", () => "a page");
  const route = (method: Route["method"], pattern: string): Route => ({
    method,
    pattern,
    path: () => pattern,
  });
  endpoint(app, route("POST", "/things"), { body: Body }, ({ body }) => ({ body }));
  endpoint(app, route("GET", "/things"), { query: z.object({ limit: z.string() }) }, ({ query }) => ({
    query,
  }));
  endpoint(app, route("GET", "/things/:name"), {}, ({ params }) => ({ params }));
  endpoint(app, route("DELETE", "/things/:name"), {}, () => {
    throw new WireError("model_profile_in_use", "It is in use.", "Wait.");
  });
  endpoint(app, route("POST", "/broken"), {}, () => {
    throw new TypeError("secret detail");
  });
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
  return urlOf({ host: "127.0.0.1", port });
}

test("a good call is answered with what the handler returns", async () => {
  const url = await startServer();
  const body = { message: "Hi", count: 1 };
  expect(await call(url, "/things", { body })).toMatchObject({ status: 200, json: { body } });
  expect(await call(url, "/things?limit=3")).toMatchObject({ status: 200, json: { query: { limit: "3" } } });
});

test("every bad field is named at once", async () => {
  const url = await startServer();
  const { status, json } = await call(url, "/things", { body: { message: 7, count: 1.5 } });
  expect(status).toBe(400);
  expect(json.error.code).toBe("bad_request");
  expect(json.error.message).toMatch(/message: .*; count: /);
});

test("a field with a code of its own decides the code, and the other fields are still named", async () => {
  const url = await startServer();
  const { json } = await call(url, "/things", { body: { count: "x", model_id: 0 } });
  expect(json.error.code).toBe("invalid_model_id");
  expect(json.error.message).toMatch(/message: .*count: .*model_id: /);
});

test("a message that is too long has a code of its own", async () => {
  const url = await startServer();
  const { status, json } = await call(url, "/things", { body: { message: "longer", count: 1 } });
  expect([status, json.error.code]).toEqual([400, "message_too_long"]);
});

test.each<[string, string, object, number, string]>([
  ["an unknown path", "/nothing", {}, 404, "not_found"],
  ["a known path with another method", "/things", { method: "PUT" }, 405, "method_not_allowed"],
  ["a path with a parameter and another method", "/things/x", { method: "POST" }, 405, "method_not_allowed"],
  ["a body that is not JSON", "/things", { body: '{"message":' }, 400, "bad_request"],
  [
    "an empty body",
    "/things",
    { body: "", headers: { "content-type": "application/json" } },
    400,
    "bad_request",
  ],
  ["no body", "/things", { method: "POST" }, 400, "bad_request"],
  ["a body with a key that pollutes", "/things", { body: '{"__proto__":{}}' }, 400, "bad_request"],
  [
    "a body that is too deep",
    "/things",
    { body: `${"[".repeat(500)}${"]".repeat(500)}` },
    400,
    "bad_request",
  ],
  ["a body that is null", "/things", { body: "null" }, 400, "bad_request"],
  ["a body that is a list", "/things", { body: "[]" }, 400, "bad_request"],
  [
    "a form",
    "/things",
    { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported_media_type",
  ],
  [
    "text",
    "/things",
    { body: "{}", headers: { "content-type": "text/plain" } },
    415,
    "unsupported_media_type",
  ],
  ["a body over 1 MiB", "/things", { body: " ".repeat(LIMITS.bodyBytes + 1) }, 413, "payload_too_large"],
  ["a path that cannot be decoded", "/things/%zz", {}, 400, "bad_request"],
  ["a key that is longer than any", `/things/${"x".repeat(601)}`, {}, 400, "bad_request"],
  [
    "a body of no type",
    "/things",
    { body: "{}", headers: { "content-type": "" } },
    415,
    "unsupported_media_type",
  ],
  ["an error of the contract", "/things/x", { method: "DELETE" }, 409, "model_profile_in_use"],
  ["an error that nobody foresaw", "/broken", { method: "POST" }, 500, "internal_error"],
])("%s is answered as it must", async (_, path, sent, status, code) => {
  const answer = await call(await startServer(), path, sent);
  expect(answer.status).toBe(status);
  expect(ErrorBody.parse(answer.json).error.code).toBe(code);
});

test("405 names the methods that there are, also in Allow", async () => {
  const { headers, json } = await call(await startServer(), "/things", { method: "PUT" });
  expect(headers.allow?.split(", ").sort()).toEqual(["GET", "POST"]);
  expect(json.error.message).toContain("PUT is not allowed at /things");
});

test("an error keeps its hint", async () => {
  const { json } = await call(await startServer(), "/things/x", { method: "DELETE" });
  expect(json).toEqual({ error: { code: "model_profile_in_use", message: "It is in use.", hint: "Wait." } });
});

test("the details of an error that nobody foresaw stay in the log", async () => {
  const { body } = await call(await startServer(), "/broken", { method: "POST" });
  expect(body).not.toContain("secret");
});

test("looking does not do: HEAD runs no handler", async () => {
  const { status, headers, body } = await call(await startServer(), "/things?limit=1", { method: "HEAD" });
  expect([status, headers.allow, body]).toEqual([405, "POST, GET", ""]);
});

test("a page has HEAD", async () => {
  expect((await call(await startServer(), "/page", { method: "HEAD" })).status).toBe(200);
});

test.each(["OPTIONS", "PATCH", "TRACE", "PROPFIND"])("%s is told what there is", async (method) => {
  const { status, headers } = await call(await startServer(), "/things", { method });
  expect([status, headers.allow]).toEqual([405, "POST, GET"]);
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

test("no answer to a URL repeats its query, in which there may be a token", async () => {
  const url = await startServer();
  for (const path of ["/things/%zz", `/things/${"x".repeat(601)}`, "/nothing", "/things/x/y"]) {
    expect((await call(url, `${path}?token=secret`)).body).not.toContain("secret");
  }
});

test("a query as long as the longest message is taken", async () => {
  const limit = encodeURIComponent("漢".repeat(LIMITS.messageChars));
  const { status, json } = await call(await startServer(), `/things?limit=${limit}`);
  expect([status, json.query?.limit.length]).toEqual([200, LIMITS.messageChars]);
});

test("the longest key fits into a path", async () => {
  const name = "/".repeat(200);
  const { json } = await call(await startServer(), `/things/${encodeURIComponent(name)}`);
  expect(json).toEqual({ params: { name } });
});

test("every code has the status that the contract gives its kind", () => {
  const expected = { not_found: 404, message_too_long: 400, rate_limited: 429, timeout: 504 };
  expect(WIRE_ERRORS).toMatchObject(expected);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["::1", "http://[::1]:80"],
])("the URL of %s is %s", (host, url) => expect(urlOf({ host, port: 80 })).toBe(url));
