import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { rungOf } from "../support/doctor.ts";
import { serveRoutes } from "../support/routes.ts";

/** A back end that shows nothing to whom it has not let in. */
async function startGuarded(): Promise<string> {
  return await serveRoutes({
    "POST /login": ({ response }) => {
      response.writeHead(204, { "set-cookie": "sid=1; Path=/" }).end();
    },
    "GET /": guarded,
    "GET /home": guarded,
  });
}

function guarded({ headers, response }: Parameters<Parameters<typeof serveRoutes>[0][string]>[0]): unknown {
  if (headers.cookie === "sid=1") return {};
  response.statusCode = 401;
  return { error: "please log in" };
}

const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { text: "{text}" } },
  stream: { framing: "text" },
};
const LOGIN = { request: "POST /login", body: { name: "ada" } };

test.each<[Partial<WireDescription>, string]>([
  [{ login: LOGIN, page: "/home" }, "answers: GET /home 200"],
  [{ login: LOGIN }, "answers: GET / 200"],
  // An address that nobody has named may be anybody's.
  [{}, "answers: GET / 401"],
])("a back end is asked as somebody whom its wire lets in: %j", async (more, text) => {
  const hmi = await startGuarded();
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: { ...WIRE, ...more } };
  const { signal } = new AbortController();
  const report = await examine({ config: DEFAULT_CONFIG, env: {}, urls: { hmi }, contract, signal });
  expect(rungOf(report, "hmi/answers")).toMatchObject({ status: "holds", text });
});
