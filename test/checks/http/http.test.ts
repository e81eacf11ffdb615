import { describe, expect, test } from "vitest";
import { badFields } from "../../../src/checks/http/bad-fields.ts";
import { assets } from "../../../src/checks/http/http-assets.ts";
import { errorBody } from "../../../src/checks/http/http-error-body.ts";
import { errorStatus } from "../../../src/checks/http/http-error-status.ts";
import { harmless } from "../../../src/checks/http/http-harmless.ts";
import { host } from "../../../src/checks/http/http-host.ts";
import { methods } from "../../../src/checks/http/http-methods.ts";
import { origin } from "../../../src/checks/http/http-origin.ts";
import { pages } from "../../../src/checks/http/http-pages.ts";
import { noInternals } from "../../../src/checks/http/no-internals.ts";
import { oneHost } from "../../../src/checks/http/one-host.ts";
import { pageSecurity } from "../../../src/checks/http/page-security.ts";
import type { RefusedCall } from "../../../src/checks/http/refusals.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import type { SeenCall } from "../../../src/targets/http-client.ts";
import { judge, row } from "../model-conversation/evidence.ts";

const JSON_TYPE = "application/json; charset=utf-8";

function call(changes: Partial<SeenCall> = {}): SeenCall {
  return {
    kind: "call",
    request: "GET /x",
    sent_at: "2026-01-01T00:00:00.000Z",
    status: 200,
    headers: {},
    body: "",
    duration_ms: 1,
    ...changes,
  };
}

/** A refusal as it must be: of two fields that are bad. */
function refused(body: unknown, changes: Partial<SeenCall> = {}): RefusedCall {
  const answer = call({ status: 400, headers: { "content-type": JSON_TYPE }, body, ...changes });
  return {
    what: "two bad fields",
    status: 400,
    code: "bad_request",
    fields: ["limit", "offset"],
    call: answer,
  };
}

function problem(message: string, code = "bad_request") {
  return { error: { code, message } };
}

const GOOD = refused(problem("limit: too large; offset: not a number"));

test.each([errorBody, errorStatus, badFields, noInternals])(
  "$id holds of a refusal as it must be",
  (check) => {
    expect(judge(check, [GOOD])).toMatchObject({ verdict: "holds" });
    expect(() => judge(check, [])).toThrow(CouldNotRun);
  },
);

test.each([
  ["another shape", refused({ statusCode: 400, message: "Bad Request" })],
  ["no JSON", refused("Bad Request")],
  ["another type", refused(problem("x"), { headers: { "content-type": "text/html" } })],
])("error-body: broken where it has %s", (_, seen) => {
  expect(judge(errorBody, [GOOD, seen])).toMatchObject({ verdict: "broken" });
});

test.each([
  ["another status", refused(problem("x"), { status: 500 }), "500 bad_request"],
  ["another code", refused(problem("x", "not_found")), "400 not_found"],
  ["no code and another status", refused("no", { status: 404 }), "404 without a code"],
])("error-status: broken where it has %s", (_, seen, found) => {
  expect(judge(errorStatus, [GOOD, seen])).toMatchObject({
    verdict: "broken",
    expected: "400 bad_request",
    found,
  });
});

test("bad-fields: broken where one is not named", () => {
  const seen = refused(problem("limit: too large"));
  expect(judge(badFields, [seen])).toMatchObject({ found: "without offset: limit: too large" });
});

test.each([
  ["Node's stack", problem("Error: x\n    at handler (/srv/app.js:10:5)")],
  ["Python's", 'Traceback (most recent call last):\n  File "/srv/app.py", line 3'],
  ["a path of the program", problem("cannot find /srv/node_modules/x")],
])("no-internals: broken where it tells %s", (_, body) => {
  expect(judge(noInternals, [refused(body)])).toMatchObject({ verdict: "broken" });
});

test("methods: holds with Allow, broken without it, and where it allows what was refused", () => {
  const at405 = (headers: Record<string, string>, status = 405) => [
    { ...GOOD, call: call({ request: "DELETE /x", status, headers }) },
  ];
  expect(judge(methods, at405({ allow: "GET" }))).toMatchObject({ verdict: "holds" });
  expect(judge(methods, at405({}))).toMatchObject({ found: "405, Allow: (none)" });
  expect(judge(methods, at405({ allow: "GET, DELETE" }))).toMatchObject({ verdict: "broken" });
  expect(judge(methods, at405({ allow: "GET" }, 404))).toMatchObject({ found: "404, Allow: GET" });
});

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

function page(
  changes: Record<string, string> = {},
  html = '<script type="module" src="/a.js"></script>',
  status = 200,
) {
  return [{ status: 200, call: call({ status, headers: { ...PAGE_HEADERS, ...changes }, body: html }) }];
}

test("pages: holds of a page that is not stored, and of one that is not there", () => {
  expect(judge(pages, page())).toMatchObject({ verdict: "holds" });
  expect(judge(pages, [{ status: 404, call: call({ status: 404, headers: PAGE_HEADERS }) }])).toMatchObject({
    verdict: "holds",
  });
});

test.each([
  ["it may be stored", page({ "cache-control": "public, max-age=60" })],
  ["it is no page", page({ "content-type": JSON_TYPE })],
  ["it is not there", page({}, "", 404)],
])("pages: broken where %s", (_, seen) => {
  expect(judge(pages, seen)).toMatchObject({ verdict: "broken" });
});

test("page-security: holds of a strict policy", () => {
  expect(judge(pageSecurity, page())).toEqual({ verdict: "holds", seen: POLICY });
});

test.each([
  [
    "inline scripts are allowed",
    page({ "content-security-policy": POLICY.replace("script-src", "script-src 'unsafe-inline'") }),
  ],
  [
    "scripts of all sites are allowed",
    page({ "content-security-policy": POLICY.replace("script-src 'self'", "script-src https:") }),
  ],
  [
    "nothing is said of scripts",
    page({ "content-security-policy": "img-src 'self'; base-uri 'none'; frame-ancestors 'none'" }),
  ],
  [
    "other pages may frame it",
    page({ "content-security-policy": POLICY.replace("; frame-ancestors 'none'", "") }),
  ],
  ["types are guessed", page({ "x-content-type-options": "" })],
  ["other sites are told the address", page({ "referrer-policy": "unsafe-url" })],
  ["it has a script in itself", page({}, "<script>alert(1)</script>")],
])("page-security: broken where %s", (_, seen) => {
  expect(judge(pageSecurity, seen)).toMatchObject({ verdict: "broken" });
});

const FOR_EVER = "public, max-age=31536000, immutable";

function script(request = "GET /assets/app-KG6GVLNW.js", cache = FOR_EVER, changes: Partial<SeenCall> = {}) {
  const headers = { "content-type": "text/javascript; charset=utf-8", "cache-control": cache };
  return call({ request, headers, ...changes });
}

describe("assets", () => {
  test.each([
    ["GET /assets/app-KG6GVLNW.js"],
    ["GET /assets/ABCDEFGH-ABCDEFGH.js"],
    ["GET /static/main.3f9a1c2b.js"],
  ])("holds of %s, kept for ever", (request) => {
    expect(judge(assets, [script(request)])).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["a name is fixed", script("GET /assets/application.js")],
    ["a name has no hash", script("GET /assets/chat-controller.js")],
    ["it is asked for anew each time", script(undefined, "no-cache")],
    ["it is kept for an hour", script(undefined, "public, max-age=3600, immutable")],
    ["it is not there", script(undefined, FOR_EVER, { status: 404 })],
    ["it is a page", script(undefined, FOR_EVER, { headers: { "content-type": "text/html" } })],
  ])("broken where %s", (_, seen) => {
    expect(judge(assets, [seen])).toMatchObject({ verdict: "broken" });
  });

  test("no verdict where the page names no script", () => {
    expect(() => judge(assets, [])).toThrow(CouldNotRun);
  });
});

test("host: holds where another name is refused, broken where it is answered", () => {
  expect(judge(host, [call({ status: 403 })])).toMatchObject({ verdict: "holds" });
  expect(judge(host, [call({ status: 403 }), call()])).toMatchObject({ verdict: "broken", found: "200" });
});

test("one-host: holds where each is answered 400, broken where one is anything else", () => {
  const seen = (status: number) => ({ request: "GET /health/live", status });
  expect(judge(oneHost, [seen(400), seen(400)])).toMatchObject({ verdict: "holds" });
  expect(judge(oneHost, [seen(400), seen(200)])).toMatchObject({ verdict: "broken", found: "200" });
});

test("origin: broken where a foreign page is answered, or may read, or our own is refused", () => {
  const evidence = (foreign: Partial<SeenCall>, own = 200) => ({
    foreign: [call({ status: 403, ...foreign })],
    own: [call({ status: own })],
  });
  expect(judge(origin, evidence({}))).toMatchObject({ verdict: "holds" });
  expect(judge(origin, evidence({ status: 200 }))).toMatchObject({ found: "200" });
  expect(judge(origin, evidence({ headers: { "access-control-allow-origin": "*" } }))).toMatchObject({
    found: "403, Access-Control-Allow-Origin: *",
  });
  expect(judge(origin, evidence({}, 403))).toMatchObject({ expected: "200", found: "403" });
});

test("harmless: broken where a message was sent, or the conversation is gone", () => {
  const calls = [{ request: "HEAD /x", status: 405 }];
  expect(judge(harmless, { calls, rows: [] })).toMatchObject({ verdict: "holds" });
  expect(judge(harmless, { calls, rows: [row()] })).toMatchObject({ found: "messages: 1" });
  expect(judge(harmless, { calls, rows: null })).toMatchObject({ found: "no conversation any more" });
});
