/** How an application of a framework is made, and run. */
export interface NodeFramework {
  /** Its package; undefined for what comes with the runtime. */
  readonly dependency?: string;
  /** What the sources must have beside it, where other things are made by the same words. */
  readonly beside?: RegExp;
  /** The first group is the application's variable, where it has one. */
  readonly creates: RegExp;
  /** Where it listens that says nothing. */
  readonly port: number;
  /** What its file is run by; left out: `node`. */
  readonly runner?: string;
}

const assigned = (creation: string): RegExp =>
  new RegExp(`\\b(?:const|let|var)\\s+(\\w+)[^=\\n]*=\\s*(?:await\\s+)?${creation}`);
const maybeAssigned = (creation: string): RegExp =>
  new RegExp(`(?:\\b(?:const|let|var)\\s+(\\w+)[^=\\n]*=\\s*)?\\b${creation}`);

/** Next.js is none of them: it is known by its package alone. */
export const NODE_FRAMEWORKS = {
  Express: { dependency: "express", creates: assigned("express\\s*\\(\\s*\\)"), port: 3000 },
  Fastify: { dependency: "fastify", creates: assigned("[fF]astify\\s*\\("), port: 3000 },
  Hono: { dependency: "hono", creates: assigned("new\\s+Hono\\b"), port: 3000 },
  Koa: { dependency: "koa", creates: assigned("new\\s+Koa\\b"), port: 3000 },
  NestJS: {
    dependency: "@nestjs/core",
    creates: assigned("NestFactory\\s*\\.\\s*create\\b"),
    port: 3000,
  },
  Elysia: { dependency: "elysia", creates: assigned("new\\s+Elysia\\b"), port: 3000, runner: "bun" },
} as const satisfies Readonly<Record<string, NodeFramework>>;

/** Servers without a framework, for files in which there is none. */
export const BARE_SERVERS = {
  "node:http": {
    creates: maybeAssigned("(?:https?\\s*\\.\\s*)?createServer\\s*\\("),
    beside: /["'](?:node:)?https?["']/,
    port: 3000,
  },
  Bun: { creates: maybeAssigned("Bun\\s*\\.\\s*serve\\s*[(<]"), port: 3000, runner: "bun" },
  Deno: { creates: maybeAssigned("Deno\\s*\\.\\s*serve\\s*\\("), port: 8000, runner: "deno run --allow-all" },
  ws: {
    dependency: "ws",
    creates: maybeAssigned("new\\s+(?:WebSocketServer|(?:WebSocket|ws)\\s*\\.\\s*Server)\\s*\\("),
    port: 8080,
  },
} as const satisfies Readonly<Record<string, NodeFramework>>;
