import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { isProofLeaf, type LearnedProof } from "./learn-proof.ts";
import type { LoggedExchange } from "./network-log.ts";

const PASSWORD = /passw|passphrase|passcode|^pwd?$|^pin$|^secret$/i;
const USER =
  /^(?:user|login|account|handle|identifier|nick|e?-?mail|phone|name)(?:_?(?:name|id|address|number))?$/i;

/** Whether what stands there is somebody's password. */
export function isPassword({ place, value }: JsonLeaf): boolean {
  return typeof value === "string" && PASSWORD.test(lastName(place));
}

/** Where a body names whoever wants to be let in; undefined where it names nobody. */
export function userIn({ requestBody }: LoggedExchange): JsonLeaf | undefined {
  return leavesOf(requestBody).find(
    (leaf) => typeof leaf.value === "string" && !isPassword(leaf) && USER.test(lastName(leaf.place)),
  );
}

/** Whether somebody in person is let in by a call. */
export function hasPerson(exchange: LoggedExchange): boolean {
  return leavesOf(exchange.requestBody).some(isPassword) || userIn(exchange) !== undefined;
}

/** The secrets in a body that nobody told: a contract has no word for them. */
export function omittedIn(exchange: LoggedExchange, proofs: readonly LearnedProof[]): JsonLeaf[] {
  const user = userIn(exchange);
  const shown = proofs.flatMap(({ shownAt }) => ("body" in shownAt ? [shownAt.body] : []));
  return leavesOf(exchange.requestBody).filter(
    (leaf) =>
      isProofLeaf(leaf) && !isPassword(leaf) && leaf.place !== user?.place && !shown.includes(leaf.place),
  );
}
