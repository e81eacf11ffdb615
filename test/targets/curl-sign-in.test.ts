import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { WireSettings } from "../../src/contract/wire-description.ts";
import { recordingSteps, type Step } from "../../src/harness/record-steps.ts";
import { commandsAt } from "../../src/targets/curl-commands.ts";
import type { ChatClient } from "../../src/targets/drivers/chat-client.ts";
import { connectDriver } from "../../src/targets/drivers/define-driver.ts";
import { described } from "../../src/targets/drivers/shipped/described-driver.ts";
import { createHttpClient } from "../../src/targets/http-client.ts";
import { LOGINS, PEOPLE_WIRE, startPeopleChat } from "../support/people-chat.ts";
import { type RoutedCall, serveRoutes } from "../support/routes.ts";
import { tempFolder } from "../support/temp.ts";

const USERS = { "ada@sea.test": 'it\'s "salty"', ben: "franklin" };
const SOON = () => AbortSignal.timeout(10_000);

/** What two people ask, and the lines by which somebody can ask it again, with these variables. */
async function linesOf(
  url: string,
  settings: WireSettings,
  ask: (ada: ChatClient, ben: ChatClient) => Promise<unknown>,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly string[]> {
  const steps: Step[] = [];
  await recordingSteps(steps, async () => {
    const [ada, ben] = await Promise.all(
      Object.entries(USERS).map(([user, token]) => {
        const client = createHttpClient(url);
        onTestFinished(() => client.close());
        const who = { client, model: null, agent: "a", isStandIn: false, user, token };
        return connectDriver(described, { ...who, settings: { ...PEOPLE_WIRE, ...settings } });
      }),
    );
    if (ada !== undefined && ben !== undefined) await ask(ada, ben);
  });
  return commandsAt({ given: { users: USERS }, env })(steps);
}

async function type(lines: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const cwd = tempFolder();
  const { stdout } = await execa("bash", ["-c", lines.join("\n")], { cwd, env });
  return stdout;
}

test("whoever is known by cookies is let in by a line of his own, and the cookies go on, with the one that is repeated", async () => {
  const seen: { what: string; who: string | undefined; proof: unknown }[] = [];
  const people = new Map<string, string>();
  const note =
    (what: string) =>
    ({ headers, response }: RoutedCall) => {
      const [, sid = ""] = /\bsid=([^;]+)/.exec(headers.cookie ?? "") ?? [];
      const isProven = headers.cookie?.includes(`csrf=${headers["x-csrf-token"]}`) === true;
      seen.push({ what, who: people.get(sid), proof: isProven });
      if (people.has(sid) && isProven) return [];
      return response.writeHead(403).end() && undefined;
    };
  const url = await serveRoutes({
    "POST /login": ({ body, response }) => {
      const { username, password } = JSON.parse(body);
      if (USERS[username as keyof typeof USERS] !== password)
        return response.writeHead(401).end() && undefined;
      people.set(`s${people.size}`, username);
      const number = people.size - 1;
      response.setHeader("set-cookie", [`sid=s${number}; Path=/; HttpOnly`, `csrf=c${number}; Path=/`]);
      return {};
    },
    "GET /chats": note("list"),
    "DELETE /chats/:id": note("delete"),
  });
  const settings = {
    headers: { "X-CSRF-Token": "{token}" },
    login: { ...LOGINS.cookie, told: { token: "@cookie.csrf" } },
  };
  const lines = await linesOf(url, settings, async (ada, ben) => {
    await ada.conversations(SOON());
    await ben.conversations(SOON());
    await ada.deleteConversation("7", SOON());
  });
  const asked = seen.splice(0);
  expect(asked).toEqual([
    { what: "list", who: "ada@sea.test", proof: true },
    { what: "list", who: "ben", proof: true },
    { what: "delete", who: "ada@sea.test", proof: true },
  ]);
  await type(lines, { ADA_SECRET: USERS["ada@sea.test"], BEN_SECRET: USERS.ben });
  expect(seen).toEqual(asked);
  for (const secret of ["salty", "franklin", "s0", "c0"]) expect(lines.join("\n")).not.toContain(secret);
  expect(lines[0]).toContain("# ADA_SECRET: that of ada@sea.test in auth.users");
});

test("a token that a login tells goes on in a variable; a password is in the variable in which a person has it", async () => {
  const backEnd = await startPeopleChat({ passwords: USERS });
  const env = { MY_PASSWORD: USERS["ada@sea.test"] };
  const lines = await linesOf(backEnd.url, { login: LOGINS.bearer }, (ada) => ada.conversations(SOON()), env);
  expect(lines).toEqual([
    expect.stringMatching(/^TOKEN=\$\(curl .*"\$MY_PASSWORD".* \| node -p '.*\["access_token"\]'\)$/),
    `curl -sS "${backEnd.url}/chats" -H "Authorization: Bearer $TOKEN"`,
  ]);
  expect(JSON.parse(await type(lines, env))).toEqual([]);
});

test("a form that lets somebody in is sent field by field", async () => {
  const backEnd = await startPeopleChat({ login: "form", passwords: USERS });
  const [line, ...more] = await linesOf(backEnd.url, { login: LOGINS.form }, (ada) =>
    ada.conversations(SOON()),
  );
  expect(line).toContain(`--data-urlencode "password=$ADA_SECRET"`);
  expect(await type([line ?? "", ...more], { ADA_SECRET: USERS["ada@sea.test"] })).toContain("[]");
});

test("of an answer that tells several values, in its head and its body, each goes on in a variable of its own", async () => {
  const asked: unknown[] = [];
  const url = await serveRoutes({
    "GET /begin": ({ response }) => {
      response.setHeader("x-nonce", "n-17");
      return { csrf: "c-17" };
    },
    "POST /login": ({ body, headers }) => {
      asked.push([JSON.parse(body).nonce, headers["x-csrf"]]);
      return { access_token: "t-1815", key: "k-1815" };
    },
    "GET /chats": ({ headers }) => {
      asked.push([headers.authorization, headers["x-key"]]);
      return [];
    },
  });
  const settings: WireSettings = {
    headers: { "x-key": "{login.key}" },
    login: {
      before: [{ request: "GET /begin", told: { csrf: "csrf", nonce: "@header.x-nonce" } }],
      request: "POST /login",
      body: { name: "{user}", password: "{password}", nonce: "{login.nonce}" },
      headers: { "x-csrf": "{login.csrf}" },
      told: { token: "access_token", key: "key" },
    },
  };
  const lines = await linesOf(url, settings, (ada) => ada.conversations(SOON()));
  const said = asked.splice(0, 4);
  expect(said).toContainEqual(["n-17", "c-17"]);
  expect(said).toContainEqual(["Bearer t-1815", "k-1815"]);
  await type(lines, { ADA_SECRET: USERS["ada@sea.test"] });
  expect(asked).toEqual([
    ["n-17", "c-17"],
    ["Bearer t-1815", "k-1815"],
  ]);
  for (const secret of ["n-17", "c-17", "1815", "salty"]) expect(lines.join("\n")).not.toContain(secret);
});
