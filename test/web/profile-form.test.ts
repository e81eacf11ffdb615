import { expect, test } from "vitest";
import { ProfileDraft } from "../../src/contract/hmi.ts";
import { fieldsOf, parseProfile } from "../../web/profile-form.ts";
import { profile } from "./rows.ts";

const FIELDS = { ...fieldsOf(null), name: "Payments" };

test("the form of a profile leads back to it", () => {
  const fields = { name: "Payments", description: "d", instructions: "i", default_model: "phi3:mini" };
  const draft = { ...fields, settings: { options: { temperature: 0.2 } } };
  expect(parseProfile(fieldsOf(profile(draft))).draft).toEqual(draft);
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
