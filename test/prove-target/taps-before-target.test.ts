import { expect, test } from "vitest";
import { UserError } from "../../src/errors/user-error.ts";
import { inOwnAddresses } from "../../src/prove-target/taps-before-target.ts";

const OWN = {
  hmi: "http://127.0.0.1:7710",
  gateway: "http://127.0.0.1:6120",
  engine: "http://127.0.0.1:7700",
};
const TAPPED = { ...OWN, hmi: "http://127.0.0.1:46619" };

test("what is said of a tap that was silent names the stack, and no setting that a tap's address could be from", () => {
  const silent = new UserError("unreachable", `The HMI at ${TAPPED.hmi} does not answer: it timed out.`, {
    hint: "Its address is from hmi.host and hmi.port.",
  });
  const told = inOwnAddresses(silent, TAPPED, OWN);
  expect(told).toMatchObject({
    code: "unreachable",
    message: `The HMI at ${OWN.hmi}, behind the tap of this proof, does not answer: it timed out.`,
    hint: expect.not.stringContaining("hmi.host"),
  });
});

test("what is said of others stays as it is", () => {
  const other = new UserError("unreachable", `The engine at ${OWN.engine} does not answer.`);
  expect(inOwnAddresses(other, TAPPED, OWN)).toBe(other);
  const bug = new TypeError("x is not a function");
  expect(inOwnAddresses(bug, TAPPED, OWN)).toBe(bug);
});
