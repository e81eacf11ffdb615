import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { WireSettings } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";
import { tryWire } from "../../src/learn/try-wire.ts";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";
import { type RoutedCall, serveRoutes } from "../support/routes.ts";

const USERS: Readonly<Record<string, string>> = { ada: "lovelace-1815" };

/** Where a proof against others' pages is told. */
type ProofIn = "json" | "page" | "cookie";

/** A back end that lets people in by a proof, a form and a token, each asked for with what was given before. */
async function startThreeSteps(proofIn: ProofIn): Promise<string> {
  const proofs = new Set<string>();
  const sessions = new Map<string, string>();
  const bearers = new Set<string>();
  const rows: object[] = [];
  const cookie = ({ headers }: RoutedCall, name: string) =>
    new RegExp(`(?:^|; )${name}=([^;]+)`).exec(headers.cookie ?? "")?.[1] ?? "";
  const refused = ({ response }: RoutedCall, status: number) => response.writeHead(status).end() && undefined;
  return await serveRoutes({
    "GET /login": (call) => {
      const csrf = randomUUID();
      proofs.add(csrf);
      const { response } = call;
      response.setHeader("set-cookie", `csrftoken=${csrf}; Path=/`);
      if (proofIn === "json") return { csrf };
      const field = proofIn === "page" ? `<input type="hidden" value="${csrf}" name="csrf_token">` : "";
      return response.setHeader("content-type", "text/html").end(`<form>${field}</form>`) && undefined;
    },
    "POST /login": (call) => {
      const { username = "", password, csrf_token = "" } = Object.fromEntries(new URLSearchParams(call.body));
      const isProven = proofs.has(csrf_token) && cookie(call, "csrftoken") === csrf_token;
      if (!isProven || USERS[username] !== password) return refused(call, 403);
      const sid = randomUUID();
      sessions.set(sid, username);
      call.response.setHeader("set-cookie", `sid=${sid}; Path=/; HttpOnly`);
      return {};
    },
    "POST /api/token": (call) => {
      if (!sessions.has(cookie(call, "sid"))) return refused(call, 401);
      const access_token = randomUUID();
      bearers.add(access_token);
      return { access_token };
    },
    "POST /say": (call) => {
      if (!bearers.has(call.headers.authorization?.replace("Bearer ", "") ?? "")) return refused(call, 401);
      const { text } = JSON.parse(call.body);
      rows.push({ role: "user", content: text }, { role: "assistant", content: `You said ${text}` });
      return { answer: `You said ${text}` };
    },
    "GET /me": () => ({ name: "Ada", user_id: 17 }),
    "GET /said": () => rows,
  });
}

/** What a page does: it keeps cookies, and shows what it was told. */
async function logInAndSay(url: string): Promise<void> {
  const jar = new Map<string, string>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(`${url}${path}`, {
      ...init,
      headers: { ...(cookies !== "" && { cookie: cookies }), ...init.headers },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";")[0]?.split("=") ?? [];
      jar.set(name, value);
    }
    return answer;
  };
  await (await ask("/login")).text();
  const form = { username: "ada", password: USERS["ada"] ?? "", csrf_token: jar.get("csrftoken") ?? "" };
  await (await ask("/login", { method: "POST", body: new URLSearchParams(form) })).text();
  const { access_token } = await (await ask("/api/token", { method: "POST" })).json();
  await (await ask("/me")).text();
  for (const text of ["Why is the sea salty?", "And why is it blue?"]) {
    const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
    await (await ask("/say", { method: "POST", headers, body: JSON.stringify({ text }) })).text();
  }
  await (await ask("/said")).text();
}

test.each<[ProofIn, string]>([
  ["json", "csrf"],
  ["page", "@html.csrf_token"],
  ["cookie", "@cookie.csrftoken"],
])("a login of three calls is learned, of which the first tells a proof: in %s", async (proofIn, place) => {
  const upstream = await startThreeSteps(proofIn);
  const exchanges: RecordedExchange[] = [];
  const tap = await startTap({ upstream, onEnded: (exchange) => exchanges.push(exchange) });
  onTestFinished(() => tap.close());
  await logInAndSay(tap.url);
  const log = readTapRecord("chat.jsonl", exchanges.map((each) => JSON.stringify(each)).join("\n"));
  if (log === undefined) throw new Error("nothing passed the tap");
  const learned = learnWire(log, undefined, { ...USERS, bea: "potter-1866" });
  expect(learned.wire.login).toEqual({
    before: [
      { request: "GET /login", told: { token: place } },
      {
        request: "POST /login",
        body: { username: "{user}", password: "{password}", csrf_token: "{token}" },
        content_type: "application/x-www-form-urlencoded",
      },
    ],
    request: "POST /api/token",
    told: { token: "access_token" },
  });
  expect(learned.unknown.filter(({ setting }) => setting === "login")).toEqual([]);
  expect(learned.wire.account).toEqual({ request: "GET /me", id: "user_id" });
  expect(JSON.stringify(learned)).not.toContain("lovelace");
  const signal = AbortSignal.timeout(20_000);
  const tried = await tryWire({ ...learned, url: upstream }, { users: USERS, signal });
  expect(tried).toMatchObject({ problems: [], rows: 8 });
});

/** Wants of each login a proof and a nonce, told by one answer, and of each message a bearer and a proof of its own. */
async function startTwoValues(): Promise<string> {
  const nonces = new Map<string, string>();
  const bearers = new Map<string, string>();
  const rows: object[] = [];
  const refused = ({ response }: RoutedCall, status: number) => response.writeHead(status).end() && undefined;
  return await serveRoutes({
    "GET /auth/begin": () => {
      const [csrf, nonce] = [randomUUID(), `n${randomUUID()}`];
      nonces.set(csrf, nonce);
      return { csrf, challenge: { nonce } };
    },
    "POST /auth/login": (call) => {
      const { name = "", password, nonce } = JSON.parse(call.body);
      const proof = String(call.headers["x-csrf"]);
      if (nonces.get(proof) !== nonce || USERS[name] !== password) return refused(call, 403);
      // Each is good once.
      nonces.delete(proof);
      const [access_token, form_key] = [randomUUID(), `f${randomUUID()}`];
      bearers.set(access_token, form_key);
      return { access_token, form_key };
    },
    "POST /say": (call) => {
      const key = bearers.get(call.headers.authorization?.replace("Bearer ", "") ?? "");
      if (key === undefined || call.headers["x-form-key"] !== key) return refused(call, 401);
      const { text } = JSON.parse(call.body);
      rows.push({ role: "user", content: text }, { role: "assistant", content: `You said ${text}` });
      return { answer: `You said ${text}` };
    },
    "GET /said": () => rows,
  });
}

const TWO_VALUES: NonNullable<WireSettings["login"]> = {
  before: [{ request: "GET /auth/begin", told: { nonce: "challenge.nonce", csrf: "csrf" } }],
  request: "POST /auth/login",
  body: { name: "{user}", password: "{password}", nonce: "{login.nonce}" },
  headers: { "x-csrf": "{login.csrf}" },
  told: { token: "access_token", form_key: "form_key" },
};

test("a login in which two values flow, and another two into each message, is learned from what browsers save", async () => {
  const upstream = await startTwoValues();
  const entries: HarEntry[] = [];
  const say = async (path: string, headers: Record<string, string> = {}, body?: object) => {
    const init = body && { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await (await fetch(`${upstream}${path}`, init ?? {})).json();
    entries.push({ request: `${body ? "POST" : "GET"} ${upstream}${path}`, headers, body, answer });
    return answer;
  };
  const { csrf, challenge } = await say("/auth/begin");
  const who = { name: "ada", password: USERS["ada"], nonce: challenge.nonce };
  const { access_token, form_key } = await say("/auth/login", { "x-csrf": csrf }, who);
  const shown = { authorization: `Bearer ${access_token}`, "x-form-key": form_key };
  for (const text of ["Why is the sea salty?", "And why is it blue?"]) await say("/say", shown, { text });
  await say("/said", shown);
  const learned = learn(...entries);
  expect(learned.wire).toMatchObject({ login: TWO_VALUES, headers: { "x-form-key": "{login.form_key}" } });
  const signal = AbortSignal.timeout(20_000);
  const tried = await tryWire({ ...learned, url: upstream }, { users: USERS, signal });
  expect(tried).toMatchObject({ problems: [], rows: 8 });
});
