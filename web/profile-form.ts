import type { Profile, ProfileDraft, ProfileSettings } from "../src/contract/profile-schemas.ts";
import { joinSettings, type ParameterTexts, splitSettings } from "./profile-parameters.ts";

/** What stands in the form of a profile: text, whether it is right or not. */
export interface ProfileFields {
  readonly name: string;
  readonly description: string;
  /** Empty for the engine's default. */
  readonly defaultModel: string;
  readonly instructions: string;
  /** Settings that have a field of their own. */
  readonly parameters: ParameterTexts;
  /** All others, as JSON. */
  readonly settings: string;
}

/** What is wrong with the form, by field. */
export interface FieldErrors extends Partial<Record<Exclude<keyof ProfileFields, "parameters">, string>> {
  /** By the name of the parameter. */
  readonly parameters?: ParameterTexts;
}

export type ParsedProfile =
  | { readonly draft: ProfileDraft; readonly errors: null }
  | { readonly draft: null; readonly errors: FieldErrors };

/** The form of a profile; empty for a new one. */
export function profileFieldsOf(profile: Profile | null): ProfileFields {
  const { texts, others } = splitSettings(profile?.settings ?? {});
  return {
    name: profile?.name ?? "",
    description: profile?.description ?? "",
    defaultModel: profile?.default_model ?? "",
    instructions: profile?.instructions ?? "",
    parameters: texts,
    settings: settingsText(others),
  };
}

/** The profile that the form describes, or everything that is wrong with it. */
export function parseProfile(fields: ProfileFields): ParsedProfile {
  const others = parseSettings(fields.settings);
  const joined = joinSettings(typeof others === "string" ? {} : others, fields.parameters);
  const errors: FieldErrors = {
    ...(fields.name.trim() === "" && { name: "A profile needs a name." }),
    ...(typeof others === "string" && { settings: others }),
    ...(Object.keys(joined.errors).length > 0 && { parameters: joined.errors }),
  };
  if (Object.keys(errors).length > 0) return { draft: null, errors };
  const { name, description, instructions, defaultModel } = fields;
  const default_model = defaultModel === "" ? null : defaultModel;
  const draft = { name: name.trim(), description, default_model, instructions, settings: joined.settings };
  return { draft, errors: null };
}

function settingsText(settings: ProfileSettings): string {
  return Object.keys(settings).length === 0 ? "" : JSON.stringify(settings, null, 2);
}

/** The settings, or what is wrong with them. */
function parseSettings(text: string): ProfileSettings | string {
  if (text.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : error}`;
  }
  if (!isObject(json)) return 'Settings are a JSON object, such as {"options": {"temperature": 0.2}}.';
  if (json["options"] !== undefined && !isObject(json["options"])) {
    return '"options" must be a JSON object, such as {"temperature": 0.2}.';
  }
  return json as ProfileSettings;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
