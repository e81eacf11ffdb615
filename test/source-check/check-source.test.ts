import { expect, test } from "vitest";
import { checkSource } from "../../src/source-check/check-source.ts";
import { tempFolder } from "../support/temp.ts";

const ENDPOINT = '@app.get("/x")\ndef x(model_id):\n';

test("places are named from the root as it was given", async () => {
  const root = tempFolder({ "api/main.py": `${ENDPOINT}    save_message(model_id=None)\n` });
  const { findings } = await checkSource({ root });
  expect(findings.map(({ file }) => file)).toEqual([`${root}/api/main.py`]);
});

test("a file that cannot be read is told, and the others are judged", async () => {
  const root = tempFolder({
    "bad.py": "def x(:\n",
    "coded.py": "# coding: klingon\n",
    "main.py": `${ENDPOINT}    save_message(model_id=model_id)\n`,
  });
  const { unreadable, counts, not_judged } = await checkSource({ root });
  expect(unreadable).toEqual([
    { file: `${root}/bad.py`, line: 1, reason: "this line is not Python (the rest was judged)" },
    { file: `${root}/coded.py`, line: null, reason: "its encoding is klingon, which is not known here" },
  ]);
  expect({ counts, not_judged }).toEqual({
    counts: { files: 3, endpoints: 1, accepting: 1, calls: 1, not_followed: 0 },
    not_judged: null,
  });
});

test.each([
  ["no endpoint", "x = 1\n", /^no endpoint was found/, "--root"],
  [
    "none that accepts it",
    '@app.get("/x")\ndef x(): pass\n',
    /^1 endpoint was found, and none accepts model_id$/,
    "--parameter",
  ],
  [
    "no call that could be followed",
    `${ENDPOINT}    save_message(**fields)\n`,
    /^1 call was found, and none could be followed$/,
    "Look there yourself",
  ],
  [
    "no call to judge",
    `${ENDPOINT}    store(model_id)\n`,
    /^1 endpoint accepts model_id, and none calls/,
    "--function",
  ],
])("a check that judged nothing says why: %s", async (_, text, reason, flag) => {
  const { not_judged } = await checkSource({ root: tempFolder({ "main.py": text }) });
  expect(not_judged).toEqual({ reason: expect.stringMatching(reason), hint: expect.stringContaining(flag) });
});

test("progress counts the files, and an abort ends it", async () => {
  const root = tempFolder({ "a.py": "", "b.py": "", "c.py": "" });
  const seen: string[] = [];
  const controller = new AbortController();
  const onProgress = (read: number, files: number): void => {
    seen.push(`${read}/${files}`);
    if (read === 1) controller.abort(new Error("stop"));
  };
  await expect(checkSource({ root, onProgress, signal: controller.signal })).rejects.toThrow("stop");
  expect(seen).toEqual(["0/3", "1/3"]);
});
