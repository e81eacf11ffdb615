import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** What of undici is called by `src/`: its own entry loads all of it, with a fetch, caches and mocks. Who opens a WebSocket loads that. */
const UNDICI = `
import api from "undici/lib/api/index.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
Object.assign(Dispatcher.prototype, api);
export { default as Agent } from "undici/lib/dispatcher/agent.js";
export { default as Pool } from "undici/lib/dispatcher/pool.js";
export { default as buildConnector } from "undici/lib/core/connect.js";
export function WebSocket(...args) {
  return new (require("undici/lib/web/websocket/websocket.js").WebSocket)(...args);
}
`;

/** What packages load at once for what is never asked of them here: Node's HTTP/2 and TLS alone take 25 ms. */
const SELDOM_USED = [
  { importer: /\/fastify\/lib\/server\.js$/, module: /^node:(https|http2)$/ },
  { importer: /\/undici\/lib\/dispatcher\/client\.js$/, module: /^\.\/client-h2\.js$/ },
];

/** Takes out what costs the start of every command and service more than it gives. */
export function quickStart(): Plugin {
  return {
    name: "quick-start",
    setup({ onResolve, onLoad }) {
      // An import evaluates all exports of a built-in module: 20 ms for node:http, one of whose exports loads Node's
      // fetch, and a third of a millisecond for most others.
      const builtinImport = /^import \{([^}]+)\} from ("node:[^"]+");$/gm;
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replaceAll(builtinImport, importByCall),
        loader: "ts",
      }));
      for (const { importer: seldom, module } of SELDOM_USED)
        onResolve({ filter: module }, ({ path, importer, resolveDir }) => {
          if (!seldom.test(importer)) return undefined;
          return { path, namespace: "loaded-when-used", pluginData: resolveDir };
        });
      onLoad({ filter: /^/, namespace: "loaded-when-used" }, ({ path, pluginData }) => ({
        contents: loadedWhenUsed(path),
        resolveDir: pluginData,
      }));
      onResolve({ filter: /^undici$/ }, ({ path, resolveDir }) => ({
        path,
        namespace: "parts-of-undici",
        pluginData: resolveDir,
      }));
      onLoad({ filter: /^/, namespace: "parts-of-undici" }, ({ pluginData }) => ({
        contents: UNDICI,
        resolveDir: pluginData,
      }));
      // What oclif has for plugins, for sources, for a missing manifest, for WSL (which is Linux to us), and for a look at Node's
      // version, which bin/stack.js has had: 4 ms.
      onResolve({ filter: /^(minimatch|semver|tinyglobby|typescript|wsl-utils)$/ }, ({ path, importer }) =>
        importer.includes("@oclif") ? { path, namespace: "nothing" } : undefined,
      );
      // pg's other client is a binding to a C library, which we never ask for.
      onResolve({ filter: /^\.\/native$/ }, ({ path, importer }) =>
        importer.includes("/pg/lib/") ? { path, namespace: "nothing" } : undefined,
      );
      onLoad({ filter: /^/, namespace: "nothing" }, () => ({ contents: "" }));
    },
  };
}

/** `import { a, b as c, type D } from "node:e";` as a call that gives the same names their values. */
function importByCall(_: string, names: string, builtin: string): string {
  const values = names.split(",").filter((name) => !/^\s*(?:type\s|$)/.test(name));
  return `const {${values.join().replaceAll(" as ", ": ")}} = process.getBuiltinModule(${builtin});`;
}

/** A module in the place of this one, which is loaded when something is asked of it, or when it is called. */
function loadedWhenUsed(path: string): string {
  return `
const load = () => require(${JSON.stringify(path)});
module.exports = new Proxy(load, {
  get: (_, name) => load()[name],
  apply: (_, self, args) => Reflect.apply(load(), self, args),
});`;
}
