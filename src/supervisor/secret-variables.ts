/** Variables of ours that hold secrets: they are in environments, and never in a file. */
const SECRET_VARIABLES: readonly string[] = ["STACK_AUTH_TOKEN", "STACK_MONITOR_WEBHOOK_URL"];

/** Those of them that an environment has. */
export function secretsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(SECRET_VARIABLES.flatMap((name) => (name in env ? [[name, env[name]]] : [])));
}

/** An environment without them. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_VARIABLES.includes(name)));
}
