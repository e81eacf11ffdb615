import { type EngineModel, ModelList } from "../../contract/common-schemas.ts";
import { EngineTags, OpenAiModelList } from "../../contract/engine-schemas.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { MissingEndpoint, NotObservable } from "../../harness/target-errors.ts";
import type { HttpClient } from "../../targets/http-client.ts";
import { type Context, expectAnswer } from "../contract-conversations.ts";

/** The models as each of the three services lists them. */
export interface Catalogue {
  readonly hmi: ModelList;
  readonly gateway: ModelList;
  /** The engine's own names. */
  readonly installed: readonly string[];
}

/** Reads the three lists. Throws {@link CouldNotRun} where one cannot be had, or the engine has no model at all. */
export async function catalogue(context: Context): Promise<Catalogue> {
  return await context.share("catalogue", async () => {
    const { hmi, gateway } = context.target;
    return {
      hmi: await ask(context, hmi, hmiRoutes.models.path(), ModelList),
      gateway: await ask(context, gateway, gatewayRoutes.models.path(), ModelList),
      installed: await installedModels(context),
    };
  });
}

/** The engine's own names. Throws {@link CouldNotRun} where it has none. */
export async function installedModels(context: Context): Promise<readonly string[]> {
  return await context.share("installed models", async () => {
    const names = await askEngine(context);
    if (names.length === 0) throw new CouldNotRun("the engine has no model");
    return names;
  });
}

/** By Ollama's list, or by OpenAI's. The engine may be out of reach from here although the gateway has one. */
async function askEngine({ target: { engine }, signal }: Context): Promise<readonly string[]> {
  try {
    const tags = await engine.call("GET", engineRoutes.tags.path(), { signal });
    const listed = EngineTags.safeParse(tags.body).data;
    if (listed !== undefined) return listed.models.map(({ name }) => name);
    const list = await engine.call("GET", engineRoutes.openAiModels.path(), { signal });
    const named = OpenAiModelList.safeParse(list.body).data;
    if (named !== undefined) return named.data.map(({ id }) => id);
    throw new CouldNotRun(
      `the engine lists no models: ${tags.status} to /api/tags, ${list.status} to /v1/models`,
    );
  } catch (error) {
    if (error instanceof CouldNotRun || error instanceof NotObservable || signal.aborted) throw error;
    throw new CouldNotRun(`the engine at ${engine.url} cannot be asked from here: ${messageOf(error)}`);
  }
}

/** The default of the HMI's list; null where it has none, or is known to have no list. */
export async function listedDefault(context: Context): Promise<string | null> {
  const { hmi } = context.target;
  return await context.share("listed default", async () => {
    try {
      return (await ask(context, hmi, hmiRoutes.models.path(), ModelList)).default;
    } catch (error) {
      if (error instanceof MissingEndpoint) return null;
      throw error;
    }
  });
}

async function ask<Answer>(
  { signal }: Context,
  client: HttpClient,
  path: string,
  schema: { parse(body: unknown): Answer },
): Promise<Answer> {
  return expectAnswer(await client.call("GET", path, { signal }), schema);
}

/** How many models are tried, because a real engine loads each of them. */
const TRIED = 3;

/** The engine's names of the models that checks ask: the default first, which is loaded already, if any is. */
export async function triedModels(context: Context): Promise<readonly string[]> {
  const installed = await installedModels(context);
  const standard = await listedDefault(context);
  const others = installed.filter((name) => name !== standard);
  return [...installed.filter((name) => name === standard), ...others].slice(0, TRIED);
}

/**
 * The same on a wire that is none of the contract's: those that the back end lists by the engine's names, where it lists
 * any. Throws {@link NotObservable} where it has names of its own for all of them, and fewer than are needed.
 */
export async function triedByWire(context: Context, least = 1): Promise<readonly string[]> {
  const { chat, capabilities } = context.target;
  const installed = await installedModels(context);
  const listed = capabilities.has("list models") ? await chat.models(context.signal) : installed;
  const common = installed.filter((name) => listed.includes(name));
  if (common.length >= least) return common.slice(0, TRIED);
  throw new NotObservable(
    `of the engine's models, ${installed.join(", ")}, the back end lists ${common.length === 0 ? "none" : `only ${common.join(", ")}`} by the engine's name`,
  );
}

/** The engine's names among the ids of a list, and what else is there. */
export function compareIds(models: readonly EngineModel[], installed: readonly string[]) {
  const ids = models.map(({ model_id }) => model_id);
  return {
    missing: installed.filter((name) => !ids.includes(name)),
    unknown: ids.filter((id) => !installed.includes(id)),
  };
}
