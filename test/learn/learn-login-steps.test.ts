import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";
import { tryWire } from "../../src/learn/try-wire.ts";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
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
  const learned = learnWire(log, undefined, 2);
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
