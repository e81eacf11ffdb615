import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { WebApp } from "./web-app.ts";

/** Which of the applications is the gateway and which the HMI, as far as one is. */
export interface ServiceRoles<App extends WebApp> {
  readonly gateway: Choice<App> | undefined;
  readonly hmi: Choice<App> | undefined;
}

/** An application that was chosen for a role. */
export interface Choice<App extends WebApp> {
  readonly app: App;
  /** The others that speak for it as much: then the choice is a guess. */
  readonly rivals: readonly App[];
}

/** What speaks for a role. A route and a known port say more than a name, and a name more than the framework. */
interface Evidence {
  readonly port: number;
  readonly route: RegExp;
  readonly name: RegExp;
  readonly isUsual: (framework: string) => boolean;
}

const EVIDENCE: Readonly<Record<"gateway" | "hmi", Evidence>> = {
  gateway: {
    port: DEFAULTS.gatewayPort,
    route: /^\/chat\/stream|^\/v1\/chat\/completions/,
    name: /gateway|llm/i,
    isUsual: (framework) => framework === "FastAPI",
  },
  hmi: {
    port: DEFAULTS.hmiPort,
    route: /^\/api\/.*(?:chat|stream|messages)|^\/llm$/,
    name: /hmi|web|ui|chat/i,
    isUsual: (framework) => framework !== "FastAPI",
  },
};

/** Gives each role to the application that most speaks for; none gets both, and one without any evidence gets none. */
export function rolesOf<App extends WebApp>(apps: readonly App[]): ServiceRoles<App> {
  const gateway = choose(apps, "gateway", "hmi");
  const hmi = choose(
    apps.filter((app) => app !== gateway?.app),
    "hmi",
    "gateway",
  );
  return { gateway, hmi };
}

function choose<App extends WebApp>(
  apps: readonly App[],
  role: keyof typeof EVIDENCE,
  other: keyof typeof EVIDENCE,
): Choice<App> | undefined {
  const speaking = apps
    .map((app) => ({ app, weight: weightOf(app, EVIDENCE[role]) }))
    // An application that looks more like the other service is that one.
    .filter(({ app, weight }) => weight > 0 && weight >= weightOf(app, EVIDENCE[other]));
  const most = Math.max(...speaking.map(({ weight }) => weight));
  const [first, ...rivals] = speaking.filter(({ weight }) => weight === most).map(({ app }) => app);
  return first && { app: first, rivals };
}

function weightOf(app: WebApp, { port, route, name, isUsual }: Evidence): number {
  return (
    (app.chat.some(({ value }) => route.test(value)) ? 8 : 0) +
    (app.port?.value === port ? 6 : 0) +
    (name.test(app.file) ? 3 : 0) +
    (isUsual(app.framework) ? 1 : 0)
  );
}
