import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";
import { pageRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

/** A script or style of the page, under a name that changes with its content. */
interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** No script and no style but our own files, nothing from elsewhere, no frame around us. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The chat page and its files, from the folder of the built browser code. */
export function servePages(app: FastifyInstance, webFolder: string): void {
  const assets = loadAssets(webFolder);
  const page = renderPage([...assets.keys()]);

  app.get(pageRoutes.home.pattern, (_, reply) => reply.redirect(pageRoutes.llm.path()));
  app.get(pageRoutes.llm.pattern, (_, reply) => sendPage(reply, page));
  app.get<{ Params: { name: string } }>("/assets/:name", (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) throw new WireError("not_found", `There is no file ${request.params.name}.`);
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .header("x-content-type-options", "nosniff")
      .type(asset.type)
      .send(asset.body);
  });
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("content-security-policy", CONTENT_SECURITY_POLICY)
    .header("referrer-policy", "no-referrer")
    .header("x-content-type-options", "nosniff")
    .type("text/html; charset=utf-8")
    .send(html);
}

/** The built files of `web/`, each under `<name>-<hash>.<ending>`. */
function loadAssets(folder: string): Map<string, Asset> {
  return new Map(
    readdirSync(folder)
      .filter((name) => extname(name) in TYPES)
      .map((name) => {
        const ending = extname(name);
        const body = readFileSync(join(folder, name));
        const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
        return [`${name.slice(0, -ending.length)}-${hash}${ending}`, { type: TYPES[ending] ?? "", body }];
      }),
  );
}

function renderPage(names: readonly string[]): string {
  const tags = names.map((name) => {
    if (name.endsWith(".css")) return `<link rel="stylesheet" href="/assets/${name}">`;
    if (name.endsWith(".svg")) return `<link rel="icon" href="/assets/${name}">`;
    return `<script type="module" src="/assets/${name}"></script>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Chat</title>
${tags.sort().join("\n")}
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}
