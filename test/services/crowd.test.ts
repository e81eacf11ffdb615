import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bearerHeader } from "../../src/contract/auth.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { wrapChat } from "../../src/faults/wrap-engine.ts";
import { checkDatabase } from "../../src/services/conversations/sqlite/check-database.ts";
import { startStack } from "../../src/services/start.ts";
import { Crowd, speakersIn } from "../support/crowd.ts";
import { ACTIONS } from "../support/crowd-actions.ts";
import { throwDice } from "../support/fuzz/dice.ts";
import { open } from "../support/http.ts";
import { rounds } from "../support/rounds.ts";
import { tempFolder } from "../support/temp.ts";

const PEOPLE = 10;
const OPERATIONS = rounds(3_000, 100_000);
const AT_ONCE = 12;

/** `SEED=17 npx vitest run test/services/crowd.test.ts` makes the choices of that seed. */
const SEED = Number(process.env["SEED"] ?? 1);

test(`no word of a person reaches another in ${OPERATIONS} operations of ${PEOPLE} people`, {
  timeout: 3_600_000,
}, async () => {
  const mixed: string[] = [];
  const storePath = join(tempFolder(), "chat.db");
  const users = Crowd.peopleOf(PEOPLE);
  const stack = await startStack({
    storePath,
    auth: { token: "token-of-the-house", users },
    overrides: {
      engine: (client) =>
        wrapChat(client, (request, signal) => {
          const asked = JSON.stringify(request);
          if (speakersIn(asked).size > 1) mixed.push(asked);
          return client.chat(request, signal);
        }),
    },
  });
  onTestFinished(() => stack.close());
  const crowd = new Crowd(stack, PEOPLE);
  onTestFinished(() => crowd.close());
  const heard = await Promise.all(crowd.users.map((user) => listen(stack.hmi, users[user] ?? "")));

  const wrong: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < OPERATIONS && wrong.length === 0) {
      const number = next;
      next += 1;
      const verdict = await crowd.act(throwDice(SEED, number), number);
      if (verdict !== undefined) wrong.push(`SEED=${SEED}, operation ${number}: ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  expect(wrong).toEqual([]);
  expect(mixed, "prompts with the words of two").toEqual([]);
  for (const [place, user] of crowd.users.entries()) {
    expect([...speakersIn(await crowd.listOf(user))], `what ${user} has`).toEqual([user]);
    expect([...speakersIn(heard[place]?.() ?? "")], `what ${user} heard`).toEqual([user]);
  }
  expect(checkDatabase(storePath).problems).toEqual([]);
  // Each action that names something has been tried with what is another's.
  const tried = Object.entries(ACTIONS).filter(([name]) => crowd.answers.has(`${name}, of another: 404`));
  const needing = Object.entries(ACTIONS).filter(([, { needs }]) => needs.length > 0);
  expect(tried.map(([name]) => name)).toEqual(needing.map(([name]) => name));
});

/** Listens to what happens in somebody's conversations; returns what was heard so far. */
async function listen(hmi: string, token: string): Promise<() => string> {
  const stream = await open(hmi, hmiRoutes.events.path(), { headers: bearerHeader(token) });
  onTestFinished(() => void stream.destroy());
  const heard: string[] = [];
  stream.setEncoding("utf8").on("data", (text: string) => heard.push(text));
  return () => heard.join("");
}
