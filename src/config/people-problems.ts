import type { ConfigProblem } from "./config-layer.ts";
import type { Settings } from "./config-schema.ts";

/** What is wrong with the settings of people together, where each alone is right; they are those of a stack that this driver is for. */
export function peopleProblems(
  { auth, contract }: Pick<Settings, "auth" | "contract">,
  driver: string = contract.driver,
): ConfigProblem[] {
  const { token, users, user_header, trusted_proxies } = auth;
  const problems: ConfigProblem[] = [];
  const tell = (path: readonly string[], message: string): void => {
    problems.push({ path: ["auth", ...path], part: "value", message });
  };
  const needsToken = "needs auth.token too: without one nobody is asked who they are";
  const isOurs = driver === "ours";
  if (token === "" && Object.keys(users).length > 0 && isOurs) tell(["users"], needsToken);
  if (token === "" && user_header !== "") tell(["user_header"], needsToken);
  if (user_header !== "" && trusted_proxies.length === 0) {
    tell(["user_header"], "needs auth.trusted_proxies: the header is believed from these addresses alone");
  }
  if (user_header === "" && trusted_proxies.length > 0) {
    tell(["trusted_proxies"], "needs auth.user_header: it says by which header these proxies name people");
  }
  // Two people may have chosen one password.
  if (token === "" && contract.wire.login !== undefined) return problems;
  const owners = new Map([[token, "auth.token"]]);
  for (const [name, shown] of Object.entries(users)) {
    const owner = owners.get(shown);
    if (owner !== undefined) tell(["users", name], `must be another than ${owner}`);
    owners.set(shown, `the token of ${name}`);
  }
  return problems;
}
