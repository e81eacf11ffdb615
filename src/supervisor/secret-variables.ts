/**
 * Variables of ours that hold secrets: a token, and addresses in which passwords may stand. They are never in a file,
 * and nobody inherits them: whom we start is given, by its own `env`, what it needs.
 */
export const SECRET_VARIABLES: readonly string[] = [
  "STACK_AUTH_TOKEN",
  "STACK_MONITOR_WEBHOOK_URL",
  "STACK_CONTRACT_STORE",
];

/** An environment without them. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_VARIABLES.includes(name)));
}
