import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ModelIdText } from "../../contract/hmi-schemas.ts";
import { assetRoute, pageRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { ConversationStore, UserStore } from "../conversations/conversation-store.ts";
import { hasCaller, userOf } from "../http/user-of-request.ts";

export interface PageOptions {
  /** The folder of the built browser code: `index.html`, and scripts and styles whose names change with their content. */
  readonly webFolder: string;
  /** Where what an address names is looked up. */
  readonly store: Pick<ConversationStore, "as">;
  /** True where a token guards the calls: the pages need none, so they must not tell what exists. */
  readonly isGuarded: boolean;
}

/** In the page of whoever the HMI does not know; see `isTokenWanted` of the page. */
const TOKEN_WANTED = '<meta name="access" content="token">';

/** The chat page at all its addresses, and its files. Where nothing is at an address, the page says so, with 404. */
export function servePages(app: FastifyInstance, { webFolder, store, isGuarded }: PageOptions): void {
  const page = readFileSync(join(webFolder, "index.html"), "utf8");
  const assets = loadAssets(webFolder);
  const locked = page.replace("</head>", `${TOKEN_WANTED}\n</head>`);
  // Whoever comes without a token and is not named by a proxy will need one: the page asks before any call is refused.
  const pageFor = (request: FastifyRequest): string => (hasCaller(request) ? page : locked);

  app.get(pageRoutes.home.pattern, (_, reply) => reply.redirect(pageRoutes.llm.path()));
  for (const { pattern } of [pageRoutes.llm, pageRoutes.newConversation]) {
    app.get(pattern, (request, reply) => sendPage(reply, pageFor(request)));
  }
  for (const { pattern } of [
    pageRoutes.conversation,
    pageRoutes.newProfileConversation,
    pageRoutes.profileConversation,
  ]) {
    app.get<{ Params: PageParams }>(pattern, async (request, reply) => {
      const isThere = isGuarded || (await isKnown(store.as(userOf(request)), request.params));
      return sendPage(reply.code(isThere ? 200 : 404), pageFor(request));
    });
  }
  app.get<{ Params: { name: string } }>(assetRoute.pattern, (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) throw new WireError("not_found", `There is no file ${request.params.name}.`);
    const encoding = chooseEncoding(asset, request.headers["accept-encoding"]);
    if (encoding !== undefined) reply.header("content-encoding", encoding);
    return (
      reply
        .header("vary", "accept-encoding")
        .header("cache-control", "public, max-age=31536000, immutable")
        .header("x-content-type-options", "nosniff")
        // For a worker, which does not have the page's policy.
        .header("content-security-policy", "default-src 'none'")
        .type(asset.type)
        .send((encoding && asset.encoded[encoding]) ?? asset.body)
    );
  });
}

/** What the address of a page names. */
interface PageParams {
  readonly model_id?: string;
  readonly session_id?: string;
}

/** True where there is such a conversation, of this profile; or such a profile, where no conversation is named. */
async function isKnown(store: UserStore, { model_id, session_id }: PageParams): Promise<boolean> {
  const modelId = ModelIdText.optional().safeParse(model_id);
  if (!modelId.success) return false;
  try {
    if (modelId.data !== undefined) await store.profiles.get(modelId.data);
    if (session_id === undefined) return true;
    const session = await store.conversations.get(session_id);
    return modelId.data === undefined || modelId.data === session.model_id;
  } catch (error) {
    if (error instanceof WireError && error.status === 404) return false;
    throw error;
  }
}

/** No script and no style but our own files, nothing from elsewhere, no frame around us. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("content-security-policy", CONTENT_SECURITY_POLICY)
    .header("referrer-policy", "no-referrer")
    .header("x-content-type-options", "nosniff")
    .type("text/html; charset=utf-8")
    .send(html);
}

/** A script or style of the page. */
interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** The same as the build has compressed it. */
  readonly encoded: Readonly<Partial<Record<Encoding, Buffer>>>;
}

const ENDINGS = { br: ".br", gzip: ".gz" } as const;
type Encoding = keyof typeof ENDINGS;

/** The better one that a browser takes; undefined where it takes none, or refuses it with `q=0`. */
function chooseEncoding({ encoded }: Asset, header: string | string[] | undefined): Encoding | undefined {
  const accepted = String(header ?? "")
    .toLowerCase()
    .split(",")
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
    .map((part) => part.split(";", 1)[0]?.trim());
  return (["br", "gzip"] as const).find(
    (encoding) => accepted.includes(encoding) && encoded[encoding] !== undefined,
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** All at once, so that a build meanwhile takes nothing away from the page that is served. */
function loadAssets(folder: string): Map<string, Asset> {
  const names = new Set(readdirSync(folder));
  return new Map(
    [...names].flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const encoded = Object.entries(ENDINGS).flatMap(([encoding, ending]) =>
        names.has(name + ending) ? [[encoding, readFileSync(join(folder, name + ending))]] : [],
      );
      return [[name, { type, body: readFileSync(join(folder, name)), encoded: Object.fromEntries(encoded) }]];
    }),
  );
}
