/**
 * Variables of ours that hold secrets: tokens, a key, and addresses in which passwords may stand. They are never in a file,
 * and nobody inherits them: whom we start is given, by its own `env`, what it needs.
 */
export const SECRET_VARIABLES: readonly string[] = [
  "STACK_ENGINE_API_KEY",
  "STACK_AUTH_TOKEN",
  "STACK_AUTH_USERS",
  "STACK_MONITOR_WEBHOOK_URL",
  "STACK_CONTRACT_STORE",
  "STACK_STORE_URL",
  // Of `stack verify` and `stack prove`, and no setting.
  "STACK_VERIFY_POSTGRESQL",
];

/** An environment without them, and without those that name a file with one: `STACK_AUTH_TOKEN_FILE`. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSecret = (name: string): boolean => SECRET_VARIABLES.includes(name.replace(/_FILE$/, ""));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSecret(name)));
}
