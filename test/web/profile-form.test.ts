import { expect, test } from "vitest";
import { ProfileDraft } from "../../src/contract/profile-schemas.ts";
import { parseProfile, profileFieldsOf } from "../../web/profile-form.ts";
import { profile } from "./rows.ts";

const FIELDS = { ...profileFieldsOf(null), name: "Payments" };

test("the form of a profile leads back to it", () => {
  const fields = { name: "Payments", description: "d", instructions: "i", default_model: "phi3:mini" };
  const draft = { ...fields, settings: { options: { temperature: 0.2 } } };
  expect(parseProfile(profileFieldsOf(profile(draft))).draft).toEqual(draft);
});

test("a name is enough, and what comes of it is a profile of the contract", () => {
  const { draft } = parseProfile(FIELDS);
  expect(ProfileDraft.parse(draft)).toEqual(draft);
  expect(draft).toMatchObject({ name: "Payments", default_model: null, settings: {} });
});

test("a profile needs a name", () => {
  expect(parseProfile({ ...FIELDS, name: "  " }).errors).toEqual({ name: "A profile needs a name." });
});

test.each([
  ['{"options": {', /not JSON: .*position 13/],
  ["[]", /a JSON object/],
  ["1", /a JSON object/],
  ["null", /a JSON object/],
  ['{"options": []}', /"options" must be a JSON object/],
])("the settings %s are refused in words", (settings, words) => {
  const { draft, errors } = parseProfile({ ...FIELDS, settings });
  expect(draft).toBeNull();
  expect(errors?.settings).toMatch(words);
});

test("all that is wrong is said at once", () => {
  const { errors } = parseProfile({ ...FIELDS, name: "", settings: "{" });
  expect(Object.keys(errors ?? {})).toEqual(["name", "settings"]);
});

test("what has a field of its own is there, and the rest in the JSON", () => {
  const settings = {
    options: { temperature: 0.2, top_k: 20, num_ctx: "many" },
    think: "low",
    keep_alive: -1,
  } as const;
  const fields = profileFieldsOf(profile({ settings }));
  expect(fields.parameters).toEqual({ temperature: "0.2", think: "low", keep_alive: "-1" });
  expect(JSON.parse(fields.settings)).toEqual({ options: { top_k: 20, num_ctx: "many" } });
  expect(parseProfile(fields).draft?.settings).toEqual(settings);
});

test.each([
  ["temperature", "hot", /a number from 0 to 10/],
  ["top_p", "1.5", /from 0 to 1/],
  ["num_ctx", "8192.5", /a whole number/],
  ["keep_alive", "long", /a duration such as 5m/],
])("%s of %s is refused in words", (name, text, words) => {
  const { draft, errors } = parseProfile({ ...FIELDS, parameters: { [name]: text } });
  expect(draft).toBeNull();
  expect(errors?.parameters?.[name]).toMatch(words);
});

test("a field that is emptied leaves the setting out", () => {
  const fields = profileFieldsOf(profile({ settings: { options: { temperature: 0.2 } } }));
  expect(parseProfile({ ...fields, parameters: { temperature: " " } }).draft?.settings).toEqual({});
});
