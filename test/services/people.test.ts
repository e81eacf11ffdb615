import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import type { EndpointName } from "../../src/contract/foreign-back-end.ts";
import { gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { type Answer, call, open, type Sent } from "../support/http.ts";
import { GIF } from "../support/pictures.ts";
import { openRaw } from "../support/store.ts";
import { eventually } from "../support/streams.ts";
import { tempFolder } from "../support/temp.ts";

const HEADER = "X-Forwarded-User";
const HOUSE = "token-of-the-house";
const PEOPLE = {
  token: HOUSE,
  users: { alice: "token-of-alice", bob: "token-of-bob" },
  user_header: HEADER,
  trusted_proxies: ["127.0.0.1"],
};

type Headers = Record<string, string>;

/** What somebody has, by its keys. */
interface Ids {
  readonly session_id: string;
  readonly running_id: string;
  readonly message_id: string;
  readonly assistant_message_id: string;
  readonly model_id: number;
  readonly image_id: string;
  readonly client_key: string;
}

/** Keys of the same length as the others', of nothing. */
const NOTHING: Ids = {
  session_id: "7990",
  running_id: "7991",
  message_id: "8990",
  assistant_message_id: "8991",
  model_id: 6990,
  image_id: "9990",
  client_key: "key-of-nobody",
};

type Ask = (ids: Ids) => { readonly path: string; readonly sent?: Sent };

/**
 * Each endpoint as it is called for what somebody has; `own` are the calls that name nothing, and are answered from
 * what the caller has. Those without either tell the same to everybody.
 */
const CALLS: Record<
  Exclude<EndpointName, `pages.${string}`>,
  { readonly named?: readonly Ask[]; readonly own?: readonly Ask[] }
> = {
  "gateway.health": {},
  "gateway.live": {},
  "gateway.ready": {},
  "gateway.models": {},
  "gateway.metrics": {},
  "gateway.chat": {
    named: [
      ({ session_id, assistant_message_id }) => chatAt(session_id, assistant_message_id),
      ({ running_id }) => chatAt(running_id, "another-reply"),
      ({ running_id, assistant_message_id }) => ({
        path: gatewayRoutes.chat.path(),
        sent: {
          ...chatAt(running_id, assistant_message_id).sent,
          headers: { "last-event-id": `${assistant_message_id}:0.0.0` },
        },
      }),
    ],
  },
  "gateway.resume": {
    named: [
      ({ session_id }) => ({ path: gatewayRoutes.resume.path({ session_id }) }),
      ({ running_id }) => ({ path: gatewayRoutes.resume.path({ session_id: running_id }) }),
      ({ session_id, assistant_message_id: message_id }) => ({
        path: gatewayRoutes.resume.path({ session_id }, { message_id }),
        sent: { headers: { "last-event-id": `${message_id}:0.0.0` } },
      }),
    ],
  },
  "gateway.cancel": {
    named: [
      ({ running_id }) => posted(gatewayRoutes.cancel.path({ session_id: running_id })),
      ({ session_id, assistant_message_id: message_id }) => ({
        path: gatewayRoutes.cancel.path({ session_id }),
        sent: { body: { message_id } },
      }),
    ],
  },
  "hmi.health": {},
  "hmi.live": {},
  "hmi.ready": {},
  "hmi.models": {},
  "hmi.agents": {},
  "hmi.doctor": {},
  "hmi.sendMessage": {
    named: [
      ({ session_id }) => messageOf({ session_id }),
      ({ session_id, client_key }) => messageOf({ session_id, client_message_id: client_key }),
      ({ model_id }) => messageOf({ session_id: null, model_id }),
      ({ session_id, message_id }) => messageOf({ session_id, edits: message_id }),
    ],
  },
  "hmi.stream": {
    named: [
      ({ session_id }) => ({ path: hmiRoutes.stream.path({ session_id }) }),
      ({ running_id }) => ({ path: hmiRoutes.stream.path({ session_id: running_id }) }),
      ({ session_id, message_id }) => ({ path: hmiRoutes.stream.path({ session_id }, { message_id }) }),
      ({ session_id, assistant_message_id: id }) => ({
        path: hmiRoutes.stream.path({ session_id }),
        sent: { headers: { "last-event-id": `${id}:3.0.0` } },
      }),
      // Of one that has seen it all.
      ({ session_id, assistant_message_id: id }) => ({
        path: hmiRoutes.stream.path({ session_id }),
        sent: { headers: { "last-event-id": `${id}:11.0.0` } },
      }),
    ],
  },
  "hmi.generalStream": {
    named: [
      ({ session_id }) => ({ path: hmiRoutes.generalStream.path(undefined, { message: "Hi", session_id }) }),
      ({ model_id }) => ({ path: hmiRoutes.generalStream.path(undefined, { message: "Hi", model_id }) }),
      ({ assistant_message_id: id }) => ({
        path: hmiRoutes.generalStream.path(undefined, { message: "Hi" }),
        sent: { headers: { "last-event-id": `${id}:3.0.0` } },
      }),
    ],
  },
  "hmi.sessions": {
    own: [
      () => ({ path: hmiRoutes.sessions.path() }),
      () => ({ path: hmiRoutes.sessions.path(undefined, { model_id: "none" }) }),
      ({ model_id }) => ({ path: hmiRoutes.sessions.path(undefined, { model_id }) }),
    ],
  },
  "hmi.newSession": {
    named: [({ model_id }) => ({ path: hmiRoutes.newSession.path(), sent: { body: { model_id } } })],
  },
  "hmi.resumeSession": { named: [({ session_id }) => posted(hmiRoutes.resumeSession.path({ session_id }))] },
  "hmi.cancel": {
    named: [
      ({ running_id }) => posted(hmiRoutes.cancel.path({ session_id: running_id })),
      ({ session_id, message_id }) => posted(hmiRoutes.cancel.path({ session_id }), { message_id }),
    ],
  },
  "hmi.regenerate": {
    named: [
      ({ session_id }) => posted(hmiRoutes.regenerate.path({ session_id })),
      ({ session_id, message_id }) => posted(hmiRoutes.regenerate.path({ session_id }), { message_id }),
    ],
  },
  "hmi.chooseVersion": {
    named: [
      ({ session_id, message_id }) => posted(hmiRoutes.chooseVersion.path({ session_id }), { message_id }),
      ({ running_id, message_id }) =>
        posted(hmiRoutes.chooseVersion.path({ session_id: running_id }), { message_id }),
    ],
  },
  "hmi.search": {
    // What Alice said; and a part of it, which is looked for in another way.
    own: ["canary", "Say", "-"].map((q) => () => ({ path: hmiRoutes.search.path(undefined, { q }) })),
  },
  // See the test of its own.
  "hmi.events": {},
  "hmi.image": { named: [({ image_id }) => ({ path: hmiRoutes.image.path({ image_id }) })] },
  "hmi.messages": { named: [({ session_id }) => ({ path: hmiRoutes.messages.path({ session_id }) })] },
  "hmi.renameSession": {
    named: [
      ({ session_id }) => ({
        path: hmiRoutes.renameSession.path({ session_id }),
        sent: { method: "PUT", body: { title: "Mine" } },
      }),
    ],
  },
  "hmi.archiveSession": {
    named: [({ running_id }) => posted(hmiRoutes.archiveSession.path({ session_id: running_id }))],
  },
  "hmi.unarchiveSession": {
    named: [({ session_id }) => posted(hmiRoutes.unarchiveSession.path({ session_id }))],
  },
  "hmi.clearSession": {
    named: [({ running_id }) => posted(hmiRoutes.clearSession.path({ session_id: running_id }))],
  },
  "hmi.deleteSession": {
    named: [
      ({ running_id }) => ({
        path: hmiRoutes.deleteSession.path({ session_id: running_id }),
        sent: { method: "DELETE" },
      }),
    ],
  },
  "hmi.exportSession": {
    named: [
      ({ session_id }) => ({ path: hmiRoutes.exportSession.path({ session_id }) }),
      ({ session_id }) => ({ path: hmiRoutes.exportSession.path({ session_id }, { format: "json" }) }),
    ],
  },
  "hmi.exportChats": {
    named: [({ session_id }) => ({ path: hmiRoutes.exportChats.path(undefined, { session_id }) })],
    own: [() => ({ path: hmiRoutes.exportChats.path() })],
  },
  // It names nothing that somebody has: see services/conversations/store-suites/transfer-suite.ts for keys of others.
  "hmi.importChats": {},
  "hmi.profiles": { own: [() => ({ path: hmiRoutes.profiles.path() })] },
  // It names nothing: see the test of what each has alone.
  "hmi.newProfile": {},
  "hmi.profile": { named: [({ model_id }) => ({ path: hmiRoutes.profile.path({ model_id }) })] },
  "hmi.updateProfile": {
    named: [
      ({ model_id }) => ({
        path: hmiRoutes.updateProfile.path({ model_id }),
        sent: { method: "PUT", body: { name: "Mine" } },
      }),
    ],
  },
  "hmi.deleteProfile": {
    named: [
      ({ model_id }) => ({ path: hmiRoutes.deleteProfile.path({ model_id }), sent: { method: "DELETE" } }),
    ],
  },
};

function posted(path: string, body: object = {}): ReturnType<Ask> {
  return { path, sent: { body } };
}

function messageOf(body: object): ReturnType<Ask> {
  return posted(hmiRoutes.sendMessage.path(), { message: "Hi", ...body });
}

function chatAt(session_id: string, message_id: string): ReturnType<Ask> {
  return posted(gatewayRoutes.chat.path(), { session_id, message_id, agent_id: "architect", content: "Hi" });
}

/** A stack of several people, whose keys are found in no answer by chance. */
async function startShared(): Promise<RunningStack> {
  const storePath = join(tempFolder(), "chat.db");
  const stack = await startInProcessStack({ auth: PEOPLE, storePath, tokenDelayMs: 20 });
  onTestFinished(() => stack.close());
  const keys = { conversations: 7000, messages: 8000, model_profiles: 6000, images: 9000 };
  const first = openRaw(storePath).prepare("INSERT INTO sqlite_sequence VALUES (?, ?)");
  for (const [table, key] of Object.entries(keys)) first.run(table, key);
  return stack;
}

/** Calls as somebody makes them. */
function asCaller(base: string, headers: Headers) {
  return async (path: string, sent: Sent = {}): Promise<Answer> =>
    await call(base, path, { ...sent, headers: { ...headers, ...sent.headers } });
}

/** Gives somebody a profile, a conversation with a finished reply and a picture, and one with a reply that runs. */
async function furnish(hmi: string, headers: Headers, word: string): Promise<Ids> {
  const ask = asCaller(hmi, headers);
  const taken = async (path: string, body: object) => {
    const { status, json, body: text } = await ask(path, { body });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return json;
  };
  const { profile } = await taken(hmiRoutes.newProfile.path(), { name: `${word} profile` });
  const { model_id } = profile;
  const client_key = `key-of-${word}`;
  const sent = await taken(hmiRoutes.sendMessage.path(), {
    session_id: null,
    model_id,
    message: `Say: ${word}`,
    model: "gemma3:4b",
    images: [GIF],
    client_message_id: client_key,
  });
  const { session_id } = sent;
  await eventually(async () => {
    const { json } = await ask(hmiRoutes.messages.path({ session_id }));
    expect(json.messages.at(-1)).toMatchObject({
      status: "complete",
      content: expect.stringContaining(word),
    });
  });
  const { json } = await ask(hmiRoutes.messages.path({ session_id }));
  const running = await taken(hmiRoutes.sendMessage.path(), {
    session_id: null,
    message: `Count to 2000 ${word}`,
  });
  const { message_id, assistant_message_id } = sent;
  const { image_id } = json.messages[0].images[0];
  return {
    session_id,
    running_id: running.session_id,
    message_id,
    assistant_message_id,
    model_id,
    image_id,
    client_key,
  };
}

/** All that somebody has, but for what goes on being written. */
async function belongingsOf(hmi: string, headers: Headers, { session_id, running_id, model_id }: Ids) {
  const ask = asCaller(hmi, headers);
  const { json: sessions } = await ask(hmiRoutes.sessions.path());
  const { json: profile } = await ask(hmiRoutes.profile.path({ model_id }));
  const { json: said } = await ask(hmiRoutes.messages.path({ session_id }));
  const { json: running } = await ask(hmiRoutes.messages.path({ session_id: running_id }));
  return {
    sessions,
    profile,
    said,
    running: running.messages.map(({ status }: { status: string }) => status),
  };
}

/** An answer with the keys that it names taken out, to be compared with one that names others. */
function withoutKeys({ status, body }: Answer, ids: Ids): string {
  const text = Object.values(ids).reduce<string>((left, id) => left.replaceAll(String(id), "<key>"), body);
  return `${status} ${text}`;
}

const service = (stack: RunningStack, name: string): string =>
  name.startsWith("gateway.") ? stack.gateway : stack.hmi;

describe.each<[string, Headers]>([
  ["by a token", bearerHeader(PEOPLE.users.bob)],
  ["named by a proxy", { [HEADER]: "bob", "x-requested-with": "test" }],
])("Bob, known %s,", (_, bob) => {
  test("is answered for what is Alice's as for what is not there, and changes nothing of it", async () => {
    const stack = await startShared();
    const alice = bearerHeader(PEOPLE.users.alice);
    const ids = await furnish(stack.hmi, alice, "canary");
    const before = await belongingsOf(stack.hmi, alice, ids);
    for (const [name, { named = [] }] of Object.entries(CALLS)) {
      for (const [place, ask] of named.entries()) {
        const answers = await Promise.all(
          [ids, NOTHING].map(async (each) => {
            const { path, sent } = ask(each);
            return withoutKeys(await asCaller(service(stack, name), bob)(path, sent), each);
          }),
        );
        expect(answers[0], `${name} ${place}`).toMatch(/^404 /);
        expect(answers[0], `${name} ${place}`).toBe(answers[1]);
      }
    }
    expect(await belongingsOf(stack.hmi, alice, ids)).toEqual(before);
    expect(before.running).toEqual(["complete", "streaming"]);
  });

  test("finds nothing in his lists, and what he makes is his alone", async () => {
    const stack = await startShared();
    const alice = bearerHeader(PEOPLE.users.alice);
    const ids = await furnish(stack.hmi, alice, "canary");
    const lists = Object.entries(CALLS).flatMap(([name, { own = [] }]) =>
      own.map((ask) => [name, ask] as const),
    );
    for (const [name, ask] of lists) {
      const { status, json } = await asCaller(stack.hmi, bob)(ask(ids).path);
      const found = json.conversations ?? json.sessions ?? json.profiles ?? json.results;
      expect([name, status, found]).toEqual([name, 200, []]);
    }
    const his = await furnish(stack.hmi, bob, "sparrow");
    expect(his.session_id).not.toBe(ids.session_id);
    const [ofAlice, ofBob] = [
      await belongingsOf(stack.hmi, alice, ids),
      await belongingsOf(stack.hmi, bob, his),
    ];
    expect(JSON.stringify(ofAlice)).not.toContain("sparrow");
    expect(JSON.stringify(ofBob)).not.toContain("canary");
    expect([ofAlice, ofBob].map(({ sessions }) => sessions.total)).toEqual([2, 2]);
    // One active conversation each.
    for (const { sessions } of [ofAlice, ofBob]) {
      const active = sessions.sessions.filter((each: { active: boolean }) => each.active);
      expect(active).toHaveLength(2);
    }
  });

  test("sends the same key as Alice, and it is his own message", async () => {
    const stack = await startShared();
    const alice = bearerHeader(PEOPLE.users.alice);
    const ids = await furnish(stack.hmi, alice, "canary");
    const sent = await asCaller(stack.hmi, bob)(hmiRoutes.sendMessage.path(), {
      body: { session_id: null, message: "Say: sparrow", client_message_id: ids.client_key },
    });
    expect(sent.status).toBe(200);
    expect(sent.json.session_id).not.toBe(ids.session_id);
  });

  test("hears nothing of what Alice does", async () => {
    const stack = await startShared();
    const alice = bearerHeader(PEOPLE.users.alice);
    const heard: string[] = [];
    for (const headers of [alice, bob]) {
      const place = heard.push("") - 1;
      const stream = await open(stack.hmi, hmiRoutes.events.path(), { headers });
      onTestFinished(() => void stream.destroy());
      stream.setEncoding("utf8").on("data", (text: string) => {
        heard[place] += text;
      });
    }
    await eventually(() => expect(heard.every((text) => text.includes("reset"))).toBe(true));
    await furnish(stack.hmi, alice, "canary");
    await furnish(stack.hmi, bob, "sparrow");
    await eventually(() => expect(heard[1]).toContain("reply_ended"));
    expect(heard[0]).toContain("reply_ended");
    const sessionsIn = (text = ""): Set<string> => new Set(text.match(/"session_id":"\d+"/g));
    const ofBob = sessionsIn(heard[1]);
    expect([...sessionsIn(heard[0])].filter((each) => ofBob.has(each))).toEqual([]);
    expect([heard[0]?.includes("sparrow"), heard[1]?.includes("canary")]).toEqual([false, false]);
  });
});

test("whoever has the token of the house is a person at the HMI, and acts for all at the gateway", async () => {
  const stack = await startShared();
  const ids = await furnish(stack.hmi, bearerHeader(PEOPLE.users.alice), "canary");
  const house = bearerHeader(HOUSE);
  const read = hmiRoutes.messages.path({ session_id: ids.session_id });
  expect((await call(stack.hmi, read, { headers: house })).status).toBe(404);
  const cancel = gatewayRoutes.cancel.path({ session_id: ids.running_id });
  expect(await call(stack.gateway, cancel, { headers: house, method: "POST" })).toMatchObject({
    status: 200,
    json: { status: "cancelled" },
  });
});

test("a person may cancel and read at the gateway what is theirs", async () => {
  const stack = await startShared();
  const alice = bearerHeader(PEOPLE.users.alice);
  const { running_id: session_id } = await furnish(stack.hmi, alice, "canary");
  const cancelled = await call(stack.gateway, gatewayRoutes.cancel.path({ session_id }), {
    headers: { [HEADER]: "alice" },
    method: "POST",
  });
  expect(cancelled.json.status).toBe("cancelled");
  const stream = await call(stack.gateway, gatewayRoutes.resume.path({ session_id }), { headers: alice });
  expect([stream.status, stream.body.includes('"cancelled"')]).toEqual([200, true]);
});

describe("where a proxy names people,", () => {
  let stack: RunningStack;
  beforeAll(async () => {
    stack = await startInProcessStack({ auth: PEOPLE });
    return () => stack.close();
  });
  const general = hmiRoutes.generalStream.path(undefined, { message: "Say: x" });

  test.each<[string, Headers, number]>([
    ["an image of any page", {}, 403],
    ["an image, under a name of this machine", { host: "localhost" }, 403],
    ["an image with a made up token", { authorization: "Bearer nonsense" }, 403],
    ["a page of ours", { "sec-fetch-site": "same-origin" }, 200],
    ["a program that says so", { "x-requested-with": "curl" }, 200],
    ["a page of another site", { "sec-fetch-site": "cross-site", "x-requested-with": "x" }, 403],
  ])("a GET that changes something by %s is answered %i", async (_, headers, status) => {
    const own = headers["host"] === undefined ? {} : { host: `localhost:${new URL(stack.hmi).port}` };
    const answer = await call(stack.hmi, general, { headers: { [HEADER]: "bob", ...headers, ...own } });
    expect(answer.status).toBe(status);
  });

  test("a token is proof enough where the proxy names nobody", async () => {
    const answer = await call(stack.hmi, general, { headers: bearerHeader(PEOPLE.users.bob) });
    expect(answer.status).toBe(200);
  });

  test("a call without a name and without a token is 401, and so is one with two names", async () => {
    const path = hmiRoutes.sessions.path();
    const none = await call(stack.hmi, path);
    expect([none.status, none.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(none.json.error.message).toContain(HEADER);
  });
});

test("from addresses that are no proxy's the header says nothing", async () => {
  const stack = await startInProcessStack({ auth: { ...PEOPLE, trusted_proxies: ["192.0.2.0/24"] } });
  onTestFinished(() => stack.close());
  const named = { [HEADER]: "alice" };
  for (const [base, path] of [
    [stack.hmi, hmiRoutes.sessions.path()],
    [stack.gateway, gatewayRoutes.models.path()],
  ] as const) {
    expect((await call(base, path, { headers: named })).status).toBe(401);
    expect((await call(base, path, { headers: { ...named, ...bearerHeader(HOUSE) } })).status).toBe(200);
  }
});

test("a stack whose settings of people are wrong does not start", async () => {
  await expect(startInProcessStack({ auth: { users: { alice: "a" } } })).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("auth.users  needs auth.token"),
  });
});
