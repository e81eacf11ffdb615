import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { CROWDED_WIRE, type Overflow, startCrowdedChat } from "../support/crowded-chat.ts";

/** What a claim says of a back end with room for so many replies at once. */
async function judge(id: string, overflow: Overflow, room: number) {
  const hmi = await startCrowdedChat(overflow, room);
  const nobody = "http://127.0.0.1:9";
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: CROWDED_WIRE };
  const { results } = await verify({
    suite: id.split("/")[0] ?? "",
    grep: new RegExp(`^${id}$`),
    target: { hmi, gateway: nobody, engine: nobody, contract },
  });
  return results[0]?.outcome;
}

test.each<[Overflow, RegExp]>([
  ["refused", /^\d+; \d+ failed, as the back end itself told: 503: all slots are taken \(\d+\)$/],
  ["told", /^\d+; \d+ failed, as the back end itself told: no room for more \(\d+\)$/],
  ["cut", /^\d+; \d+ dropped, of which the one to user \d+, message \d ended with cut$/],
])("of replies that many users get, failures are told apart from drops: %s", async (overflow, found) => {
  expect(await judge("sla/no-drops", overflow, 4)).toMatchObject({
    verdict: "broken",
    expected: "20 replies written to their ends",
    found: expect.stringMatching(found),
  });
});

test("where one user alone is told to have failed, too, nothing is said of many", async () => {
  expect(await judge("sla/no-drops", "told", 0)).toEqual({
    verdict: "could-not-run",
    reason: "the reply failed, as the back end itself told: no room for more",
  });
});

test.each<[Overflow, string]>([
  ["told", "the reply failed, as the back end itself told: no room for more"],
  ["refused", "POST /say answered 503: all slots are taken"],
  ["odd", 'POST /say ended with done, without a text: data: {"answer":"All is well."} data: {"over":true}'],
])(
  "what hinders a claim about several conversations is told in the back end's words: %s",
  async (overflow, reason) => {
    expect(await judge("isolation/streams", overflow, 1)).toEqual({ verdict: "could-not-run", reason });
  },
);
