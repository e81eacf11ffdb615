import { expect, onTestFinished } from "vitest";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { wrapChat } from "../../src/faults/tools/wrap-engine.ts";
import type { InProcessStackOptions } from "../../src/services/in-process-stack.ts";
import { Crowd, speakersIn } from "./crowd.ts";
import { ACTIONS } from "./crowd-actions.ts";
import { throwDice } from "./fuzz/dice.ts";
import { open } from "./http.ts";

const PEOPLE = 10;
const AT_ONCE = 12;

/** This many operations try each action with what is another's. */
const ALL_TRIED = 3_000;

/** `SEED=17 npx vitest run test/services/crowd.test.ts` makes the choices of that seed. */
const SEED = Number(process.env["SEED"] ?? 1);

/** Where a crowd goes, and what is wrong with the database after that. */
export interface CrowdPlace {
  readonly hmi: string;
  readonly gateway: string;
  problems(): Promise<readonly string[]>;
}

/** Lets ten people do this many things at once, and expects that nobody is told a word of another. */
export async function expectPeopleApart(
  operations: number,
  start: (options: InProcessStackOptions) => Promise<CrowdPlace>,
): Promise<void> {
  const mixed: string[] = [];
  const users = Crowd.peopleOf(PEOPLE);
  const place = await start({
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
  const crowd = new Crowd(place, PEOPLE);
  onTestFinished(() => crowd.close());
  const heard = await Promise.all(crowd.users.map((user) => listen(place.hmi, users[user] ?? "")));

  const wrong: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < operations && wrong.length === 0) {
      const number = next;
      next += 1;
      const verdict = await crowd.act(throwDice(SEED, number), number);
      if (verdict !== undefined) wrong.push(`SEED=${SEED}, operation ${number}: ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  expect(wrong).toEqual([]);
  expect(mixed, "prompts with the words of two").toEqual([]);
  for (const [index, user] of crowd.users.entries()) {
    expect([...speakersIn(await crowd.listOf(user))], `what ${user} has`).toEqual([user]);
    expect([...speakersIn(heard[index]?.() ?? "")], `what ${user} heard`).toEqual([user]);
  }
  expect(await place.problems()).toEqual([]);
  if (operations >= ALL_TRIED) expectAllTried(crowd);
}

/** Each action that names something has been tried with what is another's. */
function expectAllTried({ answers }: Crowd): void {
  const tried = Object.entries(ACTIONS).filter(([name]) => answers.has(`${name}, of another: 404`));
  const needing = Object.entries(ACTIONS).filter(([, { needs }]) => needs.length > 0);
  expect(tried.map(([name]) => name)).toEqual(needing.map(([name]) => name));
}

/** Listens to what happens in somebody's conversations; returns what was heard so far. */
async function listen(hmi: string, token: string): Promise<() => string> {
  const stream = await open(hmi, hmiRoutes.events.path(), { headers: bearerHeader(token) });
  onTestFinished(() => void stream.destroy());
  const heard: string[] = [];
  stream.setEncoding("utf8").on("data", (text: string) => heard.push(text));
  return () => heard.join("");
}
